//! `cargo xtask fuzz`: installs cargo-fuzz where it is missing, and runs the targets of `fuzz/`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::process;
use crate::project::Project;

/// The version that the options below are of.
const CARGO_FUZZ: &str = "0.13.2";

/// Seconds for one input: a hundred times what the slowest of the corpus takes, as instrumented code on a busy machine is slow.
const TIMEOUT: u32 = 60;

/// MiB that the process may hold; the allocator of the targets ends it at 3072 of them.
const MEMORY: u32 = 4096;

/// What is fuzzed, and for how long.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Only this target; may be repeated. Without it: all of them, one after the other
    #[arg(long, value_enum, value_name = "NAME")]
    target: Vec<Target>,
    /// Minutes for each target
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// The loader of models
    Onnx,
    /// The card
    Card,
    /// Requests, as JSON and as pictures
    Inputs,
    /// Bodies of HTTP requests
    Codecs,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Target::Onnx => "onnx",
            Target::Card => "card",
            Target::Inputs => "inputs",
            Target::Codecs => "codecs",
        }
    }
}

/// Fuzzes; an input that panics, hangs or takes too much memory ends it with an error.
pub fn fuzz(project: &Project, options: &Options) -> Result<()> {
    compiler()?;
    let tool = tool(project)?;
    let targets = if options.target.is_empty() { Target::value_variants() } else { &options.target };
    for target in targets {
        run(project, &tool, target.name(), options.minutes)?;
    }
    Ok(())
}

/// libFuzzer is compiled with the C++ compiler that there is.
fn compiler() -> Result<()> {
    if cfg!(windows) {
        bail!("fuzzing needs Linux or macOS: on Windows, use WSL");
    }
    let name = std::env::var("CXX").unwrap_or_else(|_| "c++".into());
    let found = Command::new(&name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        bail!(
            "there is no C++ compiler {name:?}, which libFuzzer needs: install one (Debian: apt-get install g++), or name yours in CXX"
        );
    }
    Ok(())
}

/// cargo-fuzz in `target/tools/`, installed there the first time.
fn tool(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("tools").join(format!("cargo-fuzz-{CARGO_FUZZ}"));
    let tool = folder.join("bin").join("cargo-fuzz");
    if !tool.is_file() {
        let mut install = Command::new("cargo");
        install.args(["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ, "--root"]).arg(&folder);
        process::run(&mut install).context("installing cargo-fuzz; is the registry of crates within reach?")?;
    }
    Ok(tool)
}

fn run(project: &Project, tool: &PathBuf, target: &str, minutes: u32) -> Result<()> {
    let folder = |name: &str| -> Result<PathBuf> {
        let path = project.target.join("fuzz").join(name).join(target);
        std::fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(path)
    };
    let (found, crashes) = (folder("corpus")?, folder("artifacts")?);
    let mut command = Command::new(tool);
    // cargo-fuzz asks for options of the compiler that are not stable. Without a sanitizer, as the code is safe Rust.
    command.env("RUSTC_BOOTSTRAP", "1").current_dir(project.at("fuzz"));
    command.args(["fuzz", "run", "--fuzz-dir", ".", "--sanitizer", "none", "--target-dir"]);
    command.arg(project.target.join("fuzz")).arg(target).arg(&found);
    // What is found goes to the first folder; these are read only.
    command.args(
        ["corpus", "regressions"]
            .map(|name| project.at("fuzz").join(name).join(target))
            .iter()
            .filter(|path| path.is_dir()),
    );
    command.arg("--").arg(format!("-max_total_time={}", minutes * 60)).arg(format!("-timeout={TIMEOUT}"));
    command.arg(format!("-rss_limit_mb={MEMORY}")).args(["-max_len=50000", "-print_final_stats=1"]);
    command.arg(format!("-artifact_prefix={}/", crashes.display()));
    process::run(&mut command).with_context(|| {
        format!(
            "{target}: an input in {} panicked, took too long or too much memory. Put it into fuzz/regressions/{target}/, \
             so that `cargo test` replays it, and mend the cause",
            crashes.display()
        )
    })
}
