//! `cargo xtask load`: sets up the servers, then hands over to `bench/load/run.mjs`.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::node::Node;
use crate::peers;
use crate::process;
use crate::project::Project;
use crate::python;
use crate::reference;

/// What to measure, and how long.
#[derive(Args, Debug, Clone, Default)]
pub struct Options {
    /// Servers: flask, worker, worker-two, worker-cached
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub servers: Vec<String>,
    /// How many seconds each server is asked in each cell, all rounds together (6)
    #[arg(long, value_name = "NUMBER")]
    pub seconds: Option<u32>,
    /// In how many rounds (2)
    #[arg(long, value_name = "NUMBER")]
    pub rounds: Option<u32>,
    /// 16 connections only, a second each: shows that it works
    #[arg(long)]
    pub quick: bool,
    /// Writes the tables of bench/LOAD.md, too
    #[arg(long)]
    pub publish: bool,
}

/// Builds everything, then measures.
pub fn load(project: &Project, options: &Options) -> Result<()> {
    let node = build::build(project, &[])?;
    measure(project, &node, options)
}

/// Measures what is built already.
pub fn measure(project: &Project, node: &Node, options: &Options) -> Result<()> {
    peers::install(project, node)?;
    let python = python::set_up(project, &python::LOAD)?;
    let mnist = reference::mnist(project)?;
    let mut run = node.command();
    run.arg("bench/load/run.mjs").env("ONNXLET_LOAD_PYTHON", python).env("ONNXLET_MNIST", mnist);
    process::run(arguments(&mut run, options))
}

/// The options as `bench/load/run.mjs` takes them.
fn arguments<'a>(command: &'a mut Command, options: &Options) -> &'a mut Command {
    if !options.servers.is_empty() {
        command.args(["--servers", &options.servers.join(",")]);
    }
    process::add_numbers(command, &[("--seconds", options.seconds), ("--rounds", options.rounds)]);
    process::add_switches(command, &[("--quick", options.quick), ("--publish", options.publish)]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_handed_on() {
        let options = Options {
            servers: vec!["flask".into(), "worker".into()],
            seconds: Some(2),
            publish: true,
            ..Options::default()
        };
        let mut command = Command::new("node");
        let given = arguments(&mut command, &options).get_args().map(|argument| argument.to_string_lossy());
        assert_eq!(given.collect::<Vec<_>>(), ["--servers", "flask,worker", "--seconds", "2", "--publish"]);
    }
}
