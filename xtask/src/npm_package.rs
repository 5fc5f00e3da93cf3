//! Single npm packages that are data or a program: fetched by exact version, verified, unpacked.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha512};

use crate::process;
use crate::project::Project;
use crate::stamp::Step;

/// An exact version of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    pub name: &'static str,
    pub version: &'static str,
    /// As npm writes it: `sha512-` and base64.
    pub integrity: &'static str,
}

/// Makes sure that `folder` holds the package and the file `wanted` of it.
pub fn ensure_package(project: &Project, package: Package, folder: &Path, wanted: &str) -> Result<()> {
    let step = Step {
        name: &format!("fetch {}", package.name),
        keys: &[package.version, package.integrity],
        inputs: &[],
        outputs: &[folder.join(wanted)],
    };
    step.run(project, || fetch(package, folder)).map(drop)
}

fn fetch(package: Package, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder)?;
    let archive = download(package, folder)?;
    let bytes = fs::read(&archive).with_context(|| format!("reading {}", archive.display()))?;
    verify(&bytes, package)?;
    unpack(&bytes, folder)?;
    Ok(fs::remove_file(archive)?)
}

fn download(package: Package, folder: &Path) -> Result<std::path::PathBuf> {
    let mut npm = npm();
    npm.current_dir(folder).args(["pack", "--silent", &format!("{}@{}", package.name, package.version)]);
    let printed = process::capture(&mut npm)
        .with_context(|| format!("{}@{} could not be fetched from the npm registry", package.name, package.version))?;
    let file = printed.lines().last().context("`npm pack` named no file")?;
    Ok(folder.join(file.trim()))
}

fn verify(bytes: &[u8], package: Package) -> Result<()> {
    let got = format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)));
    if got != package.integrity {
        bail!("{}@{}: expected {}, got {got}: refused", package.name, package.version, package.integrity);
    }
    Ok(())
}

/// Unpacks below `folder`, without the folder `package/` that npm puts around everything.
pub fn unpack(archive: &[u8], folder: &Path) -> Result<()> {
    let mut tar = tar::Archive::new(GzDecoder::new(archive));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let inner: std::path::PathBuf = path.components().skip(1).collect();
        ensure!(
            inner.components().all(|part| matches!(part, std::path::Component::Normal(_))),
            "the package holds a path that leaves its folder: {}",
            path.display()
        );
        let to = folder.join(inner);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        entry.unpack(&to).with_context(|| format!("unpacking {}", to.display()))?;
    }
    Ok(())
}

/// `npm`, whatever it is called here.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Package = Package {
        name: "empty",
        version: "1.0.0",
        integrity: "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    };

    #[test]
    fn other_bytes_than_expected_are_refused() {
        verify(b"", EMPTY).unwrap();
        let error = verify(b"x", EMPTY).unwrap_err().to_string();
        assert!(error.starts_with("empty@1.0.0: expected sha512-z4Ph"), "{error}");
    }

    #[test]
    fn an_archive_loses_its_outer_folder_and_can_not_escape() {
        let folder = std::env::temp_dir().join(format!("onnxlet-unpack-{}", std::process::id()));
        unpack(&archive("package/bin/tool"), &folder).unwrap();
        assert_eq!(fs::read(folder.join("bin/tool")).unwrap(), b"hi");
        let error = unpack(&archive("package/../../evil"), &folder).unwrap_err().to_string();
        assert!(error.contains("leaves its folder"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    fn archive(path: &str) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        // `set_path` refuses what an attacker would write, so the bytes are set directly.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(2);
        header.set_mode(0o644);
        header.set_cksum();
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        tar.append(&header, &b"hi"[..]).unwrap();
        tar.into_inner().unwrap().finish().unwrap()
    }
}
