//! Chromium for the page's tests: named by the environment, found, or installed on Debian as root.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::node::find_on_path;
use crate::process;
use crate::progress;

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const USUAL_PLACES: [&str; 5] = [
    "/usr/bin/chromium",
    "/snap/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
];
const REMEDY: &str =
    "install Chromium or Chrome (on Debian: apt-get install chromium), or name its program in ONNXLET_CHROMIUM";

/// The program of a Chromium.
pub fn ensure() -> Result<PathBuf> {
    if let Some(named) = env::var_os("ONNXLET_CHROMIUM") {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("ONNXLET_CHROMIUM names {}, which is not a file", named.display());
        }
        return Ok(named);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if !may_install() {
        bail!("Chromium is missing; {REMEDY}");
    }
    progress::step("install Chromium", install)?;
    find().with_context(|| format!("apt-get installed no Chromium; {REMEDY}"))
}

fn find() -> Option<PathBuf> {
    let on_path = NAMES.iter().find_map(|name| find_on_path(name));
    on_path.or_else(|| USUAL_PLACES.iter().map(PathBuf::from).find(|place| place.is_file()))
}

/// Only where that is how programs are installed, and we are allowed to.
fn may_install() -> bool {
    let root = process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && find_on_path("apt-get").is_some()
}

fn install() -> Result<()> {
    process::run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args([
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        "chromium",
    ]);
    process::run(&mut install).context(REMEDY)
}
