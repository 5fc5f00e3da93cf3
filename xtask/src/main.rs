//! `cargo xtask`: sets up, builds, serves and tests Onnxlet.

mod bench;
mod build;
mod chromium;
mod conformance;
mod engine;
mod files;
mod fuzz;
mod glue;
mod groups;
mod load;
mod models;
mod node;
mod npm_package;
mod openapi;
mod package;
mod peers;
mod process;
mod profile;
mod progress;
mod project;
mod python;
mod reference;
mod rust;
mod serve;
mod site;
mod soak;
mod stamp;
mod suites;
mod tally;
mod test;
mod worker;
mod wrangler;
mod zoo;

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
    /// Measures against other engines: target/bench/results.json and a table
    Bench(bench::Options),
    /// Builds the engines, then runs ONNX's backend suite in them: target/conformance/results.json
    Conformance(conformance::Options),
    /// Runs the targets of fuzz/ on inputs that nobody thought of; see CONTRIBUTING.md
    Fuzz(fuzz::Options),
    /// Tells what each step of a model takes inside wasm: target/bench/profile.json and tables
    Profile(profile::Options),
    /// Builds, then serves page and API on this machine until Ctrl-C
    Serve {
        /// The port on 127.0.0.1
        #[arg(long, default_value_t = 8787)]
        port: u16,
    },
    /// Measures the Worker against Flask and Gunicorn under load: target/bench/load.json and a table
    Load(load::Options),
    /// Fetches the real models of models/real.json, and makes inputs and reference outputs for them, in target/models/
    Models {
        /// A model of the manifest; may be repeated. Without it: all of them
        #[arg(long, value_name = "NAME")]
        name: Vec<String>,
        /// Only those that `cargo xtask test` builds
        #[arg(long, conflicts_with = "name")]
        everyday: bool,
        /// Builds everything, then builds and tests these models in every host
        #[arg(long)]
        check: bool,
    },
    /// Builds, then asks servers for all that their OpenAPI documents allow, and for what they don't
    Openapi(openapi::Options),
    /// Trains and exports the models of tests/zoo/ into target/zoo/, and holds the engine to onnxruntime's answers about them
    Zoo(zoo::Options),
    /// Asks the Worker for good, bad, huge and broken-off things for a long while: target/bench/soak.json and a table
    Soak(soak::Options),
    /// Runs every check and test, set-up included; the last line counts the tests
    Test {
        /// Run only this suite; may be repeated
        #[arg(long, value_name = "SUITE")]
        only: Vec<String>,
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
    groups::end_with_us()?;
    match command {
        Command::Build { model } => build::build(&project, &model).map(|_| ExitCode::SUCCESS),
        Command::Bench(options) => bench::bench(&project, &options).map(|()| ExitCode::SUCCESS),
        Command::Conformance(options) => conformance::command(&project, &options),
        Command::Fuzz(options) => fuzz::fuzz(&project, &options).map(|()| ExitCode::SUCCESS),
        Command::Profile(options) => profile::profile(&project, &options).map(|()| ExitCode::SUCCESS),
        Command::Serve { port } => serve::serve(&project, port).map(|()| ExitCode::SUCCESS),
        Command::Load(options) => load::load(&project, &options).map(|()| ExitCode::SUCCESS),
        Command::Models { name, everyday, check } => models::command(&project, &name, everyday, check),
        Command::Openapi(options) => openapi::command(&project, options),
        Command::Zoo(options) => zoo::command(&project, &options),
        Command::Soak(options) => soak::soak(&project, options).map(|()| ExitCode::SUCCESS),
        Command::Test { only } => test::test(&project, &only),
    }
}
