//! Calling cargo: the wasm target, and an environment that doesn't differ from a person's own call.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::progress;
use crate::project::Project;

const TARGET: &str = "wasm32-unknown-unknown";

/// Variables that cargo sets for `cargo run`; handed on, they would change the fingerprints of what a nested cargo builds.
const SET_BY_CARGO_RUN: [&str; 6] =
    ["CARGO", "CARGO_CRATE_NAME", "CARGO_BIN_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR", "RUST_RECURSION_COUNT"];
const PREFIXES_SET_BY_CARGO_RUN: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CFG_"];

/// The WebAssembly features of an engine build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simd {
    /// `simd128` and `relaxed-simd`: V8 and Firefox.
    Relaxed,
    /// `simd128` only: everywhere.
    Baseline,
}

impl Simd {
    pub const ALL: [Simd; 2] = [Simd::Relaxed, Simd::Baseline];

    pub fn name(self) -> &'static str {
        match self {
            Simd::Relaxed => "relaxed",
            Simd::Baseline => "baseline",
        }
    }

    fn flags(self) -> &'static str {
        match self {
            Simd::Relaxed => "-C target-feature=+simd128,+relaxed-simd",
            Simd::Baseline => "-C target-feature=+simd128",
        }
    }
}

/// `cargo`, in the repository, as if called by hand.
pub fn cargo(project: &Project) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&project.root);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if SET_BY_CARGO_RUN.contains(&&*text) || PREFIXES_SET_BY_CARGO_RUN.iter().any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command
}

/// A release build of a package as one wasm module: `target/<simd>/wasm32-unknown-unknown/release/`. Further arguments go
/// to rustc.
pub fn cargo_wasm(project: &Project, package: &str, features: &[&str], simd: Simd) -> Command {
    let mut command = cargo(project);
    command
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", simd.flags())
        .args(["rustc", "--release", "--locked", "--target", TARGET, "--target-dir"])
        .arg(project.target.join(simd.name()))
        // A library that is also an rlib would be built without link-time optimisation.
        .args(["-p", package, "--lib", "--crate-type", "cdylib"])
        .args(features)
        // Exported, the constructors are ours to call, once; otherwise every export would run them at each call.
        .args(["--", "-C", "link-arg=--export=__wasm_call_ctors"]);
    command
}

/// A release build of a crate that has a workspace and a target directory of its own.
pub fn cargo_wasm_elsewhere(project: &Project, manifest: &Path, target: &Path, simd: Simd) -> Command {
    let mut command = cargo(project);
    command
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", simd.flags())
        .args(["build", "--release", "--locked", "--target", TARGET, "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(target);
    command
}

/// Where `cargo_wasm` leaves its module.
pub fn wasm_path(project: &Project, package: &str, simd: Simd) -> PathBuf {
    wasm_path_in(&project.target.join(simd.name()), package)
}

/// Where a release build leaves its module in a target directory.
pub fn wasm_path_in(target: &Path, package: &str) -> PathBuf {
    target.join(TARGET).join("release").join(format!("{}.wasm", package.replace('-', "_")))
}

/// The compiler's version, as part of what a build depends on.
pub fn compiler_version(project: &Project) -> Result<String> {
    let mut rustc = Command::new("rustc");
    process::capture(rustc.current_dir(&project.root).arg("-vV"))
        .context("rustc is missing; install Rust from https://rustup.rs")
}

/// Makes sure that the standard library for wasm is installed.
pub fn ensure_wasm_target(project: &Project) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(&project.root).args(["--print", "target-libdir", "--target", TARGET]);
    let folder = process::capture(&mut rustc).context("rustc is missing; install Rust from https://rustup.rs")?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    progress::step("rustup target add wasm32-unknown-unknown", || {
        let mut rustup = Command::new("rustup");
        rustup.current_dir(&project.root).args(["target", "add", TARGET]);
        if let Err(error) = rustup.stdout(Stdio::null()).stdin(Stdio::null()).status() {
            bail!(
                "the Rust target {TARGET} is not installed and rustup can't be started ({error}); \
                 install Rust from https://rustup.rs, or the package of your system that holds this target's standard library"
            );
        }
        anyhow::ensure!(
            Path::new(folder.trim()).is_dir(),
            "`rustup target add {TARGET}` did not install it; call it by hand to see why"
        );
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project::find().unwrap()
    }

    #[test]
    fn nested_cargo_does_not_see_what_cargo_run_set() {
        let command = cargo(&project());
        let removed = command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name.to_string_lossy());
        let removed: Vec<_> = removed.collect();
        assert!(removed.iter().any(|name| name == "CARGO_PKG_NAME"), "{removed:?}");
        assert!(removed.iter().any(|name| name == "CARGO_MANIFEST_DIR"), "{removed:?}");
        assert!(!removed.iter().any(|name| name == "CARGO_HOME"), "{removed:?}");
    }

    #[test]
    fn modules_of_the_two_builds_lie_apart() {
        let [relaxed, baseline] = Simd::ALL.map(|simd| wasm_path(&project(), "onnxlet-worker", simd));
        assert_ne!(relaxed, baseline);
        assert!(relaxed.ends_with("relaxed/wasm32-unknown-unknown/release/onnxlet_worker.wasm"));
    }
}
