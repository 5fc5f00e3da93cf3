//! The Cloudflare Worker's folder: the shim, the glue and the module, side by side.

use anyhow::Result;

use crate::engine::Module;
use crate::files;
use crate::project::Project;
use crate::stamp::Step;

/// Builds the Worker into `target/worker/`.
pub fn build(project: &Project, compiler: &str) -> Result<()> {
    let module = Module::worker(project);
    let built = module.build(project, compiler)?;
    let folder = project.target.join("worker");
    let step = Step {
        name: "worker",
        keys: &[&built, include_str!("worker.rs")],
        inputs: &[project.at("worker/js")],
        outputs: &["index.js", "worker.js", "worker_bg.wasm"].map(|file| folder.join(file)),
    };
    step.run(project, || {
        files::fresh_folder(&folder)?;
        files::copy(&project.at("worker/js"), &folder)?;
        files::copy(&module.output(".js"), &folder.join("worker.js"))?;
        // JavaScript that the crate `worker` brings along.
        files::copy(&module.snippets(), &folder.join("snippets"))?;
        files::copy(&module.output("_bg.wasm"), &folder.join("worker_bg.wasm"))
    })
    .map(drop)
}
