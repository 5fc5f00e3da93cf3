//! The npm packages: the runtime compiled once, then one package a model.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::node::Node;
use crate::process;
use crate::project::Project;
use crate::stamp::Step;

/// The folder of a model's package.
pub fn folder(project: &Project, model: &str) -> PathBuf {
    project.target.join("npm").join(format!("onnxlet-{model}"))
}

/// A model's packed package.
pub fn tarball(project: &Project, model: &str) -> PathBuf {
    project.target.join("npm").join(format!("onnxlet-{model}-{}.tgz", env!("CARGO_PKG_VERSION")))
}

/// TypeScript → JavaScript and declarations. Returns the digest of the inputs.
pub fn compile_runtime(project: &Project, node: &Node) -> Result<String> {
    let step = Step {
        name: "compile npm runtime",
        keys: &[],
        inputs: &["npm/src", "npm/tsconfig.json", "package-lock.json"].map(|path| project.at(path)),
        outputs: &[project.at("npm/dist")],
    };
    step.run(project, || {
        let dist = project.at("npm/dist");
        if dist.exists() {
            fs::remove_dir_all(&dist).with_context(|| format!("removing {}", dist.display()))?;
        }
        process::run(node.tool("typescript/bin/tsc").args(["-p", "npm"]))
    })
}

/// Puts runtime, engines and model data together, and packs them. Returns the digest of the inputs.
pub fn assemble(project: &Project, node: &Node, model: &str, parts: &[String]) -> Result<String> {
    let inputs = ["npm/assemble.mjs", "npm/template", "LICENSE-MIT", "LICENSE-APACHE"].map(|path| project.at(path));
    let keys: Vec<&str> = parts.iter().map(String::as_str).chain([env!("CARGO_PKG_VERSION")]).collect();
    let step = Step {
        name: &format!("package onnxlet-{model}"),
        keys: &keys,
        inputs: &inputs,
        outputs: &[folder(project, model).join("package.json"), tarball(project, model)],
    };
    step.run(project, || process::run(node.command().args(["npm/assemble.mjs", "--model", model, "--pack"])))
}
