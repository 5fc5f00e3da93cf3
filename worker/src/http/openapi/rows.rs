//! Requests row by row and input by input, as TensorFlow Serving and MLflow take them, and their answers.

use onnxlet::{Dim, TensorSpec};
use serde_json::{Map, Value, json};

use super::examples;
use super::operation::Subject;
use super::{tensor, value};

/// A list with an entry for each example, all of one form.
pub(in super::super) fn instances(subject: &Subject) -> Value {
    let specs = &subject.model.signature().inputs;
    let bare = match specs.as_slice() {
        [only] => row(subject, only),
        _ => Vec::new(),
    };
    lists(named(subject).into_iter().chain(bare))
}

/// The same, objects alone.
pub(in super::super) fn records(subject: &Subject) -> Value {
    let specs = &subject.model.signature().inputs;
    let record = match specs.as_slice() {
        [only] => value::record(subject.model.card().inputs.get(&only.name), only),
        _ => None,
    };
    lists(named(subject).into_iter().chain(record))
}

/// Objects by the inputs' names: each input in the form that a person would choose, or in arrays.
fn named(subject: &Subject) -> Vec<Value> {
    let specs = &subject.model.signature().inputs;
    let friendly = by_name(specs, |spec| row(subject, spec).into_iter().next().unwrap_or_default());
    let arrays = by_name(specs, |spec| row(subject, spec).pop().unwrap_or_default());
    if friendly == arrays { vec![arrays] } else { vec![friendly, arrays] }
}

fn lists(rows: impl Iterator<Item = Value>) -> Value {
    let lists = rows.map(|row| json!({"type": "array", "items": row, "minItems": 1}));
    json!({"anyOf": lists.collect::<Vec<_>>()})
}

/// An object, with a value for each input.
fn by_name(specs: &[TensorSpec], value: impl Fn(&TensorSpec) -> Value) -> Value {
    let properties: Map<String, Value> = specs.iter().map(|spec| (spec.name.clone(), value(spec))).collect();
    let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
    json!({
        "title": "by name",
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

/// The forms of one example of an input.
fn row(subject: &Subject, spec: &TensorSpec) -> Vec<Value> {
    let card = subject.model.card().inputs.get(&spec.name);
    let mut forms = Vec::new();
    if card.is_some_and(|card| card.image.is_some()) {
        forms.push(json!({
            "title": "picture",
            "type": "object",
            "properties": {"b64": {"type": "string", "contentEncoding": "base64", "format": "picture"}},
            "required": ["b64"],
            "additionalProperties": false,
        }));
    }
    forms.extend(value::record(card, spec));
    if let Some([_, rest @ ..]) = spec.shape.as_deref() {
        let element = tensor::element(spec.dtype, card.is_some_and(|card| card.allow_nan));
        forms.push(tensor::nested(rest, element));
    }
    forms
}

/// All examples at once: each input's value by name, or the only input's array.
pub(in super::super) fn columns(subject: &Subject) -> Value {
    let specs = &subject.model.signature().inputs;
    let mut forms = vec![by_name(specs, |spec| value::reference_to(specs, spec))];
    if let [only] = specs.as_slice() {
        forms.extend(value::arrays(subject.model.card(), only));
    }
    json!({"anyOf": forms})
}

/// One example by name, as short as it can be said.
pub(in super::super) fn example_row(subject: &Subject) -> Option<Value> {
    let values = examples::values(subject.model)?;
    let rows = values.into_iter().map(|(name, value)| {
        let value = match (value, examples::PICTURE) {
            (Value::Object(fields), picture) if fields.contains_key("base64") => json!({"b64": picture}),
            (Value::Array(mut rows), _) => rows.pop().unwrap_or_default(),
            (other, _) => other,
        };
        (name, value)
    });
    Some(rows.collect::<Map<_, _>>().into())
}

/// Every output's value, bare where there is one.
fn outputs(subject: &Subject, value: impl Fn(&TensorSpec) -> Value) -> Value {
    match subject.model.signature().outputs.as_slice() {
        [only] => value(only),
        several => by_name(several, value),
    }
}

/// All rows of every output.
pub(in super::super) fn answered_columns(subject: &Subject) -> Value {
    outputs(subject, |spec| answered(spec.shape.as_deref(), spec))
}

/// A row of every output.
pub(in super::super) fn answered_row(subject: &Subject) -> Value {
    outputs(subject, |spec| answered(spec.shape.as_deref().and_then(|dims| dims.get(1..)), spec))
}

fn answered(dims: Option<&[Dim]>, spec: &TensorSpec) -> Value {
    let Some(dims) = dims else { return json!({}) };
    dims.iter().rev().fold(tensor::answered(spec.dtype), |items, dim| match dim {
        Dim::Fixed(size) => json!({"type": "array", "items": items, "minItems": size, "maxItems": size}),
        Dim::Symbol(_) => json!({"type": "array", "items": items}),
    })
}
