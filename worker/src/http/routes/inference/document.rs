//! What the document says of the Open Inference Protocol.

use onnxlet::{Dim, TensorSpec};
use serde_json::{Map, Value, json};

use super::super::super::openapi::operation::{Body, Example, Operation, Reply, Schema, Subject};
use super::super::super::openapi::tensor::{self, TensorForm};
use super::super::super::openapi::{examples, tags};
use super::datatype::Datatype;

pub(super) const SERVER: Operation =
    Operation::new("inferenceServer", tags::INFERENCE, "The server and its extensions")
        .gives(&[Reply::json("The server.", Schema::Json(SERVER_SCHEMA))]);

pub(super) const LIVE: Operation = Operation::new("inferenceLive", tags::INFERENCE, "Whether the server runs")
    .gives(&[Reply::json("It runs.", Schema::Json(LIVE_SCHEMA))]);

pub(super) const READY: Operation = Operation::new("inferenceReady", tags::INFERENCE, "Whether it can predict")
    .gives(&[Reply::json("It can.", Schema::Json(READY_SCHEMA))])
    .refuses(&[503]);

pub(super) const METADATA: Operation =
    Operation::new("inferenceMetadata", tags::INFERENCE, "What the model takes and gives")
        .gives(&[Reply::json("Names, datatypes and shapes; sizes that are open are −1.", Schema::Made(metadata))]);

pub(super) const MODEL_READY: Operation =
    Operation::new("inferenceModelReady", tags::INFERENCE, "Whether the model can predict")
        .gives(&[Reply::json("It can.", Schema::Made(model_ready))])
        .refuses(&[503]);

pub(super) const CONFIG: Operation =
    Operation::new("inferenceConfig", tags::INFERENCE, "The model as Triton configures one")
        .gives(&[Reply::json("The configuration.", Schema::Made(config))]);

pub(super) const INFER: Operation = Operation::new("infer", tags::INFERENCE, "Predict")
    .says(
        "With Triton's extensions for classification and for binary tensors, which OpenAPI has no words for: \
         `Inference-Header-Content-Length` is the length of the JSON, behind which stand the inputs that have \
         `binary_data_size` in place of `data`; the body's type is then `application/octet-stream`. Bodies may be \
         compressed with gzip or deflate.",
    )
    .takes(&[Body::json(Schema::Made(request), request_examples)])
    .gives(&[
        Reply::json("The outputs.", Schema::Made(answer)),
        Reply {
            media: Some("application/octet-stream"),
            ..Reply::json("The outputs, binary ones behind the JSON.", Schema::Json("{}"))
        },
    ]);

const SERVER_SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "name": {"const": "onnxlet"},
    "version": {"type": "string"},
    "extensions": {"type": "array", "items": {"type": "string"}}
  },
  "required": ["name", "version", "extensions"],
  "additionalProperties": false
}"#;

const LIVE_SCHEMA: &str = r#"{"type": "object", "properties": {"live": {"const": true}}, "required": ["live"], "additionalProperties": false}"#;

const READY_SCHEMA: &str = r#"{"type": "object", "properties": {"ready": {"const": true}}, "required": ["ready"], "additionalProperties": false}"#;

fn closed(properties: Value) -> Value {
    let names: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({"type": "object", "required": names, "properties": properties, "additionalProperties": false})
}

fn model_ready(subject: &Subject) -> Value {
    closed(json!({"name": {"const": subject.model.card().name}, "ready": {"const": true}}))
}

/// Sizes, −1 where they are open.
fn sizes(spec: &TensorSpec) -> Value {
    let open = vec![Dim::Symbol(String::new())];
    let sizes = spec.shape.as_ref().unwrap_or(&open).iter().map(|dim| match dim {
        Dim::Fixed(size) => json!(size),
        Dim::Symbol(_) => json!(-1),
    });
    json!({"const": sizes.collect::<Vec<_>>()})
}

/// A list of exactly these.
fn list(items: Vec<Value>) -> Value {
    let count = items.len();
    json!({"type": "array", "items": {"anyOf": items}, "minItems": count, "maxItems": count})
}

fn metadata(subject: &Subject) -> Value {
    let (card, signature) = (subject.model.card(), subject.model.signature());
    let tensors = |specs: &[TensorSpec]| {
        let tensor = |spec: &TensorSpec| {
            closed(json!({
                "name": {"const": spec.name},
                "datatype": {"const": Datatype::of(spec.dtype).name()},
                "shape": sizes(spec),
            }))
        };
        list(specs.iter().map(tensor).collect())
    };
    closed(json!({
        "name": {"const": card.name},
        "versions": {"const": [card.version]},
        "platform": {"type": "string"},
        "inputs": tensors(&signature.inputs),
        "outputs": tensors(&signature.outputs),
    }))
}

fn config(subject: &Subject) -> Value {
    let signature = subject.model.signature();
    let tensors = |specs: &[TensorSpec]| {
        let tensor = |spec: &TensorSpec| {
            closed(json!({
                "name": {"const": spec.name},
                "data_type": {"const": Datatype::of(spec.dtype).config_name()},
                "dims": sizes(spec),
            }))
        };
        list(specs.iter().map(tensor).collect())
    };
    closed(json!({
        "name": {"const": subject.model.card().name},
        "platform": {"type": "string"},
        "backend": {"const": "onnxlet"},
        "max_batch_size": {"const": 0},
        "input": tensors(&signature.inputs),
        "output": tensors(&signature.outputs),
    }))
}

fn request(subject: &Subject) -> Value {
    let signature = subject.model.signature();
    let mut inputs = list(signature.inputs.iter().map(|spec| input(subject, spec)).collect());
    if signature.inputs.len() > 1 {
        let named =
            signature.inputs.iter().map(|spec| json!({"contains": {"properties": {"name": {"const": spec.name}}}}));
        inputs["allOf"] = named.collect::<Vec<_>>().into();
    }
    let outputs: Vec<&str> = signature.outputs.iter().map(|spec| spec.name.as_str()).collect();
    json!({
        "type": "object",
        "properties": {
            "id": {"description": "Echoed.", "type": ["string", "null"]},
            "inputs": inputs,
            "outputs": {
                "description": "The outputs wanted; all unless given.",
                "type": ["array", "null"],
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"enum": outputs},
                        "parameters": {
                            "type": ["object", "null"],
                            "properties": {
                                "binary_data": {"type": ["boolean", "null"]},
                                "classification": {
                                    "description": "The best classes in place of the elements: how many.",
                                    "type": ["integer", "null"],
                                    "minimum": 1,
                                    "maximum": u64::MAX,
                                },
                            },
                        },
                    },
                    "required": ["name"],
                },
            },
            "parameters": {
                "type": ["object", "null"],
                "properties": {"binary_data_output": {"type": ["boolean", "null"]}},
            },
        },
        "required": ["inputs"],
    })
}

fn input(subject: &Subject, spec: &TensorSpec) -> Value {
    let TensorForm { element, shape } = TensorForm::of(subject, spec);
    json!({
        "title": spec.name,
        "type": "object",
        "properties": {
            "name": {"const": spec.name},
            "datatype": {"const": Datatype::of(spec.dtype).name()},
            "shape": shape,
            "data": {"description": "The elements, row-major; also as arrays in arrays.", "type": "array", "items": element},
        },
        "required": ["name", "datatype", "shape", "data"],
    })
}

fn request_examples(subject: &Subject) -> Vec<Example> {
    let Some(samples) = examples::tensors(subject.model) else { return Vec::new() };
    let inputs = subject.model.signature().inputs.iter().zip(&samples).map(|(spec, sample)| {
        json!({
            "name": spec.name,
            "datatype": Datatype::of(spec.dtype).name(),
            "shape": sample.shape,
            "data": sample.data,
        })
    });
    vec![Example {
        name: "one",
        summary: "One example",
        value: json!({"id": "1", "inputs": inputs.collect::<Vec<_>>()}),
    }]
}

fn answer(subject: &Subject) -> Value {
    let card = subject.model.card();
    let outputs = subject.model.signature().outputs.iter().map(|spec| {
        let mut elements = tensor::answered(spec.dtype);
        // Classes are texts.
        elements = json!({"anyOf": [elements, {"type": "string"}]});
        json!({
            "title": spec.name,
            "type": "object",
            "properties": {
                "name": {"const": spec.name},
                "datatype": {"enum": [Datatype::of(spec.dtype).name(), "BYTES"]},
                "shape": tensor::answered_shape(spec),
                "data": {"type": "array", "items": elements},
            },
            "required": ["name", "datatype", "shape", "data"],
            "additionalProperties": false,
        })
    });
    json!({
        "type": "object",
        "properties": {
            "model_name": {"const": card.name},
            "model_version": {"const": card.version},
            "id": {"type": "string"},
            "outputs": {"type": "array", "items": {"anyOf": outputs.collect::<Vec<_>>()}, "minItems": 1},
        },
        "required": ["model_name", "model_version", "outputs"],
        "additionalProperties": false,
    })
}
