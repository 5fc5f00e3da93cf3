//! The static site: the demo page and, beside it, the packages that it imports.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::files;
use crate::node::Node;
use crate::package;
use crate::process;
use crate::project::Project;
use crate::stamp::Step;

/// What lies in `www/` for the build, not for browsers.
const NOT_SERVED: [&str; 2] = ["build", "tsconfig.json"];

/// Puts `www/`, the packages and the sample pictures into `target/site/`.
pub fn build(project: &Project, node: &Node, models: &[String], packages: &[String]) -> Result<()> {
    let site = project.target.join("site");
    let keys: Vec<&str> = packages.iter().chain(models).map(String::as_str).collect();
    let step = Step {
        name: "site",
        keys: &keys,
        inputs: &[project.at("www"), samples(project)],
        outputs: &["index.html", "precache.js"].map(|file| site.join(file)),
    };
    step.run(project, || {
        copy(project, models, &site)?;
        process::run(node.command().arg("www/build/lists.mjs").arg(&site))
    })
    .map(drop)
}

fn samples(project: &Project) -> PathBuf {
    project.at("models/digits/samples")
}

fn copy(project: &Project, models: &[String], site: &Path) -> Result<()> {
    files::fresh_folder(site)?;
    for entry in fs::read_dir(project.at("www"))? {
        let entry = entry?;
        if !NOT_SERVED.contains(&&*entry.file_name().to_string_lossy()) {
            files::copy(&entry.path(), &site.join(entry.file_name()))?;
        }
    }
    files::copy(&samples(project), &site.join("samples"))?;
    // As users' Workers have it.
    files::copy(&project.target.join("npm/onnxlet/docs"), &site.join("docs"))?;
    for model in models {
        let name = format!("onnxlet-{model}");
        files::copy(&package::folder(project, model), &site.join("packages").join(name))?;
    }
    Ok(())
}
