//! `POST /v1/models/{model}:predict`: `instances`, row by row, or `inputs`, input by input.

use bytes::Bytes;
use onnxlet::{NamedTensor, Options, Prediction, Value};
use serde::{Deserialize, Serialize, Serializer};

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::super::problem::ProblemDetails;
use super::super::super::render;
use super::super::nested::Nested;
use super::super::rows::{Rows, check_count, columnar};
use super::super::{address, json};
use super::check_signature;

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    signature_name: Option<String>,
    #[serde(default)]
    instances: Option<Value>,
    #[serde(default)]
    inputs: Option<Value>,
}

/// A prediction for each row.
#[derive(Serialize)]
struct Predictions<'a> {
    predictions: Vec<Row<'a>>,
}

/// The outputs, one by one.
#[derive(Serialize)]
struct Outputs<'a> {
    outputs: Columns<'a>,
}

struct Row<'a> {
    prediction: &'a Prediction,
    at: usize,
}

/// All rows of the only output, or of each by name.
pub(in super::super) struct Columns<'a>(pub &'a Prediction);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(self.prediction.outputs(), |tensor| Nested::row(tensor, self.at), serializer)
    }
}

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(self.0.outputs(), Nested::whole, serializer)
    }
}

/// The only output bare, several by name.
fn named<'a, S: Serializer>(
    outputs: &'a [NamedTensor],
    value: impl Fn(&'a NamedTensor) -> Nested<'a>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match outputs {
        [only] => value(only).serialize(serializer),
        several => serializer.collect_map(several.iter().map(|tensor| (tensor.name(), value(tensor)))),
    }
}

pub(super) fn predict(call: &Call, body: Bytes) -> Answered {
    let model = address::model(call)?;
    let request: Request = json::parse(call, &body)?;
    check_signature(request.signature_name.as_deref())?;
    match (request.instances, request.inputs) {
        (Some(instances), None) => {
            let Rows { inputs, count } = Rows::read(model, "instances", instances)?;
            let prediction = call.predict(model, inputs, Options::default())?;
            check_count(count, "instances", &prediction)?;
            let predictions = (0..count).map(|at| Row { prediction: &prediction, at }).collect();
            render::json(&Predictions { predictions })
        }
        (None, Some(value)) => {
            let inputs = columnar(model, "inputs", value)?;
            let prediction = call.predict(model, inputs, Options::default())?;
            render::json(&Outputs { outputs: Columns(&prediction) })
        }
        (None, None) => Err(ProblemDetails::invalid(".", "expected instances or inputs, got neither")),
        (Some(_), Some(_)) => Err(ProblemDetails::invalid(".", "expected instances or inputs, got both")),
    }
}
