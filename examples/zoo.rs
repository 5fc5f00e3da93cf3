//! Holds the engine, natively, to onnxruntime's answers about the models that `cargo xtask zoo` makes: a line for each.
//!
//! `cargo run --example zoo -- target/zoo --filter forest`. The suite `zoo` asks the same inside wasm.

#[path = "zoo/case.rs"]
mod case;
#[path = "zoo/compare.rs"]
mod compare;

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use onnxlet::{Inputs, Model};
use serde_json::Value;

use case::Case;
use compare::Difference;

type Failure = Box<dyn std::error::Error>;

/// What became of a model.
enum Verdict {
    /// The largest difference.
    Pass(Difference),
    Wrong(String),
    Refused(String),
}

fn main() -> ExitCode {
    match arguments().and_then(|(folder, filter)| run(&folder, &filter)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<(PathBuf, String), Failure> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [folder] => Ok((folder.into(), String::new())),
        [folder, "--filter", part] | ["--filter", part, folder] => Ok((folder.into(), part.into())),
        _ => Err("usage: cargo run --example zoo -- FOLDER [--filter PART-OF-A-NAME]".into()),
    }
}

fn run(folder: &Path, filter: &str) -> Result<ExitCode, Failure> {
    let zoo: Value = serde_json::from_slice(&fs::read(folder.join("zoo.json"))?)?;
    let models = zoo["models"].as_array().ok_or("zoo.json names no models")?;
    let (mut passed, mut wrong, mut refused) = (0, 0, 0);
    // A panic is told in its model's line.
    panic::set_hook(Box::new(|_| {}));
    for model in models {
        let name = model["name"].as_str().ok_or("zoo.json: a model without a name")?;
        if !name.contains(filter) {
            continue;
        }
        let tolerance = compare::Tolerance::read(&model["tolerance"])?;
        let checked = panic::catch_unwind(AssertUnwindSafe(|| check(&folder.join(name), tolerance)));
        match checked.unwrap_or_else(|panic| Ok(Verdict::Wrong(format!("panicked: {}", message(&*panic)))))? {
            Verdict::Pass(difference) => {
                passed += 1;
                println!("pass     {name:<36} {difference}");
            }
            Verdict::Wrong(reason) => {
                wrong += 1;
                println!("WRONG    {name:<36} {reason}");
            }
            Verdict::Refused(reason) => {
                refused += 1;
                println!("refused  {name:<36} {reason}");
            }
        }
    }
    println!("{passed} pass, {wrong} wrong, {refused} refused");
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

/// Loads a model and asks it every case.
fn check(folder: &Path, tolerance: compare::Tolerance) -> Result<Verdict, Failure> {
    let onnx = fs::read(folder.join("model.onnx"))?;
    let card = fs::read_to_string(folder.join("card.json"))?;
    let cases = case::read(&folder.join("cases"))?;
    let model = match Model::load(&onnx, Some(&card)) {
        Ok(model) => model,
        Err(error) => return Ok(Verdict::Refused(error.to_string())),
    };
    let mut largest = Difference::default();
    for case in &cases {
        match answer(&model, case, tolerance) {
            Ok(difference) => largest = largest.larger(difference),
            Err(reason) => return Ok(Verdict::Wrong(format!("{}: {reason}", case.name))),
        }
    }
    Ok(Verdict::Pass(largest))
}

fn answer(model: &Model, case: &Case, tolerance: compare::Tolerance) -> Result<Difference, String> {
    let (inputs, options) = Inputs::from_json(model, &case.request()).map_err(|error| error.to_string())?;
    let prediction = model.predict(inputs, &options).map_err(|error| error.to_string())?;
    compare::compare(model, prediction.outputs(), &case.outputs, tolerance)
}
