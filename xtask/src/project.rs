//! Where things are: the repository and what is made under `target/`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The repository's folders.
#[derive(Debug, Clone)]
pub struct Project {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Project {
    /// The repository that `cargo xtask` was called in.
    pub fn find() -> Result<Project> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("not started by cargo; run it as `cargo xtask <command>`")?;
        let root = Path::new(&manifest).parent().context("xtask's folder has no parent")?.to_owned();
        let target = root.join("target");
        Ok(Project { root, target })
    }

    /// Names of the bundled models: the folders of `models/` that hold a `model.onnx`.
    pub fn models(&self) -> Result<Vec<String>> {
        let folder = self.root.join("models");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            if path.join("model.onnx").is_file()
                && let Some(name) = path.file_name().and_then(|name| name.to_str())
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// The chosen models, or all of them when none is named.
    pub fn chosen_models(&self, chosen: &[String]) -> Result<Vec<String>> {
        let known = self.models()?;
        if chosen.is_empty() {
            return Ok(known);
        }
        for name in chosen {
            if !known.contains(name) {
                bail!("--model {name}: there is no models/{name}/model.onnx; the models are: {}", known.join(", "));
            }
        }
        Ok(chosen.to_vec())
    }

    /// A path inside the repository.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}
