//! `cargo xtask models`: the real models of `models/real.json`, fetched from their packages into `target/models/`, with inputs
//! and onnxruntime's outputs for them.

mod fetch;
mod manifest;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::files;
use crate::process;
use crate::project::Project;
use crate::python;
use crate::stamp::Step;
use crate::suites::{self, Session};
use crate::tally::Tally;

pub use manifest::{Manifest, Model};

/// The folder of all of them.
pub fn folder(project: &Project) -> PathBuf {
    project.target.join("models")
}

/// Makes those named, otherwise all of them or the everyday ones; tests them if asked to.
pub fn command(project: &Project, names: &[String], everyday: bool, check: bool) -> Result<ExitCode> {
    let known: Vec<String> = Manifest::read(project)?.models.into_iter().map(|model| model.name).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        bail!("--name {name}: no such model; models/real.json has {}", known.join(", "));
    }
    let chosen =
        |model: &Model| if names.is_empty() { model.everyday || !everyday } else { names.contains(&model.name) };
    if check {
        let mut tally = Tally::default();
        suites::real_models(&Session::new(project), chosen, &mut tally)?;
        println!("{} passed, {} failed", tally.passed, tally.failed);
        return Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    for model in make(project, chosen)? {
        println!("{}", folder(project).join(model.name).display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes `target/models/<name>/` with `model.onnx`, `card.json`, `cases.json` and the files that it names, for the models
/// that are chosen.
pub fn make(project: &Project, choose: impl Fn(&Model) -> bool) -> Result<Vec<Model>> {
    let manifest = Manifest::read(project)?;
    let models: Vec<Model> = manifest.models.into_iter().filter(choose).collect();
    let python = python::set_up(project, &python::REFERENCE)?;
    let out = folder(project);
    let photos = out.join("photos");
    let photo_files = manifest.photos.iter().map(|photo| (&photo.origin, photos.join(&photo.name)));
    let model_files = models.iter().map(|model| (&model.origin, out.join(&model.name).join("model.onnx")));
    fetch::fetch(project, &python, photo_files.chain(model_files).collect())?;
    for model in &models {
        let folder = out.join(&model.name);
        fs::write(folder.join("card.json"), format!("{:#}\n", model.card))?;
        cases(project, &python, model, &photos)
            .with_context(|| format!("the inputs and reference outputs of {}", model.name))?;
    }
    Ok(models)
}

/// Makes a model's inputs, and onnxruntime's outputs for them.
fn cases(project: &Project, python: &Path, model: &Model, photos: &Path) -> Result<()> {
    let folder = folder(project).join(&model.name);
    let out = folder.join("cases");
    let step = Step {
        name: &format!("reference of {}", model.name),
        keys: &[&model.origin.sha256, &model.cases.to_string(), &python.to_string_lossy()],
        inputs: &["tests/models/cases.py", "tests/models/makers.py", "tests/reference/requirements.txt"]
            .map(|path| project.at(path)),
        outputs: &[out.join("cases.json")],
    };
    let work = || {
        files::fresh_folder(&out)?;
        let mut script = Command::new(python);
        script.current_dir(&project.root).env("PYTHONDONTWRITEBYTECODE", "1").arg(project.at("tests/models/cases.py"));
        script.arg("--manifest").arg(manifest::path(project)).args(["--name", &model.name]).arg("--photos").arg(photos);
        process::run(script.arg("--model").arg(folder.join("model.onnx")).arg("--out").arg(&out))
    };
    step.run(project, work).map(drop)
}
