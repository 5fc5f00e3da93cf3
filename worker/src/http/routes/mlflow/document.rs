//! What the document says of MLflow's scoring protocol.

use onnxlet::{Dim, Feature, InputCard, TensorSpec};
use serde_json::{Map, Value, json};

use super::super::super::media::Media;
use super::super::super::openapi::operation::{Body, Example, Operation, Reply, Schema, Subject};
use super::super::super::openapi::{examples, rows, tags, tensor};

pub(super) const INVOCATIONS: Operation = Operation::new("invocations", tags::MLFLOW, "Predict")
    .says("Exactly one of `instances`, `inputs`, and, for models whose card names features, a table.")
    .takes(&[
        Body::json(Schema::Made(request), request_examples),
        Body {
            types: Media::Csv.names(),
            schema: Schema::Json(
                r#"{"description": "The first line names the columns.", "type": "string", "format": "table"}"#,
            ),
            examples: csv_examples,
            applies: |subject| table(subject).is_some(),
        },
    ])
    .gives(&[Reply::json("The outputs.", Schema::Made(answer))]);

pub(super) const PING: Operation = Operation::new("ping", tags::MLFLOW, "Whether it can predict")
    .gives(&[Reply::json("It can.", Schema::Json(PONG))])
    .refuses(&[503]);

const PONG: &str = r#"{
  "type": "object",
  "properties": {"status": {"const": "ready"}},
  "required": ["status"],
  "additionalProperties": false
}"#;

/// The only input, where the columns of a table are its features.
fn table<'a>(subject: &Subject<'a>) -> Option<(&'a TensorSpec, &'a InputCard, &'a [Feature])> {
    let model = subject.model;
    let [spec] = model.signature().inputs.as_slice() else { return None };
    let card = model.card().inputs.get(&spec.name)?;
    let features = card.features.as_deref()?;
    matches!(spec.dims(), [Dim::Symbol(_), _]).then_some((spec, card, features))
}

fn request(subject: &Subject) -> Value {
    let mut forms = vec![
        ("instances", rows::instances(subject)),
        ("inputs", rows::columns(subject)),
        ("dataframe_records", rows::records(subject)),
    ];
    if let Some((spec, card, features)) = table(subject) {
        let names: Vec<&str> = features.iter().map(|feature| feature.name.as_str()).collect();
        let row = tensor::nested(&[Dim::Fixed(names.len())], tensor::element(spec.dtype, card.allow_nan));
        let split = json!({
            "type": "object",
            "properties": {
                "columns": {"enum": [names, null]},
                "index": {"description": "Says nothing here."},
                "data": {"type": "array", "items": row, "minItems": 1},
            },
            "required": ["data"],
            "additionalProperties": false,
        });
        forms.push(("dataframe_split", split));
    }
    let every: Vec<&str> = vec!["instances", "inputs", "dataframe_records", "dataframe_split"];
    let form = |(field, schema): (&str, Value)| {
        let mut properties: Map<String, Value> =
            every.iter().map(|name| (name.to_string(), json!({"type": "null"}))).collect();
        properties.insert(field.into(), schema);
        properties.insert("params".into(), json!({"type": ["object", "null"], "maxProperties": 0}));
        json!({
            "title": field,
            "type": "object",
            "properties": properties,
            "required": [field],
            "additionalProperties": false,
        })
    };
    json!({"anyOf": forms.into_iter().map(form).collect::<Vec<_>>()})
}

fn request_examples(subject: &Subject) -> Vec<Example> {
    let Some(row) = rows::example_row(subject) else { return Vec::new() };
    let mut bodies = vec![Example { name: "instances", summary: "One example", value: json!({"instances": [row]}) }];
    if let Some((names, values)) = one_row(subject) {
        let value = json!({"dataframe_split": {"columns": names, "data": [values]}});
        bodies.push(Example { name: "table", summary: "A table, as pandas writes it", value });
    }
    bodies
}

fn csv_examples(subject: &Subject) -> Vec<Example> {
    let Some((names, values)) = one_row(subject) else { return Vec::new() };
    let values: Vec<String> = values.iter().map(Value::to_string).collect();
    let text = format!("{}\n{}\n", names.join(","), values.join(","));
    vec![Example { name: "table", summary: "A line for each example", value: text.into() }]
}

/// The names of the columns, and usual values.
fn one_row(subject: &Subject) -> Option<(Vec<String>, Vec<Value>)> {
    let (_, _, features) = table(subject)?;
    let names = features.iter().map(|feature| feature.name.clone()).collect();
    let sample = examples::tensors(subject.model)?.pop()?;
    Some((names, sample.data))
}

fn answer(subject: &Subject) -> Value {
    json!({
        "type": "object",
        "properties": {"predictions": rows::answered_columns(subject)},
        "required": ["predictions"],
        "additionalProperties": false,
    })
}
