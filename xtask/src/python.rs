//! Python with the packages that something needs, in an environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::node::find_on_path;
use crate::process;
use crate::project::Project;
use crate::stamp::Step;

const REMEDY: &str = "install Python 3.10 or newer (on Debian: apt-get install python3 python3-venv)";
const NAMES: [&str; 6] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

/// An environment, and the file that pins what is in it.
pub struct Environment {
    /// Its folder in `target/`.
    folder: &'static str,
    requirements: &'static str,
}

/// What the reference data needs.
pub const REFERENCE: Environment = Environment { folder: "venv", requirements: "tests/reference/requirements.txt" };
/// The clients of inference servers.
pub const CLIENTS: Environment = Environment { folder: "venv-clients", requirements: "tests/clients/requirements.txt" };

/// What trains and exports the models of `tests/zoo/`.
pub const ZOO: Environment = Environment { folder: "venv-zoo", requirements: "tests/zoo/requirements.txt" };
/// ONNX's backend suite.
pub const CONFORMANCE: Environment =
    Environment { folder: "venv-conformance", requirements: "tests/conformance/requirements.txt" };

/// What asks servers for all that their OpenAPI documents allow.
pub const OPENAPI: Environment = Environment { folder: "venv-openapi", requirements: "tests/openapi/requirements.txt" };

/// The server that the Worker is measured against.
pub const LOAD: Environment = Environment { folder: "venv-load", requirements: "bench/load/flask/requirements.txt" };

/// Makes sure that an environment holds what its file pins. Returns its Python.
pub fn set_up(project: &Project, environment: &Environment) -> Result<PathBuf> {
    let python = find()?;
    let folder = project.target.join(environment.folder);
    let own = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = project.at(environment.requirements);
    let step = Step {
        name: &format!("python packages in {}", environment.folder),
        keys: &[&python.to_string_lossy()],
        inputs: std::slice::from_ref(&requirements),
        outputs: std::slice::from_ref(&own),
    };
    step.run(project, || install(&python, &folder, &own, &requirements))?;
    Ok(own)
}

fn install(python: &Path, folder: &Path, own: &Path, requirements: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    process::run(Command::new(python).args(["-m", "venv"]).arg(folder))
        .with_context(|| format!("a virtual environment can't be made; {REMEDY}"))?;
    let mut pip = Command::new(own);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "-r"]);
    process::run(pip.arg(requirements)).with_context(|| {
        format!("the packages of {} can't be installed; they support Python 3.10 to 3.13", requirements.display())
    })
}

/// The first Python on PATH that is new enough.
fn find() -> Result<PathBuf> {
    let mut seen = Vec::new();
    for program in NAMES.iter().filter_map(|name| find_on_path(name)) {
        match process::capture(Command::new(&program).arg("--version")) {
            Ok(printed) if is_new_enough(&printed) => return Ok(program),
            Ok(printed) => seen.push(format!("{} is {}", program.display(), printed.trim())),
            Err(error) => seen.push(format!("{error:#}")),
        }
    }
    if seen.is_empty() {
        bail!("Python is missing; {REMEDY}");
    }
    bail!("no Python is new enough ({}); {REMEDY}", seen.join("; "))
}

/// Reads `Python 3.11.2`.
fn is_new_enough(printed: &str) -> bool {
    let version = printed.trim().trim_start_matches("Python ");
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (3, 10),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(is_new_enough("Python 3.10.0\n"));
        assert!(is_new_enough("Python 3.13.1"));
        assert!(!is_new_enough("Python 3.9.18"));
        assert!(!is_new_enough("Python 2.7.18"));
        assert!(!is_new_enough("zsh: not found"));
    }
}
