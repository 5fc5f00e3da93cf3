//! Skipping a step whose inputs are the same as at its last success.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::progress;
use crate::project::Project;

/// What a step depends on and makes.
pub struct Step<'a> {
    /// Shown to the person and used for the stamp's file name.
    pub name: &'a str,
    /// Everything that matters and is not a file: versions, flags, digests of earlier steps.
    pub keys: &'a [&'a str],
    /// Files and folders that are read.
    pub inputs: &'a [PathBuf],
    /// Files that must exist afterwards.
    pub outputs: &'a [PathBuf],
}

impl Step<'_> {
    /// Does the work unless it is already done. Returns the digest of the inputs.
    pub fn run(&self, project: &Project, work: impl FnOnce() -> Result<()>) -> Result<String> {
        // Two suites may ask for the same step at once: the second then finds it done.
        let turn = turn_of(self.name);
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = self.digest(&project.root)?;
        let stamp = project.target.join("stamps").join(self.name.replace(['/', ' '], "-"));
        let last = fs::read_to_string(&stamp).unwrap_or_default();
        if last == digest && self.outputs.iter().all(|path| path.exists()) {
            progress::unchanged(self.name);
            return Ok(digest);
        }
        progress::step(self.name, || {
            // A step that is broken off must not look done.
            if stamp.exists() {
                fs::remove_file(&stamp)?;
            }
            work()?;
            self.check_outputs()
        })?;
        fs::create_dir_all(project.target.join("stamps"))?;
        fs::write(&stamp, &digest)?;
        Ok(digest)
    }

    fn check_outputs(&self) -> Result<()> {
        for path in self.outputs {
            anyhow::ensure!(path.exists(), "it did not make {}", path.display());
        }
        Ok(())
    }

    fn digest(&self, root: &Path) -> Result<String> {
        let mut hasher = Sha256::new();
        for key in self.keys {
            add(&mut hasher, key.as_bytes());
        }
        for input in self.inputs {
            add_path(&mut hasher, root, input)?;
        }
        Ok(hex(&hasher.finalize()))
    }
}

/// What whoever runs a step holds while it does.
fn turn_of(name: &str) -> Arc<Mutex<()>> {
    static TURNS: Mutex<BTreeMap<String, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    turns.entry(name.to_owned()).or_default().clone()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each part is preceded by its length, so that parts can't run into one another.
fn add(hasher: &mut Sha256, part: &[u8]) {
    hasher.update((part.len() as u64).to_le_bytes());
    hasher.update(part);
}

fn add_path(hasher: &mut Sha256, root: &Path, path: &Path) -> Result<()> {
    let name = path.strip_prefix(root).unwrap_or(path);
    add(hasher, name.to_string_lossy().as_bytes());
    if path.is_dir() {
        for child in children(path)? {
            add_path(hasher, root, &child)?;
        }
    } else {
        let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        add(hasher, &bytes);
    }
    Ok(())
}

/// A folder's entries in a fixed order, without what tools leave there.
fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        if !matches!(entry.file_name().to_str(), Some("node_modules" | "__pycache__" | ".wrangler")) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    struct Sandbox {
        project: Project,
    }

    impl Sandbox {
        fn new(name: &str) -> Sandbox {
            let root = std::env::temp_dir().join(format!("onnxlet-stamp-{name}-{}", std::process::id()));
            fs::create_dir_all(root.join("in")).unwrap();
            fs::write(root.join("in/a"), "1").unwrap();
            let target = root.join("target");
            Sandbox { project: Project { root, target } }
        }

        /// Runs a step that reads `in/` and writes `out`; says whether it worked.
        fn worked(&self, key: &str) -> bool {
            let worked = Cell::new(false);
            let out = self.project.at("out");
            let step = Step {
                name: "a step",
                keys: &[key],
                inputs: &[self.project.at("in")],
                outputs: std::slice::from_ref(&out),
            };
            step.run(&self.project, || {
                worked.set(true);
                Ok(fs::write(&out, "made")?)
            })
            .unwrap();
            worked.get()
        }
    }

    impl Drop for Sandbox {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.project.root);
        }
    }

    #[test]
    fn works_once_until_an_input_key_or_output_changes() {
        let sandbox = Sandbox::new("changes");
        assert!(sandbox.worked("k"));
        assert!(!sandbox.worked("k"));
        fs::write(sandbox.project.at("in/a"), "2").unwrap();
        assert!(sandbox.worked("k"), "a changed file");
        fs::write(sandbox.project.at("in/b"), "").unwrap();
        assert!(sandbox.worked("k"), "a new file");
        assert!(sandbox.worked("other"), "another key");
        fs::remove_file(sandbox.project.at("out")).unwrap();
        assert!(sandbox.worked("other"), "a missing output");
        assert!(!sandbox.worked("other"));
    }

    #[test]
    fn a_failed_step_runs_again_and_a_missing_output_is_an_error() {
        let sandbox = Sandbox::new("fails");
        let project = &sandbox.project;
        let step = Step { name: "s", keys: &[], inputs: &[], outputs: &[project.at("never")] };
        let error = step.run(project, || Ok(())).unwrap_err();
        assert!(format!("{error:#}").contains("did not make"), "{error:#}");
        assert!(step.run(project, || anyhow::bail!("broken")).is_err());
    }
}
