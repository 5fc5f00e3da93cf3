//! `cargo xtask build`: from the sources to everything under `target/` that is shipped.

use anyhow::Result;

use crate::engine::Module;
use crate::node::Node;
use crate::package;
use crate::project::Project;
use crate::rust::{self, Simd};
use crate::site;
use crate::worker;

/// Builds the chosen models (none named: all), the packages, the Worker and the site. Returns the Node that
/// goes with them.
pub fn build(project: &Project, chosen: &[String]) -> Result<Node> {
    let models = project.chosen_models(chosen)?;
    // First, so that a missing Node is reported before minutes of compiling.
    let node = Node::set_up(project)?;
    rust::ensure_wasm_target(project)?;
    let compiler = rust::compiler_version(project)?;
    let runtime = package::compile_runtime(project, &node)?;
    for simd in Simd::ALL {
        Module::bare(project, simd).build(project, &compiler)?;
    }
    Module::baker(project).build(project, &compiler)?;
    let mut packages = Vec::new();
    for model in &models {
        let mut parts = vec![runtime.clone()];
        for simd in Simd::ALL {
            parts.push(Module::engine(project, model, simd).build(project, &compiler)?);
        }
        packages.push(package::assemble(project, &node, model, &parts)?);
    }
    worker::build(project, &compiler)?;
    site::build(project, &node, &models, &packages)?;
    Ok(node)
}
