//! What the document says of TensorFlow Serving's interface.

use serde_json::{Map, Value, json};

use super::super::super::openapi::operation::{Body, Example, Operation, Reply, Schema, Subject};
use super::super::super::openapi::{prediction, rows, tags};
use super::SIGNATURE;

pub(super) const LIST: Operation = Operation::new("servedModels", tags::TENSORFLOW, "The models")
    .gives(&[Reply::json("Their names.", Schema::Made(list))]);

pub(super) const STATUS: Operation = Operation::new("servedStatus", tags::TENSORFLOW, "Whether the model can predict")
    .gives(&[Reply::json("It can.", Schema::Made(status))])
    .refuses(&[503]);

pub(super) const METADATA: Operation =
    Operation::new("servedMetadata", tags::TENSORFLOW, "What the model takes and gives")
        .gives(&[Reply::json("The signature, as TensorFlow writes one.", Schema::Made(metadata))]);

pub(super) const PREDICT: Operation = Operation::new("servedPredict", tags::TENSORFLOW, "Predict")
    .says("`instances` are rows, an entry for each example; `inputs` are columns, all examples of an input at once.")
    .takes(&[Body::json(Schema::Made(request), request_examples)])
    .gives(&[Reply::json("`predictions` of instances, `outputs` of inputs.", Schema::Made(answer))]);

pub(super) const CLASSIFY: Operation = Operation::new("servedClassify", tags::TENSORFLOW, "Labels and scores")
    .says("Every label with its score, best first; of models whose card names labels.")
    .takes(&[Body::json(Schema::Made(classify), classify_examples)])
    .gives(&[Reply::json("For each example, pairs of label and score.", Schema::Made(classified))]);

pub(super) const REGRESS: Operation = Operation::new("servedRegress", tags::TENSORFLOW, "Not of these models")
    .says("Known to clients, but no model says of itself that it regresses: every body is refused.")
    .takes(&[Body::json(Schema::Json(r#"{"type": "object"}"#), |_| Vec::new())]);

/// An object of exactly these fields.
fn closed(properties: Value) -> Value {
    let names: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({"type": "object", "required": names, "properties": properties, "additionalProperties": false})
}

fn list(subject: &Subject) -> Value {
    closed(json!({"models": {"const": [subject.model.card().name]}}))
}

fn status(subject: &Subject) -> Value {
    let card = subject.model.card();
    let status = closed(json!({"error_code": {"const": "OK"}, "error_message": {"const": ""}}));
    let version =
        closed(json!({"version": {"const": card.version}, "state": {"const": "AVAILABLE"}, "status": status}));
    closed(json!({
        "name": {"const": card.name},
        "ready": {"const": true},
        "model_version_status": {"type": "array", "items": version, "minItems": 1, "maxItems": 1},
    }))
}

fn metadata(subject: &Subject) -> Value {
    let card = subject.model.card();
    let spec = closed(json!({
        "name": {"const": card.name},
        "signature_name": {"const": SIGNATURE},
        "version": {"const": card.version},
    }));
    let tensors = json!({"type": "object", "additionalProperties": {"type": "object", "required": ["dtype", "tensor_shape", "name"]}});
    let signature = closed(json!({
        "inputs": tensors,
        "outputs": tensors,
        "method_name": {"const": "tensorflow/serving/predict"},
    }));
    let definitions = closed(json!({"signature_def": closed(json!({SIGNATURE: signature}))}));
    closed(json!({"model_spec": spec, "metadata": closed(json!({"signature_def": definitions}))}))
}

fn signature_name() -> Value {
    json!({"enum": [SIGNATURE, "", null]})
}

fn request(subject: &Subject) -> Value {
    let form = |field: &str, other: &str, schema: Value| {
        json!({
            "title": field,
            "type": "object",
            "properties": {field: schema, other: {"type": "null"}, "signature_name": signature_name()},
            "required": [field],
        })
    };
    json!({"anyOf": [
        form("instances", "inputs", rows::instances(subject)),
        form("inputs", "instances", rows::columns(subject)),
    ]})
}

fn request_examples(subject: &Subject) -> Vec<Example> {
    let Some(row) = rows::example_row(subject) else { return Vec::new() };
    vec![Example { name: "instances", summary: "Two rows", value: json!({"instances": [row, row]}) }]
}

fn answer(subject: &Subject) -> Value {
    json!({"anyOf": [
        closed(json!({"predictions": {"type": "array", "items": rows::answered_row(subject), "minItems": 1}})),
        closed(json!({"outputs": rows::answered_columns(subject)})),
    ]})
}

fn classify(subject: &Subject) -> Value {
    if prediction::labels(subject).is_none() {
        return json!({"description": "The model has no labels: every body is refused.", "type": "object"});
    }
    json!({
        "type": "object",
        "properties": {
            "examples": rows::instances(subject),
            "context": {
                "description": "What rows that are objects have in common, and need not say.",
                "type": ["object", "null"],
                "maxProperties": 0,
            },
            "signature_name": signature_name(),
        },
        "required": ["examples"],
    })
}

fn classify_examples(subject: &Subject) -> Vec<Example> {
    let row = prediction::labels(subject).and_then(|_| rows::example_row(subject));
    row.map(|row| Example { name: "examples", summary: "One example", value: json!({"examples": [row]}) })
        .into_iter()
        .collect()
}

fn classified(subject: &Subject) -> Value {
    let labels = prediction::labels(subject).unwrap_or_default();
    let pair = json!({
        "type": "array",
        "items": {"anyOf": [{"enum": labels}, {"type": ["number", "null"]}]},
        "minItems": 2,
        "maxItems": 2,
    });
    closed(json!({"result": {"type": "array", "items": {"type": "array", "items": pair}}}))
}
