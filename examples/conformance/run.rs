//! One case, kept apart: a panic or an endless loop ends it, not the run.

use std::cell::RefCell;
use std::fmt::Display;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use onnxlet::{Inputs, Model, Options};

use crate::cases::{Case, Set};
use crate::compare::{Elements, difference};

/// Longer than any case takes unoptimised.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a model is loaded, from its bytes and a card.
pub type Load = fn(&[u8], Option<&str>) -> Result<Model, onnxlet::Error>;

/// What became of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Every output is the expected one.
    Pass,
    /// An output isn't.
    Wrong,
    /// The model wasn't loaded, or an input not taken.
    Refused,
    /// A panic, or no answer.
    Trapped,
    /// Not run.
    NotTensor,
}

impl Status {
    /// In the order in which they are told.
    pub const ALL: [Status; 5] = [Status::Pass, Status::Wrong, Status::Refused, Status::Trapped, Status::NotTensor];

    /// In `results.json`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Wrong => "wrong",
            Status::Refused => "refused",
            Status::Trapped => "trapped",
            Status::NotTensor => "not_tensor",
        }
    }
}

/// A status, and why it isn't `pass`.
pub struct Outcome {
    /// What became of the case.
    pub status: Status,
    /// Empty where it passed.
    pub reason: String,
}

impl Outcome {
    fn new(status: Status, reason: impl Display) -> Outcome {
        Outcome { status, reason: reason.to_string() }
    }
}

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics are told in the case's line only.
pub fn quieten_panics() {
    panic::set_hook(Box::new(|info| PANIC.set(Some(info.to_string()))));
}

/// Runs a case.
pub fn run(folder: &Path, case: &Case, load: Load) -> Outcome {
    if let Some(reason) = &case.not_tensor {
        return Outcome::new(Status::NotTensor, reason);
    }
    let (sender, receiver) = mpsc::channel();
    let (folder, case) = (PathBuf::from(folder), case.clone());
    let body = move || {
        let outcome = panic::catch_unwind(|| answer(&folder, &case, load).unwrap_or_else(|outcome| outcome));
        let told = || PANIC.take().unwrap_or_default();
        // Nobody listens any more where this took too long.
        let _ = sender.send(outcome.unwrap_or_else(|_| Outcome::new(Status::Trapped, told())));
    };
    match thread::Builder::new().stack_size(64 << 20).spawn(body) {
        Ok(_) => receiver
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| Outcome::new(Status::Trapped, format!("no answer within {} s", PATIENCE.as_secs()))),
        Err(problem) => Outcome::new(Status::Trapped, problem),
    }
}

/// A case's outcome. A card that lets NaN in makes the engine run operator by operator: only where the case has one.
fn answer(folder: &Path, case: &Case, load: Load) -> Result<Outcome, Outcome> {
    let loaded = |card: &str| answer_with(folder, case, |onnx| load(onnx, Some(card)));
    match loaded(r#"{"name": "case"}"#) {
        Err(outcome) if outcome.reason.contains("the card can say allow_nan") => loaded(&card(case)),
        other => other,
    }
}

/// A case's outcome; early where it isn't `pass`.
fn answer_with(
    folder: &Path,
    case: &Case,
    load: impl Fn(&[u8]) -> Result<Model, onnxlet::Error>,
) -> Result<Outcome, Outcome> {
    let refused = |problem: onnxlet::Error| Outcome::new(Status::Refused, problem);
    let broken = |problem: String| Outcome::new(Status::Trapped, format!("the case itself: {problem}"));
    let file = case.model.as_deref().unwrap_or_default();
    let onnx = std::fs::read(folder.join(file)).map_err(|e| broken(format!("{file}: {e}")))?;
    let model = load(&onnx).map_err(refused)?;
    for set in &case.sets {
        let inputs = set.inputs.iter().map(|input| Ok((input.name.clone(), input.value(folder)?)));
        let inputs = Inputs::named(inputs.collect::<Result<Vec<_>, String>>().map_err(broken)?);
        let prediction = model.predict(inputs, &Options::default()).map_err(refused)?;
        if let Some(difference) = differs(folder, set, prediction.outputs()).map_err(broken)? {
            return Err(Outcome::new(Status::Wrong, difference));
        }
    }
    Ok(Outcome::new(Status::Pass, ""))
}

/// A card that lets NaN in.
fn card(case: &Case) -> String {
    let floats = case.sets.iter().flat_map(|set| &set.inputs).filter(|input| input.is_float());
    let inputs: serde_json::Map<_, _> =
        floats.map(|input| (input.name.clone(), serde_json::json!({"allow_nan": true}))).collect();
    serde_json::json!({"name": "case", "inputs": inputs}).to_string()
}

/// How the outputs differ from the expected ones, if they do.
fn differs(folder: &Path, set: &Set, outputs: &[onnxlet::NamedTensor]) -> Result<Option<String>, String> {
    if outputs.len() != set.outputs.len() {
        return Ok(Some(format!("expected {} outputs, got {}", set.outputs.len(), outputs.len())));
    }
    for (got, want) in outputs.iter().zip(&set.outputs) {
        let name = &want.name;
        let shape: Vec<u64> = got.shape().iter().map(|&size| size as u64).collect();
        if got.dtype().name() != want.dtype {
            return Ok(Some(format!("{name}: expected {}, got {}", want.dtype, got.dtype().name())));
        }
        if shape != want.shape {
            return Ok(Some(format!("{name}: expected the shape {:?}, got {shape:?}", want.shape)));
        }
        if let Some(difference) = difference(&Elements::of(got)?, &want.elements(folder)?) {
            return Ok(Some(format!("{name}: {difference}")));
        }
    }
    Ok(None)
}
