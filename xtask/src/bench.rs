//! `cargo xtask bench`: sets up what is measured, then hands over to `bench/run.mjs`.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::chromium;
use crate::models;
use crate::node::Node;
use crate::peers;
use crate::process;
use crate::project::Project;
use crate::reference;

/// What to measure, and how long.
#[derive(Args, Debug, Clone, Default)]
pub struct Options {
    /// Models of models/ and models/real.json, separated by commas. Without it: all
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub models: Vec<String>,
    /// Engines: onnxlet-relaxed, onnxlet-baseline, tract-plain, onnxruntime-web, rten, tfjs-wasm
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub engines: Vec<String>,
    /// Hosts: node, chromium
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// How often each engine is started afresh, at most (10)
    #[arg(long, value_name = "NUMBER")]
    pub rounds: Option<u32>,
    /// How long all rounds may take (15)
    #[arg(long, value_name = "NUMBER")]
    pub minutes: Option<u32>,
    /// digits only, two rounds: shows that the bench works
    #[arg(long)]
    pub quick: bool,
    /// Batches of digits on one thread and on two, instead
    #[arg(long, conflicts_with_all = ["models", "engines", "hosts", "minutes", "quick"])]
    pub pool: bool,
    /// Memory over 10,000 calls, instead
    #[arg(long, conflicts_with_all = ["engines", "hosts", "rounds", "minutes", "quick", "pool"])]
    pub growth: bool,
    /// Writes bench/RESULTS.md and its plots, too; with --pool or --growth, a table in bench/README.md
    #[arg(long)]
    pub publish: bool,
}

/// Builds everything, fetches the models, then measures.
pub fn bench(project: &Project, options: &Options) -> Result<()> {
    let node = build::build(project, &[])?;
    let wanted = |name: &String| options.models.is_empty() || options.models.contains(name);
    if !options.quick && !options.pool {
        models::make(project, |model| wanted(&model.name))?;
    }
    measure(project, &node, options)
}

/// Measures what is built already. Engines that take minutes to compile take no part in a quick run.
pub fn measure(project: &Project, node: &Node, options: &Options) -> Result<()> {
    peers::install(project, node)?;
    if script(options) == COMPARISON && !options.quick {
        let takes_part = |engine: &str| options.engines.is_empty() || options.engines.iter().any(|name| name == engine);
        peers::compile(project, takes_part)?;
    }
    let mnist = reference::mnist(project)?;
    process::run(arguments(
        node.command()
            .arg(script(options))
            .env("ONNXLET_CHROMIUM", chromium::ensure()?)
            .env("ONNXLET_NODE", &node.program)
            .env("ONNXLET_MNIST", mnist),
        options,
    ))
}

/// Every engine beside the others.
const COMPARISON: &str = "bench/run.mjs";

/// What measures.
fn script(options: &Options) -> &'static str {
    match options {
        Options { pool: true, .. } => "bench/pool.mjs",
        Options { growth: true, .. } => "bench/growth.mjs",
        _ => COMPARISON,
    }
}

/// The options as `bench/run.mjs` takes them.
fn arguments<'a>(command: &'a mut Command, options: &Options) -> &'a mut Command {
    let lists = [("--models", &options.models), ("--engines", &options.engines), ("--hosts", &options.hosts)];
    for (name, values) in lists {
        if !values.is_empty() {
            command.args([name, &values.join(",")]);
        }
    }
    process::add_numbers(command, &[("--rounds", options.rounds), ("--minutes", options.minutes)]);
    process::add_switches(command, &[("--quick", options.quick), ("--publish", options.publish)]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_handed_on() {
        let options = Options {
            models: vec!["digits".into(), "iris".into()],
            rounds: Some(3),
            publish: true,
            ..Options::default()
        };
        let mut command = Command::new("node");
        let given = arguments(&mut command, &options).get_args().map(|argument| argument.to_string_lossy());
        assert_eq!(given.collect::<Vec<_>>(), ["--models", "digits,iris", "--rounds", "3", "--publish"]);
    }
}
