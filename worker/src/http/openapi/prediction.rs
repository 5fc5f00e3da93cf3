//! What is asked and answered: bodies of `/predict`, predictions.

use onnxlet::TensorSpec;
use serde_json::{Map, Value, json};

use super::examples;
use super::operation::{Example, Subject};
use super::{tensor, value};

/// The JSON that [`onnxlet::Inputs::from_json`] takes: inputs, by name or alone, in an envelope or bare.
pub(in super::super) fn request(subject: &Subject) -> Value {
    let specs = &subject.model.signature().inputs;
    let mut bare = vec![by_name(specs)];
    if specs.len() == 1 {
        bare.push(value::reference(specs, 0));
    }
    // An input of that name would be meant.
    if !specs.iter().any(|spec| spec.name == "inputs") {
        bare.push(envelope(subject, &bare));
    }
    json!({"anyOf": bare})
}

fn by_name(specs: &[TensorSpec]) -> Value {
    let properties: Map<String, Value> =
        specs.iter().enumerate().map(|(index, spec)| (spec.name.clone(), value::reference(specs, index))).collect();
    let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
    json!({
        "title": "by name",
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

fn envelope(subject: &Subject, bare: &[Value]) -> Value {
    let outputs: Vec<&str> = subject.model.signature().outputs.iter().map(|spec| spec.name.as_str()).collect();
    let mut properties = json!({
        "inputs": {"anyOf": bare},
        "outputs": {
            "description": "The outputs wanted; all unless given.",
            "type": "array",
            "items": {"enum": outputs},
            "minItems": 1,
        },
    });
    if labels(subject).is_some() {
        properties["top_k"] = json!({
            "description": "How many labels to rank.",
            "type": "integer",
            "minimum": 1,
            // In WebAssembly a count has 32 bits.
            "maximum": i64::try_from(usize::MAX).unwrap_or(i64::MAX),
        });
    }
    json!({
        "title": "envelope",
        "type": "object",
        "properties": properties,
        "required": ["inputs"],
        "additionalProperties": false,
    })
}

/// Bodies that the model takes.
pub(in super::super) fn examples(subject: &Subject) -> Vec<Example> {
    let model = subject.model;
    let Some(values) = examples::values(model) else { return Vec::new() };
    let mut examples = vec![Example { name: "one", summary: "One example", value: values.clone().into() }];
    if let Some(tensors) = examples::tensors(model) {
        let specs = model.signature().inputs.iter();
        let tensors = specs.zip(&tensors).map(|(spec, sample)| (spec.name.clone(), sample.declared()));
        let value = tensors.collect::<Map<_, _>>().into();
        examples.push(Example { name: "tensor", summary: "The elements and their shape", value });
    }
    if !values.contains_key("inputs") {
        let mut envelope = json!({"inputs": values, "outputs": [model.signature().outputs[0].name]});
        if labels(subject).is_some() {
            envelope["top_k"] = 1.into();
        }
        examples.push(Example { name: "options", summary: "With options", value: envelope });
    }
    examples
}

/// The labels of the first output that has them.
pub(in super::super) fn labels<'a>(subject: &Subject<'a>) -> Option<&'a [String]> {
    let model = subject.model;
    model.signature().outputs.iter().find_map(|spec| model.card().outputs.get(&spec.name)?.labels.as_deref())
}

/// A prediction.
pub(in super::super) fn answer(subject: &Subject) -> Value {
    let outputs: Map<String, Value> =
        subject.model.signature().outputs.iter().map(|spec| (spec.name.clone(), output(spec))).collect();
    let mut properties = json!({
        "model": model_name(subject),
        "outputs": {"type": "object", "properties": outputs, "minProperties": 1, "additionalProperties": false},
    });
    let mut required = vec!["model", "outputs"];
    if let Some(labels) = labels(subject) {
        let top = json!({
            "description": "The best labels, best first.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "label": {"enum": labels},
                    "index": {"type": "integer", "minimum": 0, "exclusiveMaximum": labels.len()},
                    "score": {"type": ["number", "null"]},
                },
                "required": ["label", "index", "score"],
                "additionalProperties": false,
            },
        });
        properties["tops"] = json!({"description": "Each example's.", "type": "array", "items": top});
        properties["top"] = top;
        required.extend(["top", "tops"]);
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn output(spec: &TensorSpec) -> Value {
    json!({
        "description": format!("`{spec}`, row-major."),
        "type": "object",
        "properties": {
            "dtype": {"const": spec.dtype.name()},
            "shape": tensor::answered_shape(spec),
            "data": {"type": "array", "items": tensor::answered(spec.dtype)},
        },
        "required": ["dtype", "shape", "data"],
        "additionalProperties": false,
    })
}

/// Which model answered.
pub(in super::super) fn model_name(subject: &Subject) -> Value {
    let card = subject.model.card();
    json!({
        "type": "object",
        "properties": {"name": {"const": card.name}, "version": {"const": card.version}},
        "required": ["name", "version"],
        "additionalProperties": false,
    })
}
