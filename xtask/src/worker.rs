//! The Cloudflare Worker of the bundled model, baked by the command that users have.

use std::fs;

use anyhow::Result;

use crate::files;
use crate::node::Node;
use crate::process;
use crate::project::Project;
use crate::stamp::Step;

/// The model behind the routes.
const MODEL: &str = "digits";

/// Builds the Worker into `target/worker/`. The repository's `wrangler.toml` serves `src/` of it, and not its page.
pub fn build(project: &Project, node: &Node, command_line: &str) -> Result<()> {
    let folder = project.target.join("worker");
    let [onnx, card] = ["model.onnx", "card.json"].map(|file| project.at("models").join(MODEL).join(file));
    let step = Step {
        name: "worker",
        keys: &[command_line, include_str!("worker.rs")],
        inputs: &[onnx.clone(), card.clone()],
        outputs: &["src/index.js", "src/lean.wasm", "src/full.wasm"].map(|file| folder.join(file)),
    };
    step.run(project, || {
        files::fresh_folder(&folder)?;
        fs::remove_dir(&folder)?;
        let mut onnxlet = node.command();
        onnxlet.arg(project.target.join("npm/onnxlet/dist/cli/main.js")).arg("build").arg(&onnx);
        onnxlet.arg("--card").arg(&card).args(["--target", "worker", "--out"]).arg(&folder);
        process::run(&mut onnxlet)
    })
    .map(drop)
}
