//! `cargo xtask zoo`: models as people train and export them, in `target/zoo/`, with onnxruntime's answers, which the engine
//! must give, too.

mod support;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Result, ensure};
use clap::Args;

use crate::files;
use crate::models;
use crate::process;
use crate::project::Project;
use crate::python;
use crate::reference;
use crate::stamp::Step;
use crate::suites::{self, Session};
use crate::tally::Tally;

/// The model of `models/real.json` that is quantised.
const QUANTISED: &str = "ppocr-cls";

/// Its options.
#[derive(Args)]
pub struct Options {
    /// Only makes the models: `cargo run --example zoo -- target/zoo` then asks the engine natively
    #[arg(long)]
    make: bool,
    /// Writes docs/SUPPORT.md from what the engine answers, and takes what passes off tests/zoo/expected.json
    #[arg(long, conflicts_with = "make")]
    publish: bool,
}

/// Makes the models; then builds everything, and asks the engine about them.
pub fn command(project: &Project, options: &Options) -> Result<ExitCode> {
    if options.make {
        make(project)?;
        println!("{}", folder(project).display());
        return Ok(ExitCode::SUCCESS);
    }
    let mut tally = Tally::default();
    let ran = suites::exported_models(&Session::new(project), &mut tally);
    if options.publish {
        support::publish(project)?;
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    ran?;
    Ok(ExitCode::SUCCESS)
}

/// Where the models are.
pub fn folder(project: &Project) -> PathBuf {
    project.target.join("zoo")
}

/// The page of the documentation says what the last run found.
pub fn check_page(project: &Project) -> Result<()> {
    support::check(project)
}

/// Trains, exports and asks onnxruntime. Returns the Python that has the libraries.
pub fn make(project: &Project) -> Result<PathBuf> {
    let python = python::set_up(project, &python::ZOO)?;
    let scripts = files::find(&project.at("tests/zoo"), ".py")?;
    ensure!(!scripts.is_empty(), "tests/zoo holds no *.py");
    // What is quantised: the model of digits with MNIST to calibrate it, and a real one.
    let mnist = reference::mnist(project)?;
    models::make(project, |model| model.name == QUANTISED)?;
    let quantised = models::folder(project).join(QUANTISED).join("model.onnx");
    let others = ["tests/zoo/requirements.txt", "tests/models/makers.py", "models/digits/model.onnx"];
    let others = others.iter().map(|path| project.at(path)).chain([quantised.clone()]).collect();
    let out = folder(project);
    let step = Step {
        name: "the zoo's models",
        keys: &[&python.to_string_lossy()],
        inputs: &[scripts, others].concat(),
        outputs: &[out.join("zoo.json")],
    };
    step.run(project, || {
        files::fresh_folder(&out)?;
        let mut script = Command::new(&python);
        // Exporters write attributes in the order of their hashes.
        script.current_dir(&project.root).envs([("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONHASHSEED", "0")]);
        script.env("ONNXLET_MNIST", &mnist).env("ONNXLET_PPOCR_CLS", &quantised);
        process::run(script.arg(project.at("tests/zoo/generate.py")).arg("--out").arg(&out))
    })?;
    Ok(python)
}
