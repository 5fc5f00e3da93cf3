//! The static site: the demo page and, beside it, the packages that it imports.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::files;
use crate::package;
use crate::project::Project;
use crate::stamp::Step;

/// Copies `www/` and the packages into `target/site/`.
pub fn build(project: &Project, models: &[String], packages: &[String]) -> Result<()> {
    let site = project.target.join("site");
    let keys: Vec<&str> = packages.iter().chain(models).map(String::as_str).collect();
    let step = Step { name: "site", keys: &keys, inputs: &[project.at("www")], outputs: &[site.join("index.html")] };
    step.run(project, || copy(project, models, &site)).map(drop)
}

fn copy(project: &Project, models: &[String], site: &Path) -> Result<()> {
    files::fresh_folder(site)?;
    files::copy_folder(&project.at("www"), site)?;
    for model in models {
        let package: PathBuf = package::folder(project, model);
        files::copy_folder(&package, &site.join("packages").join(format!("onnxlet-{model}")))?;
    }
    Ok(())
}
