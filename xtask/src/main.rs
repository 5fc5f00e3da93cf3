//! `cargo xtask`: sets up, builds, serves and tests Onnxlet.

mod build;
mod engine;
mod files;
mod glue;
mod node;
mod npm_package;
mod package;
mod process;
mod progress;
mod project;
mod rust;
mod site;
mod stamp;
mod worker;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Project;

/// Sets up, builds, serves and tests Onnxlet.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the engines, the npm packages, the Worker and the site into target/
    Build {
        /// A folder of models/; may be repeated. Without it: all of them
        #[arg(long, value_name = "NAME")]
        model: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    let project = Project::find()?;
    match command {
        Command::Build { model } => build::build(&project, &model).map(|_| ExitCode::SUCCESS),
    }
}
