//! Runs ONNX's backend suite natively, as `tests/conformance/collect.py` wrote it: quicker to repeat than
//! `cargo xtask conformance`, which does the same inside wasm, and counts.
//!
//! `cargo run --example conformance -- target/conformance/cases [--filter SUBSTRING]... [--eager] [--expected FILE] [--summary]`
//!
//! With `--eager` every model runs operator by operator, also where tract plans the whole, which hides our kernels. With
//! `--expected`, the list of what may be refused, an outcome that is not as listed fails the run.

mod cases;
mod compare;
mod gate;
mod run;
mod summary;

use std::path::PathBuf;
use std::process::ExitCode;

use cases::Case;
use onnxlet::Model;
use run::{Load, Outcome, Status};

const USAGE: &str =
    "usage: conformance CASES_DIR [--filter SUBSTRING]... [--eager] [--expected FILE] [--summary] [--full]";

/// What the command line says.
struct Arguments {
    folder: PathBuf,
    /// Run the cases with one of these in their name, operator or `suite/name`; all where there is none.
    filters: Vec<String>,
    load: Load,
    /// The list of cases that may be refused.
    expected: Option<PathBuf>,
    /// Group what doesn't pass by operator and reason.
    summary: bool,
    /// Print reasons whole.
    full: bool,
}

fn main() -> ExitCode {
    let Some(arguments) = read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let cases = match cases::read(&arguments.folder) {
        Ok(cases) => cases,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let chosen = cases.into_iter().filter(|case| is_chosen(case, &arguments.filters));
    run::quieten_panics();
    let mut outcomes: Vec<(Case, Outcome)> = vec![];
    for case in chosen {
        let outcome = run::run(&arguments.folder, &case, arguments.load);
        let reason = if arguments.full { outcome.reason.clone() } else { summary::short(&outcome.reason) };
        println!("{:<10} {} {reason}", outcome.status.name(), case.name);
        outcomes.push((case, outcome));
    }
    if arguments.summary {
        summary::print(&outcomes);
    }
    let count = |status: Status| outcomes.iter().filter(|(_, outcome)| outcome.status == status).count();
    let totals: Vec<String> =
        Status::ALL.iter().map(|&status| format!("{} {}", count(status), status.name())).collect();
    println!("{} cases: {}", outcomes.len(), totals.join(", "));
    match arguments.expected.as_deref().map(gate::read).transpose() {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(expected)) => judge(&expected.problems(&outcomes)),
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn judge(problems: &[String]) -> ExitCode {
    problems.iter().for_each(|problem| eprintln!("error: {problem}"));
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let (filters, expected) = (vec![], None);
    let mut arguments =
        Arguments { folder: PathBuf::new(), filters, load: Model::load, expected, summary: false, full: false };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--filter" => arguments.filters.push(words.next()?),
            "--eager" => arguments.load = Model::load_by_operator,
            "--expected" => arguments.expected = Some(words.next()?.into()),
            "--summary" => arguments.summary = true,
            "--full" => arguments.full = true,
            folder if !folder.starts_with('-') && arguments.folder.as_os_str().is_empty() => {
                arguments.folder = folder.into();
            }
            _ => return None,
        }
    }
    (!arguments.folder.as_os_str().is_empty()).then_some(arguments)
}

fn is_chosen(case: &Case, filters: &[String]) -> bool {
    let whole = format!("{}/{}", case.suite, case.name);
    filters.is_empty() || filters.iter().any(|filter| whole.contains(filter) || case.operator == *filter)
}
