//! The suites of `cargo xtask test`, in the order in which they run: what is quick to tell comes first.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, anyhow, ensure};

use crate::bench;
use crate::build;
use crate::chromium;
use crate::conformance;
use crate::files;
use crate::load;
use crate::models::{self, Model};
use crate::node::Node;
use crate::openapi;
use crate::peers;
use crate::process;
use crate::project::Project;
use crate::python;
use crate::reference;
use crate::rust;
use crate::tally::Tally;
use crate::wrangler::{self, Log, Server};
use crate::zoo;

/// A group of checks with one name.
pub struct Suite {
    pub name: &'static str,
    pub about: &'static str,
    pub company: Company,
    pub run: Run,
}

/// Whether another suite may run at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// It keeps all processors busy, or looks at the clock.
    Alone,
    /// One of its neighbours in the list: it waits for processes and sockets much of the time.
    Another,
}

/// What a suite does, and counts.
type Run = fn(&Session, &mut Tally) -> Result<()>;

impl Suite {
    const fn alone(name: &'static str, about: &'static str, run: Run) -> Suite {
        Suite { name, about, company: Company::Alone, run }
    }

    const fn beside(name: &'static str, about: &'static str, run: Run) -> Suite {
        Suite { name, about, company: Company::Another, run }
    }
}

/// All of them. Neighbours that may have company run two at a time.
pub const SUITES: [Suite; 22] = [
    Suite::alone("format", "cargo fmt --check", format),
    Suite::beside("lint", "clippy, warnings are errors", lint),
    Suite::beside("reference", "onnxruntime's answers, to compare with", |session, _| session.reference()),
    Suite::beside("docs", "rustdoc, warnings are errors", docs),
    Suite::alone("rust", "cargo test", rust),
    Suite::alone("build", "everything that is shipped", |session, _| session.built().map(drop)),
    Suite::alone("runtime", "npm/test in Node", runtime),
    Suite::beside("types", "tsc over every tsconfig.json", types),
    Suite::beside("package", "the packed npm packages", package),
    Suite::beside("openapi", "what the document allows, and what it doesn't, asked of servers", openapi),
    Suite::beside("models", "small real models, built and run in every host", models),
    Suite::beside("zoo", "what scikit-learn and boosters export, as onnxruntime answers", zoo),
    Suite::beside("clients", "unmodified clients of other inference servers, against the Worker", clients),
    Suite::beside("conformance", "ONNX's backend suite in the engine, in Node", conformance),
    Suite::beside("bake", "baking and trimming the real engine in Node", bake),
    Suite::beside("workerd", "the Worker over HTTP", workerd),
    Suite::beside("accuracy", "MNIST inside wasm in Node, workerd and Chromium", accuracy),
    Suite::beside("calls", "malformed and hostile calls of the engine in Node", calls),
    Suite::beside("deploy", "wrangler deploy --dry-run", deploy),
    Suite::alone("soak", "good, bad, huge and broken-off requests, all at once", soak),
    Suite::alone("page", "the page in Chromium", page),
    Suite::alone("bench", "that every engine can be measured, with digits; servers under load", bench),
];

/// What suites share: set-up is done once, and a failure of it told once a suite.
pub struct Session<'a> {
    project: &'a Project,
    built: OnceLock<Result<Node, String>>,
    reference: OnceLock<Result<(), String>>,
}

impl<'a> Session<'a> {
    pub fn new(project: &'a Project) -> Session<'a> {
        Session { project, built: OnceLock::new(), reference: OnceLock::new() }
    }

    pub fn project(&self) -> &Project {
        self.project
    }

    fn built(&self) -> Result<&Node> {
        let node =
            self.built.get_or_init(|| build::build_for_tests(self.project).map_err(|error| format!("{error:#}")));
        node.as_ref().map_err(|error| anyhow!("the build failed: {error}"))
    }

    fn reference(&self) -> Result<()> {
        let made = self.reference.get_or_init(|| reference::make(self.project).map_err(|error| format!("{error:#}")));
        made.clone().map_err(|error| anyhow!("there is no reference data: {error}"))
    }

    /// Serves the build on a port of its own.
    pub fn serve(&self, suite: &str) -> Result<Server> {
        let folder = self.project.target.join("test");
        std::fs::create_dir_all(&folder)?;
        let log = Log::File(folder.join(format!("wrangler-{suite}.log")));
        Server::start(self.project, self.built()?, wrangler::free_port()?, &log)
    }

    /// Runs the test files of a folder with Node.
    fn node_test(&self, program: &Path, folder: &str, variables: &[(&str, String)], tally: &mut Tally) -> Result<()> {
        self.node_test_with(program, &[], folder, variables, tally)
    }

    /// The same, with further options of Node's.
    fn node_test_with(
        &self,
        program: &Path,
        options: &[String],
        folder: &str,
        variables: &[(&str, String)],
        tally: &mut Tally,
    ) -> Result<()> {
        let files = files::find(&self.project.at(folder), ".test.mjs")?;
        ensure!(!files.is_empty(), "{folder} holds no *.test.mjs");
        let node = self.built()?;
        let mut command = Command::new(program);
        node.env(&mut command);
        command
            .current_dir(&self.project.root)
            .env("ONNXLET_NODE", &node.program)
            .env("ONNXLET_NODE_ON_PATH", &node.on_path)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .args(["--test", "--test-reporter=spec"])
            .args(options)
            .args(files);
        process::run_watching(&mut command, |line| tally.read(line))
    }
}

fn format(session: &Session, _: &mut Tally) -> Result<()> {
    process::run(rust::cargo(session.project).args(["fmt", "--all", "--check"]))
}

fn lint(session: &Session, _: &mut Tally) -> Result<()> {
    let mut clippy = rust::cargo(session.project);
    process::run(clippy.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

fn docs(session: &Session, _: &mut Tally) -> Result<()> {
    let mut doc = rust::cargo(session.project);
    process::run(doc.env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--workspace", "--no-deps", "--locked"]))
}

fn rust(session: &Session, tally: &mut Tally) -> Result<()> {
    session.reference()?;
    // The baker's tests link a module for it.
    rust::ensure_wasm_target(session.project)?;
    let mut test = rust::cargo(session.project);
    test.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    process::run_watching(&mut test, |line| tally.read(line))
}

fn types(session: &Session, _: &mut Tally) -> Result<()> {
    let node = session.built()?;
    peers::install(session.project, node)?;
    for config in files::find(&session.project.root, "tsconfig.json")? {
        let mut tsc = node.tool("typescript/bin/tsc");
        process::run(tsc.args(["--noEmit", "-p"]).arg(config))?;
    }
    Ok(())
}

/// In the Node that runs the tools and, where it is another, in the one on PATH: users may have that.
fn runtime(session: &Session, tally: &mut Tally) -> Result<()> {
    let node = session.built()?;
    session.node_test(&node.program, "npm/test", &[], tally)?;
    if node.on_path != node.program {
        session.node_test(&node.on_path, "npm/test", &[], tally)?;
    }
    Ok(())
}

/// A file on every processor, one more than Node takes by itself: these spend their time waiting for processes and pages.
fn package(session: &Session, tally: &mut Tally) -> Result<()> {
    let chromium = ("ONNXLET_CHROMIUM", chromium::ensure()?.display().to_string());
    let processors = std::thread::available_parallelism()?;
    let options = [format!("--test-concurrency={processors}")];
    session.node_test_with(&session.built()?.program, &options, "tests/package", &[chromium], tally)
}

fn models(session: &Session, tally: &mut Tally) -> Result<()> {
    real_models(session, |model| model.everyday, tally)
}

/// Builds the models with the packed command and compares what they answer with onnxruntime, in every host.
pub fn real_models(session: &Session, chosen: impl Fn(&Model) -> bool, tally: &mut Tally) -> Result<()> {
    let made = models::make(session.project, chosen)?;
    let names: Vec<&str> = made.iter().map(|model| model.name.as_str()).collect();
    let chromium = chromium::ensure()?.display().to_string();
    let variables = [("ONNXLET_CHROMIUM", chromium), ("ONNXLET_MODELS", names.join(","))];
    session.node_test(&session.built()?.program, "tests/models", &variables, tally)
}

fn zoo(session: &Session, tally: &mut Tally) -> Result<()> {
    exported_models(session, tally)?;
    zoo::check_page(session.project)
}

/// Trains and exports models, and compares what the engine answers inside wasm with onnxruntime.
pub fn exported_models(session: &Session, tally: &mut Tally) -> Result<()> {
    let python = ("ONNXLET_ZOO_PYTHON", zoo::make(session.project)?.display().to_string());
    session.node_test(&session.built()?.program, "tests/zoo", &[python], tally)
}

fn accuracy(session: &Session, tally: &mut Tally) -> Result<()> {
    session.reference()?;
    served(session, "accuracy", tally)
}

fn calls(session: &Session, tally: &mut Tally) -> Result<()> {
    session.node_test(&session.built()?.program, "tests/calls", &[], tally)
}

fn bake(session: &Session, tally: &mut Tally) -> Result<()> {
    session.node_test(&session.built()?.program, "bake/tests/node", &[], tally)
}

/// What judges, then what is judged.
fn conformance(session: &Session, tally: &mut Tally) -> Result<()> {
    let node = session.built()?;
    let tested = session.node_test(&node.program, "tests/conformance", &[], tally);
    let judged = conformance::run(session.project, node, &conformance::Options::default(), tally);
    tested.and(judged).and(conformance::run_by_operator(session.project))
}

fn workerd(session: &Session, tally: &mut Tally) -> Result<()> {
    let server = session.serve("workerd")?;
    session.node_test(&session.built()?.program, "tests/workerd", &[("ONNXLET_URL", server.url())], tally)
}

fn soak(session: &Session, tally: &mut Tally) -> Result<()> {
    session.node_test(&session.built()?.program, "tests/soak", &[], tally)
}

/// The clients of Python, then Node's fetch.
fn clients(session: &Session, tally: &mut Tally) -> Result<()> {
    let python = python::set_up(session.project, &python::CLIENTS)?;
    let server = session.serve("clients")?;
    let mut run = Command::new(python);
    run.arg(session.project.at("tests/clients/run.py")).env("ONNXLET_URL", server.url());
    let ran = process::run_watching(&mut run, |line| tally.read(line));
    session.node_test(&session.built()?.program, "tests/clients", &[("ONNXLET_URL", server.url())], tally)?;
    ran
}

fn openapi(session: &Session, tally: &mut Tally) -> Result<()> {
    openapi::check(session, openapi::Options::SHORT, tally)
}

fn page(session: &Session, tally: &mut Tally) -> Result<()> {
    served(session, "page", tally)
}

/// Runs `tests/<name>` with the Worker, the site and a Chromium.
fn served(session: &Session, name: &str, tally: &mut Tally) -> Result<()> {
    let chromium = chromium::ensure()?.display().to_string();
    let server = session.serve(name)?;
    let variables = [("ONNXLET_URL", server.url()), ("ONNXLET_CHROMIUM", chromium)];
    session.node_test(&session.built()?.program, &format!("tests/{name}"), &variables, tally)
}

fn bench(session: &Session, tally: &mut Tally) -> Result<()> {
    let node = session.built()?;
    let quick = bench::Options { quick: true, ..bench::Options::default() };
    bench::measure(session.project, node, &quick)?;
    load::measure(session.project, node, &load::Options { quick: true, ..load::Options::default() })?;
    let mnist = ("ONNXLET_MNIST", reference::mnist(session.project)?.display().to_string());
    session.node_test(&node.program, "bench/test", &[mnist], tally)
}

fn deploy(session: &Session, _: &mut Tally) -> Result<()> {
    wrangler::rehearse_deployment(session.project, session.built()?)
}
