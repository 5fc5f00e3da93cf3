//! `POST /v1/models/{model}:classify`: labels and scores. `:regress`: not what these models do.

use bytes::Bytes;
use onnxlet::{Options, Ranked, Value};
use serde::{Deserialize, Serialize};

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::super::problem::ProblemDetails;
use super::super::super::render;
use super::super::rows::{Rows, check_count};
use super::super::score::Score;
use super::super::{address, json};
use super::check_signature;

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    signature_name: Option<String>,
    /// What all examples have in common.
    #[serde(default)]
    context: Option<Value>,
    examples: Value,
}

#[derive(Serialize)]
struct Answer<'a> {
    /// For each example, its labels with their scores, best first.
    result: Vec<Vec<(&'a str, Score)>>,
}

pub(super) fn classify(call: &Call, body: Bytes) -> Answered {
    let model = address::model(call)?;
    if !model.card().outputs.values().any(|output| output.labels.is_some()) {
        return Err(ProblemDetails::invalid(":classify", "the model's card names no labels; ask with :predict"));
    }
    let request: Request = json::parse(call, &body)?;
    check_signature(request.signature_name.as_deref())?;
    let examples = in_context(request.context, request.examples)?;
    let Rows { inputs, count } = Rows::read(model, "examples", examples)?;
    // All of them: there are fewer.
    let prediction = call.predict(model, inputs, Options { top_k: Some(usize::MAX), ..Options::default() })?;
    check_count(count, "examples", &prediction)?;
    render::json(&Answer { result: prediction.tops().unwrap_or_default().iter().map(|best| pairs(best)).collect() })
}

fn pairs(ranking: &[Ranked]) -> Vec<(&str, Score)> {
    ranking.iter().map(|ranked| (ranked.label.as_str(), Score(ranked.score))).collect()
}

/// Each example with what it doesn't say itself.
fn in_context(context: Option<Value>, examples: Value) -> Result<Value, ProblemDetails> {
    let common = match context {
        None => return Ok(examples),
        Some(Value::Map(common)) => common,
        Some(_) => return Err(ProblemDetails::invalid("context", "expected an object")),
    };
    let Value::List(rows) = examples else { return Ok(examples) };
    let with_context = |row| match row {
        Value::Map(mut entries) => {
            let missing = common.iter().filter(|(name, _)| !entries.iter().any(|(own, _)| own == name));
            let missing: Vec<_> = missing.cloned().collect();
            entries.extend(missing);
            Value::Map(entries)
        }
        other => other,
    };
    Ok(Value::List(rows.into_iter().map(with_context).collect()))
}

/// No model says of itself that it regresses.
pub(super) fn regress(call: &Call, _: Bytes) -> Answered {
    address::model(call)?;
    Err(ProblemDetails::invalid(":regress", "the model has no signature for regression; ask with :predict"))
}
