//! `cargo xtask conformance`: collects ONNX's backend suite, then hands over to `tests/conformance/run.mjs`.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::node::Node;
use crate::peers;
use crate::process;
use crate::project::Project;
use crate::python;
use crate::rust;
use crate::stamp::Step;
use crate::tally::Tally;

/// What to run, and what to write.
#[derive(Args, Debug, Clone, Default)]
pub struct Options {
    /// Only cases with this in their suite/name, or of exactly this operator; may be repeated. Nothing is judged or written
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["publish", "update"])]
    filter: Vec<String>,
    /// onnxruntime-web, too
    #[arg(long)]
    peer: bool,
    /// Writes docs/CONFORMANCE.md, with onnxruntime-web beside us
    #[arg(long)]
    publish: bool,
    /// Writes tests/conformance/expected.json, the cases that don't pass, where more pass than before
    #[arg(long)]
    update: bool,
}

/// Builds the engines, runs, and judges.
pub fn command(project: &Project, options: &Options) -> Result<ExitCode> {
    let node = build::engines(project)?;
    run(project, &node, options, &mut Tally::default())?;
    Ok(ExitCode::SUCCESS)
}

/// Runs in the engines that are built already.
pub fn run(project: &Project, node: &Node, options: &Options, tally: &mut Tally) -> Result<()> {
    collect(project)?;
    if options.peer || options.publish {
        peers::install(project, node)?;
    }
    process::run_watching(arguments(node.command().arg("tests/conformance/run.mjs"), options), |line| tally.read(line))
}

/// Runs every case natively, operator by operator: kernels of ours that tract's plans hide in the engine as it is.
pub fn run_by_operator(project: &Project) -> Result<()> {
    collect(project)?;
    let mut example = rust::cargo(project);
    example.args(["run", "--locked", "--example", "conformance", "--"]).arg(cases(project));
    process::run(example.args(["--eager", "--expected", "tests/conformance/expected.json"]))
}

fn cases(project: &Project) -> PathBuf {
    project.target.join("conformance").join("cases")
}

/// Writes `target/conformance/cases/`.
fn collect(project: &Project) -> Result<()> {
    let python = python::set_up(project, &python::CONFORMANCE)?;
    let folder = cases(project);
    let step = Step {
        name: "conformance cases",
        keys: &[&python.to_string_lossy()],
        inputs: &["tests/conformance/collect.py", "tests/conformance/requirements.txt"].map(|path| project.at(path)),
        outputs: &[folder.join("cases.json")],
    };
    let work = || process::run(Command::new(&python).arg(&step.inputs[0]).arg("--out").arg(&folder));
    step.run(project, work).map(drop)
}

/// The options as `run.mjs` takes them.
fn arguments<'a>(command: &'a mut Command, options: &Options) -> &'a mut Command {
    for filter in &options.filter {
        command.args(["--filter", filter]);
    }
    process::add_switches(
        command,
        &[("--peer", options.peer), ("--publish", options.publish), ("--update", options.update)],
    );
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_handed_on() {
        let options = Options { filter: vec!["Cast".into(), "Resize".into()], peer: true, ..Options::default() };
        let mut command = Command::new("node");
        let given = arguments(&mut command, &options).get_args().map(|argument| argument.to_string_lossy());
        assert_eq!(given.collect::<Vec<_>>(), ["--filter", "Cast", "--filter", "Resize", "--peer"]);
    }
}
