//! The engines that Onnxlet is measured against: npm's in `bench/node_modules`, and two that are compiled here.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::files;
use crate::glue;
use crate::node::Node;
use crate::npm_package;
use crate::process;
use crate::project::Project;
use crate::rust::{self, Simd};
use crate::stamp::Step;

/// Both have the build that is the fastest in V8.
const SIMD: Simd = Simd::Relaxed;

/// Installs `bench/node_modules` from its lock file where it is stale.
pub fn install(project: &Project, node: &Node) -> Result<()> {
    let step = Step {
        name: "npm ci in bench",
        keys: &[],
        inputs: &["bench/package.json", "bench/package-lock.json", "bench/.npmrc"].map(|file| project.at(file)),
        outputs: &[project.at("bench/node_modules/.package-lock.json")],
    };
    step.run(project, || {
        let mut npm = npm_package::npm();
        process::run(node.env(npm.current_dir(project.at("bench")).args(["ci", "--no-fund", "--no-audit"])))
    })
    .map(drop)
}

/// Compiles tract and rten, each as one module with its glue, into `target/bench/peers/`, if they take part.
pub fn compile(project: &Project, takes_part: impl Fn(&str) -> bool) -> Result<()> {
    let compiler = rust::compiler_version(project)?;
    for (engine, peer) in [("tract-plain", tract(project)), ("rten", rten(project))] {
        if takes_part(engine) {
            peer.build(project, &compiler)?;
        }
    }
    Ok(())
}

/// A peer written in Rust.
struct Peer {
    name: &'static str,
    inputs: Vec<PathBuf>,
    /// What compiles it.
    cargo: std::process::Command,
    /// What that leaves.
    linked: PathBuf,
    /// Whether the glue must run the module's constructors, as tract's kernels need.
    constructors: bool,
}

fn tract(project: &Project) -> Peer {
    Peer {
        name: "tract",
        inputs: ["Cargo.toml", "Cargo.lock", "bench/tract"].map(|path| project.at(path)).into(),
        cargo: rust::cargo_wasm(project, "tract-plain", &[], SIMD),
        linked: rust::wasm_path(project, "tract-plain", SIMD),
        constructors: true,
    }
}

fn rten(project: &Project) -> Peer {
    let target = project.target.join("bench").join("rten");
    Peer {
        name: "rten",
        inputs: ["Cargo.toml", "Cargo.lock", "src"].map(|path| project.at("bench/rten").join(path)).into(),
        cargo: rust::cargo_wasm_elsewhere(project, &project.at("bench/rten/Cargo.toml"), &target, SIMD),
        linked: rust::wasm_path_in(&target, "rten-wasm"),
        constructors: false,
    }
}

impl Peer {
    fn build(mut self, project: &Project, compiler: &str) -> Result<()> {
        let folder = project.target.join("bench").join("peers").join(self.name);
        let glue = folder.join(format!("{}.js", self.name));
        let step = Step {
            name: &format!("compile {} to measure against", self.name),
            keys: &[compiler, include_str!("peers.rs"), include_str!("rust.rs")],
            inputs: &self.inputs,
            outputs: &[glue.clone(), folder.join(format!("{}_bg.wasm", self.name))],
        };
        step.run(project, || {
            process::run(&mut self.cargo)?;
            files::fresh_folder(&folder)?;
            let mut bindgen = Bindgen::new();
            bindgen.input_path(&self.linked).out_name(self.name).typescript(false).web(true)?;
            bindgen.remove_name_section(true).remove_producers_section(true);
            bindgen.generate(&folder)?;
            if self.constructors {
                let code = fs::read_to_string(&glue).with_context(|| format!("reading {}", glue.display()))?;
                fs::write(&glue, glue::with_constructors(&code)?)?;
            }
            Ok(())
        })
        .map(drop)
    }
}
