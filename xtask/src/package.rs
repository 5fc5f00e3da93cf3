//! The npm packages: the runtime compiled once, the command `onnxlet`, and, by it, one package a model.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::files;
use crate::node::Node;
use crate::npm_package;
use crate::npm_package::{Package, ensure_package};
use crate::process;
use crate::project::Project;
use crate::stamp::Step;

/// The folder of a model's package.
pub fn folder(project: &Project, model: &str) -> PathBuf {
    project.target.join("npm").join(format!("onnxlet-{model}"))
}

/// The packed packages of a name in a folder: one, once it is made.
fn tarballs(folder: &Path, name: &str) -> Result<Vec<PathBuf>> {
    let is_version = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let file = path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
        let version = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
        if version.is_some_and(|version| is_version(version) && version.ends_with(".tgz")) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Runs what leaves one packed package of that name in the folder, in place of earlier ones.
fn packing(folder: &Path, name: &str, pack: impl FnOnce() -> Result<()>) -> Result<()> {
    fs::create_dir_all(folder)?;
    for old in tarballs(folder, name)? {
        fs::remove_file(old)?;
    }
    pack()?;
    let made = tarballs(folder, name)?.len();
    ensure!(made == 1, "expected one packed package {name}, got {made}");
    Ok(())
}

/// TypeScript → JavaScript and declarations. Returns the digest of the inputs.
pub fn compile_runtime(project: &Project, node: &Node) -> Result<String> {
    let step = Step {
        name: "compile npm runtime",
        keys: &[],
        inputs: &["npm/src", "npm/bundle.mjs", "npm/tsconfig.json", "package-lock.json"].map(|path| project.at(path)),
        outputs: &[project.at("npm/dist")],
    };
    step.run(project, || {
        let dist = project.at("npm/dist");
        if dist.exists() {
            fs::remove_dir_all(&dist).with_context(|| format!("removing {}", dist.display()))?;
        }
        process::run(node.tool("typescript/bin/tsc").args(["-p", "npm"]))?;
        process::run(node.command().arg("npm/bundle.mjs"))
    })
}

/// The page `/docs`. Not from `node_modules`: as a dependency it brings a script that calls home when it is installed.
const SWAGGER_UI: Package = Package {
    name: "swagger-ui-dist",
    version: "5.35.0",
    integrity: "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
};

/// The package `onnxlet`: command line, runtime, bare engines, baker. Returns the digest of the inputs.
pub fn command_line(project: &Project, node: &Node, parts: &[String]) -> Result<String> {
    let npm = project.target.join("npm");
    ensure_package(project, SWAGGER_UI, &project.target.join("swagger-ui"), "swagger-ui-bundle.js")?;
    let keys: Vec<&str> = parts.iter().map(String::as_str).chain([SWAGGER_UI.integrity]).collect();
    let step = Step {
        name: "package onnxlet",
        keys: &keys,
        inputs: &[
            "worker/js",
            "www/docs",
            "npm/pack.mjs",
            "npm/package.json",
            "npm/README.onnxlet.md",
            "LICENSE-MIT",
            "LICENSE-APACHE",
        ]
        .map(|path| project.at(path)),
        outputs: &[npm.join("onnxlet").join("package.json")],
    };
    step.run(project, || packing(&npm, "onnxlet", || process::run(node.command().args(["npm/pack.mjs", "--pack"]))))
}

/// A model's package, baked by the command that users have. Returns the digest of the inputs.
pub fn bake(project: &Project, node: &Node, model: &str, command_line: &str) -> Result<String> {
    let name = format!("onnxlet-{model}");
    let folder = folder(project, model);
    let [onnx, card] = ["model.onnx", "card.json"].map(|file| project.at("models").join(model).join(file));
    let step = Step {
        name: &format!("bake {name}"),
        keys: &[command_line],
        inputs: &[onnx.clone(), card.clone()],
        outputs: &[folder.join("package.json")],
    };
    step.run(project, || {
        files::fresh_folder(&folder)?;
        fs::remove_dir(&folder)?;
        let mut onnxlet = node.command();
        onnxlet.arg(project.target.join("npm/onnxlet/dist/cli/main.js")).arg("build").arg(&onnx);
        onnxlet.arg("--card").arg(&card).args(["--simd", "both", "--out"]).arg(&folder);
        process::run(&mut onnxlet)?;
        let npm = project.target.join("npm");
        packing(&npm, &name, || {
            let mut pack = npm_package::npm();
            pack.args(["pack", "--silent", "--pack-destination"]).arg(&npm).current_dir(&folder);
            process::run(node.env(&mut pack))
        })
    })
}

/// A model's package that parses the model when it loads: what the tests compare the baked one with. Returns the digest
/// of the inputs.
pub fn unbaked(project: &Project, node: &Node, model: &str, parts: &[String]) -> Result<String> {
    let name = format!("onnxlet-{model}");
    let npm = project.target.join("npm/unbaked");
    let keys: Vec<&str> = parts.iter().map(String::as_str).collect();
    let step = Step {
        name: &format!("package {name} unbaked"),
        keys: &keys,
        inputs: &[
            project.at("npm/assemble.mjs"),
            project.at("LICENSE-MIT"),
            project.at("LICENSE-APACHE"),
            project.at("models").join(model),
        ],
        outputs: &[npm.join(&name).join("package.json")],
    };
    step.run(project, || {
        packing(&npm, &name, || {
            let mut assemble = node.command();
            assemble.args(["npm/assemble.mjs", "--pack", "--model", model, "--out"]).arg(npm.join(&name));
            process::run(&mut assemble)
        })
    })
}
