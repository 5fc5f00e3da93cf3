//! `models/real.json`: which models, from which packages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::project::Project;

/// The whole file. `docs/MODELS.md` describes its fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub models: Vec<Model>,
    pub photos: Vec<Photo>,
}

/// A model.
#[derive(Debug, Clone, Deserialize)]
pub struct Model {
    /// Its folder in `target/models/`.
    pub name: String,
    #[serde(flatten)]
    pub origin: Origin,
    /// Whether `cargo xtask test` builds it.
    #[serde(default)]
    pub everyday: bool,
    /// The card to build it with.
    pub card: Value,
    /// How its inputs are made: `tests/models/cases.py` reads this.
    pub cases: Value,
}

/// A picture that inputs are made of.
#[derive(Debug, Clone, Deserialize)]
pub struct Photo {
    pub name: String,
    #[serde(flatten)]
    pub origin: Origin,
}

/// A file of a package.
#[derive(Debug, Clone, Deserialize)]
pub struct Origin {
    pub registry: Registry,
    pub package: String,
    /// Exactly this one.
    pub version: String,
    /// Inside the package.
    pub file: String,
    /// Of the file, hexadecimal.
    pub sha256: String,
    /// The file's licence.
    pub license: String,
}

/// Where packages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    Pypi,
    Npm,
}

/// The file itself.
pub fn path(project: &Project) -> PathBuf {
    project.at("models/real.json")
}

impl Manifest {
    /// Reads and checks it.
    pub fn read(project: &Project) -> Result<Manifest> {
        let path = path(project);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let manifest: Manifest = serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        manifest.check().with_context(|| path.display().to_string())?;
        Ok(manifest)
    }

    /// Names become folders and paths are joined: both must stay where they belong.
    fn check(&self) -> Result<()> {
        let models = self.models.iter().map(|model| (&model.name, &model.origin));
        let photos = self.photos.iter().map(|photo| (&photo.name, &photo.origin));
        let mut names = BTreeSet::from(["photos"]);
        for (name, origin) in models.chain(photos) {
            ensure!(names.insert(name), "the name {name:?} is used twice");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            ensure!(!name.is_empty() && name.chars().all(plain), "{name:?} is not of a-z, 0-9 and -");
            let inside = Path::new(&origin.file).components().all(|part| matches!(part, Component::Normal(_)));
            ensure!(inside, "{name}: {:?} leaves the package", origin.file);
            let hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
            ensure!(origin.sha256.len() == 64 && origin.sha256.chars().all(hex), "{name}: sha256 is not 64 digits");
            ensure!(!origin.license.is_empty(), "{name}: no license");
        }
        for model in &self.models {
            if model.card["name"] != model.name {
                bail!("{}: its card says {}", model.name, model.card["name"]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real() -> Manifest {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
        Manifest::read(&Project { target: root.join("target"), root }).unwrap()
    }

    #[test]
    fn the_manifest_is_whole() {
        let manifest = real();
        assert!(manifest.models.iter().filter(|model| model.everyday).count() >= 3);
        assert!(manifest.models.iter().all(|model| model.cases.as_array().is_some_and(|cases| !cases.is_empty())));
    }

    #[test]
    fn what_would_leave_its_folder_is_refused() {
        for wrong in [
            |m: &mut Manifest| m.models[0].name = "../x".into(),
            |m: &mut Manifest| {
                m.models[0].origin.file = "../x".into();
            },
        ] {
            let mut manifest = real();
            wrong(&mut manifest);
            assert!(manifest.check().is_err());
        }
    }
}
