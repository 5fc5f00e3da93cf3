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
    build_with(project, chosen, vec![])
}

/// Builds all that is shipped, and what only tests need: models that are parsed at each start, in the engine and in packages, to
/// compare the baked ones with.
pub fn build_for_tests(project: &Project) -> Result<Node> {
    let node = build_with(project, &[], vec![Module::bundled(project, "digits", Simd::Baseline)])?;
    build_unbaked(project, &node)?;
    Ok(node)
}

fn build_with(project: &Project, chosen: &[String], beside: Vec<Module>) -> Result<Node> {
    let models = project.chosen_models(chosen)?;
    // First, so that a missing Node is reported before minutes of compiling.
    let node = Node::set_up(project)?;
    rust::ensure_wasm_target(project)?;
    let compiler = rust::compiler_version(project)?;
    let runtime = package::compile_runtime(project, &node)?;
    let mut parts = vec![runtime];
    parts.extend(modules(project, &compiler, beside)?);
    let command_line = package::command_line(project, &node, &parts)?;
    let mut packages = Vec::new();
    for model in &models {
        packages.push(package::bake(project, &node, model, &command_line)?);
    }
    worker::build(project, &node, &command_line)?;
    site::build(project, &node, &models, &packages)?;
    Ok(node)
}

/// Compiles all modules. A link with optimisation across crates keeps one core busy for minutes, so both SIMD builds, whose
/// target directories are apart, go on at once. Those `beside` are baseline builds, too, and
/// nothing that is shipped depends on them.
fn modules(project: &Project, compiler: &str, beside: Vec<Module>) -> Result<Vec<String>> {
    let lane = |modules: Vec<Module>| -> Result<Vec<String>> {
        modules.iter().map(|module| module.build(project, compiler)).collect()
    };
    let [relaxed, baseline] = Simd::ALL.map(|simd| Module::bare(project, simd));
    let (relaxed, baseline) = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let shipped = lane(vec![baseline, Module::pictures(project)]);
            lane(beside).and(shipped)
        });
        let relaxed = lane(vec![relaxed, Module::worker(project)]);
        (relaxed, other.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a build thread panicked"))))
    });
    let mut digests = relaxed?;
    digests.extend(baseline?);
    digests.push(Module::baker(project).build(project, compiler)?);
    Ok(digests)
}

/// Builds the engines without a model, and nothing else. Returns the Node that goes with them.
pub fn engines(project: &Project) -> Result<Node> {
    let node = Node::set_up(project)?;
    rust::ensure_wasm_target(project)?;
    let compiler = rust::compiler_version(project)?;
    for simd in Simd::ALL {
        Module::bare(project, simd).build(project, &compiler)?;
    }
    Ok(node)
}

/// Makes each model's package without baking, for the tests to compare the baked ones with.
fn build_unbaked(project: &Project, node: &Node) -> Result<()> {
    let compiler = rust::compiler_version(project)?;
    let mut parts =
        vec![package::compile_runtime(project, node)?, Module::pictures(project).build(project, &compiler)?];
    for simd in Simd::ALL {
        parts.push(Module::bare(project, simd).build(project, &compiler)?);
    }
    for model in &project.models()? {
        package::unbaked(project, node, model, &parts)?;
    }
    Ok(())
}
