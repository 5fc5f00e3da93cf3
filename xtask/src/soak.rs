//! `cargo xtask soak`: builds, then hands over to `tests/soak/run.mjs`.

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::process;
use crate::project::Project;

/// How long.
#[derive(Args, Clone, Copy, Debug)]
pub struct Options {
    /// How many minutes it asks, after warming up
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// Another seed asks in another order
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Writes the table of bench/LOAD.md, too
    #[arg(long)]
    publish: bool,
}

/// Builds everything, then asks.
pub fn soak(project: &Project, options: Options) -> Result<()> {
    let node = build::build(project, &[])?;
    let mut run = node.command();
    run.arg("tests/soak/run.mjs");
    run.args(["--seconds", &(options.minutes * 60).to_string(), "--seed", &options.seed.to_string()]);
    if options.publish {
        run.arg("--publish");
    }
    process::run(&mut run)
}
