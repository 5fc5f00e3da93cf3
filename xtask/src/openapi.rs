//! `cargo xtask openapi`: whether the documents are OpenAPI, and whether servers answer as they say, by tools that we did not
//! write.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Result, ensure};
use clap::Args;

use crate::files;
use crate::groups::Group;
use crate::process;
use crate::project::Project;
use crate::python;
use crate::rust;
use crate::suites::Session;
use crate::tally::Tally;
use crate::wrangler;

/// How much is asked.
#[derive(Args, Clone, Copy, Debug)]
pub struct Options {
    /// Requests of each kind for each operation: 10 take two minutes, 200 half an hour
    #[arg(long, default_value_t = 10)]
    examples: u32,
    /// Another seed asks otherwise
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

impl Options {
    /// What `cargo xtask test` asks.
    pub const SHORT: Options = Options { examples: 3, seed: 1 };
}

/// Checks all, and counts.
pub fn command(project: &Project, options: Options) -> Result<ExitCode> {
    let mut tally = Tally::default();
    check(&Session::new(project), options, &mut tally)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The documents of models of every kind; then digits in workerd, and iris natively, which has what digits lacks: records and
/// tables.
pub fn check(session: &Session, options: Options, tally: &mut Tally) -> Result<()> {
    let project = session.project();
    let python = python::set_up(project, &python::OPENAPI)?;
    let documents = documents(project)?;
    let validate = Command::new(&python).arg(project.at("tests/openapi/validate.py")).args(documents).run(tally);
    let digits = session.serve("openapi")?;
    let asked = ask(project, &python, &digits.url(), options, tally);
    drop(digits);
    let port = wrangler::free_port()?;
    let iris = iris(project, port)?;
    let asked_iris = ask(project, &python, &format!("http://127.0.0.1:{port}"), options, tally);
    drop(iris);
    validate.and(asked).and(asked_iris)
}

/// The documents that a test of the Worker's writes.
fn documents(project: &Project) -> Result<Vec<std::path::PathBuf>> {
    let mut test = rust::cargo(project);
    process::run(test.args(["test", "--package", "onnxlet-worker", "--locked", "--test", "document"]))?;
    let folder = project.target.join("tmp/documents");
    let documents = files::find(&folder, ".json")?;
    ensure!(!documents.is_empty(), "{} holds no documents", folder.display());
    Ok(documents)
}

/// Serves iris natively.
fn iris(project: &Project, port: u16) -> Result<Group> {
    let mut build = rust::cargo(project);
    process::run(build.args(["build", "--package", "onnxlet-worker", "--locked", "--example", "native"]))?;
    let [onnx, card] = ["model.onnx", "card.json"].map(|file| project.at("models/iris").join(file));
    let mut serve = Command::new(project.target.join("debug/examples/native"));
    Group::start(serve.env("ONNXLET_LOG_LEVEL", "off").arg(port.to_string()).arg(onnx).arg(card))
}

fn ask(project: &Project, python: &Path, url: &str, options: Options, tally: &mut Tally) -> Result<()> {
    let mut ask = Command::new(python);
    ask.arg(project.at("tests/openapi/run.py")).arg(url);
    ask.args(["--examples", &options.examples.to_string(), "--seed", &options.seed.to_string()]).run(tally)
}

/// Running a command whose tests are counted.
trait Counted {
    fn run(&mut self, tally: &mut Tally) -> Result<()>;
}

impl Counted for Command {
    fn run(&mut self, tally: &mut Tally) -> Result<()> {
        process::run_watching(self, |line| tally.read(line))
    }
}
