//! An answer beside onnxruntime's: texts and whole numbers exactly, others within a tolerance.

use std::fmt;

use onnxlet::{Elements, Model, NamedTensor};
use serde_json::Value;

use crate::Failure;
use crate::case::{Data, Tensor};

/// How far a number may be from onnxruntime's.
#[derive(Clone, Copy)]
pub struct Tolerance {
    relative: f64,
    absolute: f64,
}

impl Tolerance {
    /// An entry's own, otherwise 1e-4 relative and 1e-6 absolute: float32 has seven digits, of which a sum in another order may
    /// lose three.
    pub fn read(entry: &Value) -> Result<Tolerance, Failure> {
        let number = |field: &str| entry[field].as_f64().ok_or_else(|| format!("tolerance: no {field}"));
        if entry.is_null() {
            return Ok(Tolerance { relative: 1e-4, absolute: 1e-6 });
        }
        Ok(Tolerance { relative: number("relative")?, absolute: number("absolute")? })
    }
}

/// The largest difference of the numbers (above 1, in units of them), and the largest in units of what is allowed.
#[derive(Clone, Copy, Default)]
pub struct Difference {
    largest: f64,
    share: f64,
}

impl Difference {
    /// The larger of each.
    pub fn larger(self, other: Difference) -> Difference {
        Difference { largest: self.largest.max(other.largest), share: self.share.max(other.share) }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1e} ({:.1} % of what is allowed)", self.largest, self.share * 100.0)
    }
}

/// Compares all outputs: names, dtypes, shapes, classes, elements. The error says where they differ.
pub fn compare(
    model: &Model,
    given: &[NamedTensor],
    expected: &[Tensor],
    tolerance: Tolerance,
) -> Result<Difference, String> {
    let names: Vec<&str> = given.iter().map(NamedTensor::name).collect();
    let wanted: Vec<&str> = expected.iter().map(|tensor| tensor.name.as_str()).collect();
    if names != wanted {
        return Err(format!("expected the outputs {wanted:?}, got {names:?}"));
    }
    let mut largest = Difference::default();
    for (ours, theirs) in given.iter().zip(expected) {
        let named = |reason| format!("{}: {reason}", theirs.name);
        classes(model, theirs).map_err(named)?;
        largest = largest.larger(tensor(ours, theirs, tolerance).map_err(named)?);
    }
    Ok(largest)
}

/// What ZipMap calls the classes must be the output's labels.
fn classes(model: &Model, theirs: &Tensor) -> Result<(), String> {
    let Some(wanted) = &theirs.labels else { return Ok(()) };
    let description = serde_json::to_value(model.describe()).map_err(|error| error.to_string())?;
    let outputs = description["outputs"].as_array().into_iter().flatten();
    let labels = outputs.filter(|output| output["name"] == theirs.name.as_str()).map(|output| &output["labels"]).next();
    let same = labels.is_some_and(|labels| *labels == Value::from(wanted.clone()));
    if same { Ok(()) } else { Err(format!("expected the labels {wanted:?}, got {labels:?}")) }
}

fn tensor(ours: &NamedTensor, theirs: &Tensor, tolerance: Tolerance) -> Result<Difference, String> {
    let dtype = serde_json::to_value(ours.dtype()).map_err(|error| error.to_string())?;
    if dtype != theirs.dtype.as_str() || ours.shape() != theirs.shape {
        return Err(format!("expected {}{:?}, got {dtype}{:?}", theirs.dtype, theirs.shape, ours.shape()));
    }
    match (ours.elements(), &theirs.data) {
        (Elements::Text(ours), Data::Texts(theirs)) => exactly(ours.iter(), theirs.iter()),
        (Elements::I64(ours), Data::Integers(theirs)) => exactly(ours.iter().copied(), theirs.iter().copied()),
        (Elements::I32(ours), Data::Integers(theirs)) => {
            exactly(ours.iter().map(|&element| element.into()), theirs.iter().copied())
        }
        (Elements::F32(ours), Data::Floats(theirs)) => {
            nearly(ours.iter().map(|&element| element.into()), theirs, tolerance)
        }
        (Elements::F64(ours), Data::Floats(theirs)) => nearly(ours.iter().copied(), theirs, tolerance),
        _ => Err(format!("elements of {dtype} can't be compared")),
    }
}

fn exactly<T: PartialEq + fmt::Debug>(
    ours: impl Iterator<Item = T>,
    theirs: impl Iterator<Item = T>,
) -> Result<Difference, String> {
    match ours.zip(theirs).enumerate().find(|(_, (ours, theirs))| ours != theirs) {
        None => Ok(Difference::default()),
        Some((at, (ours, theirs))) => Err(format!("[{at}]: expected {theirs:?}, got {ours:?}")),
    }
}

fn nearly(ours: impl Iterator<Item = f64>, theirs: &[f64], tolerance: Tolerance) -> Result<Difference, String> {
    let mut largest = Difference::default();
    for (at, (ours, &theirs)) in ours.zip(theirs).enumerate() {
        let apart = (ours - theirs).abs();
        let share = apart / (tolerance.absolute + tolerance.relative * theirs.abs());
        if share.is_nan() || share > 1.0 {
            return Err(format!("[{at}]: expected {theirs:e}, got {ours:e}"));
        }
        largest = largest.larger(Difference { largest: apart / theirs.abs().max(1.0), share });
    }
    Ok(largest)
}
