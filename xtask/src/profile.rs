//! `cargo xtask profile`: builds the engine that times its steps, then hands over to `bench/profile.mjs`.

use anyhow::Result;
use clap::Args;

use crate::engine::Module;
use crate::models;
use crate::node::Node;
use crate::process;
use crate::project::Project;
use crate::reference;
use crate::rust;

/// Of which models, and for whom.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Models of models/ and models/real.json. Without one: all
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Writes bench/PROFILE.md, too
    #[arg(long)]
    publish: bool,
}

/// Builds the engine, fetches the models, then measures.
pub fn profile(project: &Project, options: &Options) -> Result<()> {
    let node = Node::set_up(project)?;
    rust::ensure_wasm_target(project)?;
    Module::profiling(project).build(project, &rust::compiler_version(project)?)?;
    models::make(project, |model| options.models.is_empty() || options.models.contains(&model.name))?;
    let mut run = node.command();
    run.arg("bench/profile.mjs").args(&options.models).env("ONNXLET_MNIST", reference::mnist(project)?);
    process::add_switches(&mut run, &[("--publish", options.publish)]);
    process::run(&mut run)
}
