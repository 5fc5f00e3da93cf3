//! `POST /invocations`: a table (`dataframe_split`, `dataframe_records`, CSV), or tensors (`instances`, `inputs`).

use bytes::Bytes;
use onnxlet::{Model, Options, Prediction, Value};
use serde::{Deserialize, Serialize};

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::super::media::Media;
use super::super::super::problem::ProblemDetails;
use super::super::super::render;
use super::super::json::{self, Object};
use super::super::rows::{Rows, check_count, columnar};
use super::super::tensorflow::Columns;
use super::columns;
use super::sheet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    dataframe_split: Option<Object<Split>>,
    #[serde(default)]
    dataframe_records: Option<Value>,
    #[serde(default)]
    instances: Option<Value>,
    #[serde(default)]
    inputs: Option<Value>,
    #[serde(default)]
    params: Option<Value>,
}

/// A table as pandas writes it with `orient="split"`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    #[serde(default)]
    columns: Option<Vec<ColumnName>>,
    /// The names of rows, which say nothing here.
    #[serde(default, rename = "index")]
    _index: Option<serde::de::IgnoredAny>,
    data: Value,
}

/// pandas numbers the columns that nobody named.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text or a whole number")]
enum ColumnName {
    Text(String),
    Number(i64),
}

#[derive(Serialize)]
struct Answer<'a> {
    predictions: Columns<'a>,
}

pub(super) fn invoke(call: &Call, body: Bytes) -> Answered {
    let model = call.model()?;
    let prediction = match call.media()? {
        Media::Csv => rows(call, model, "csv", sheet::read(model, &body)?)?,
        _ => json(call, model, &body)?,
    };
    render::json(&Answer { predictions: Columns(&prediction) })
}

fn json(call: &Call, model: &Model, body: &[u8]) -> Result<Prediction, ProblemDetails> {
    let request: Request = json::parse(call, body)?;
    if let Some(params) = request.params
        && !matches!(&params, Value::Map(entries) if entries.is_empty())
    {
        return Err(ProblemDetails::invalid("params", "the model takes no parameters"));
    }
    match (request.dataframe_split, request.dataframe_records, request.instances, request.inputs) {
        (Some(Object(split)), None, None, None) => {
            let field = "dataframe_split";
            let name = |name| match name {
                ColumnName::Text(text) => text,
                ColumnName::Number(number) => number.to_string(),
            };
            let names = split.columns.map(|names| names.into_iter().map(name).collect());
            rows(call, model, field, columns::read(model, field, names, &split.data)?)
        }
        (None, Some(records), None, None) => {
            rows(call, model, "dataframe_records", Rows::read(model, "dataframe_records", records)?)
        }
        (None, None, Some(instances), None) => {
            rows(call, model, "instances", Rows::read(model, "instances", instances)?)
        }
        (None, None, None, Some(inputs)) => call.predict(model, columnar(model, "inputs", inputs)?, Options::default()),
        _ => {
            let message = "expected exactly one of dataframe_split, dataframe_records, instances and inputs";
            Err(ProblemDetails::invalid(".", message))
        }
    }
}

/// Predicts rows, each of which must become an example.
fn rows(call: &Call, model: &Model, field: &str, rows: Rows) -> Result<Prediction, ProblemDetails> {
    let prediction = call.predict(model, rows.inputs, Options::default())?;
    check_count(rows.count, field, &prediction)?;
    Ok(prediction)
}
