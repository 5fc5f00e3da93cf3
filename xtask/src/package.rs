//! The npm packages: the runtime compiled once, then one package a model.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::files;
use crate::node::Node;
use crate::process;
use crate::project::Project;
use crate::stamp::Step;

/// The folder of a model's package.
pub fn folder(project: &Project, model: &str) -> PathBuf {
    project.target.join("npm").join(format!("onnxlet-{model}"))
}

/// The packed packages of a model: one, once it is made. Its version is the model's.
fn tarballs(project: &Project, model: &str) -> Result<Vec<PathBuf>> {
    let prefix = format!("onnxlet-{model}-");
    let mut found = files::find(&project.target.join("npm"), ".tgz")?;
    found.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)));
    Ok(found)
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
    let inputs = ["npm/assemble.mjs", "LICENSE-MIT", "LICENSE-APACHE"].map(|path| project.at(path));
    let keys: Vec<&str> = parts.iter().map(String::as_str).collect();
    let step = Step {
        name: &format!("package onnxlet-{model}"),
        keys: &keys,
        inputs: &inputs,
        outputs: &[folder(project, model).join("package.json")],
    };
    step.run(project, || {
        fs::create_dir_all(project.target.join("npm"))?;
        for old in tarballs(project, model)? {
            fs::remove_file(old)?;
        }
        process::run(node.command().args(["npm/assemble.mjs", "--model", model, "--pack"]))?;
        let made = tarballs(project, model)?.len();
        ensure!(made == 1, "expected one packed package of {model}, got {made}");
        Ok(())
    })
}
