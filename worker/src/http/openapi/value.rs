//! The JSON forms of an input, as schemas: those that [`onnxlet::Inputs::from_json`] takes.

use onnxlet::{Card, Dim, Feature, InputCard, TensorSpec};
use serde_json::{Map, Value, json};

use super::operation::Subject;
use super::tensor;

/// The name of an input's schema among the components.
pub(super) fn name(specs: &[TensorSpec], index: usize) -> String {
    let plain =
        |spec: &TensorSpec| spec.name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-', "_");
    let own = plain(&specs[index]);
    let twice = specs.iter().enumerate().any(|(other, spec)| other != index && plain(spec) == own);
    if twice { format!("input.{own}.{index}") } else { format!("input.{own}") }
}

/// A reference to an input's schema.
pub(in super::super) fn reference(specs: &[TensorSpec], index: usize) -> Value {
    json!({"$ref": format!("#/components/schemas/{}", name(specs, index))})
}

/// The same by the input.
pub(super) fn reference_to(specs: &[TensorSpec], spec: &TensorSpec) -> Value {
    let index = specs.iter().position(|other| other.name == spec.name).unwrap_or_default();
    reference(specs, index)
}

/// The schema of each input's value, by component name.
pub(super) fn components(subject: &Subject) -> Map<String, Value> {
    let specs = &subject.model.signature().inputs;
    specs.iter().enumerate().map(|(index, spec)| (name(specs, index), value(subject.model.card(), spec))).collect()
}

/// Every form of an input's value.
fn value(card: &Card, spec: &TensorSpec) -> Value {
    let card = card.inputs.get(&spec.name);
    let forms: Vec<Value> =
        [pictures(card), records(card, spec), nested(card, spec), flat(card, spec), vec![declared(card, spec)]]
            .into_iter()
            .flatten()
            .collect();
    let about = card.and_then(|card| card.description.as_deref()).map(|text| format!("{text} ")).unwrap_or_default();
    json!({"title": spec.name, "description": format!("{about}`{spec}`"), "anyOf": forms})
}

fn element(card: Option<&InputCard>, spec: &TensorSpec) -> Value {
    tensor::element(spec.dtype, card.is_some_and(|card| card.allow_nan))
}

/// A picture, and a batch of them.
fn pictures(card: Option<&InputCard>) -> Vec<Value> {
    let Some(image) = card.and_then(|card| card.image.as_ref()) else { return Vec::new() };
    let one = json!({
        "title": "picture",
        "description": format!("A PNG, JPEG or WebP in base64; it is brought to {}×{} pixels.", image.width, image.height),
        "type": "object",
        "properties": {"base64": {"type": "string", "contentEncoding": "base64", "format": "picture"}},
        "required": ["base64"],
        "additionalProperties": false,
    });
    vec![one.clone(), json!({"title": "pictures", "type": "array", "items": one, "minItems": 1})]
}

/// A record, and a batch of them.
fn records(card: Option<&InputCard>, spec: &TensorSpec) -> Vec<Value> {
    let one = record(card, spec);
    let several = one.clone().map(|one| json!({"title": "records", "type": "array", "items": one, "minItems": 1}));
    one.into_iter().chain(several).collect()
}

/// A record, where the card names features.
pub(super) fn record(card: Option<&InputCard>, spec: &TensorSpec) -> Option<Value> {
    let features = card.and_then(|card| card.features.as_deref())?;
    let item = element(card, spec);
    let properties: Map<String, Value> = features.iter().map(|one| (one.name.clone(), feature(one, &item))).collect();
    let names: Vec<&str> = features.iter().map(|feature| feature.name.as_str()).collect();
    Some(json!({
        "title": "record",
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    }))
}

/// The forms that are arrays of numbers or texts.
pub(super) fn arrays(card: &Card, spec: &TensorSpec) -> Vec<Value> {
    let card = card.inputs.get(&spec.name);
    [nested(card, spec), flat(card, spec)].concat()
}

fn feature(feature: &Feature, element: &Value) -> Value {
    let mut schema = element.clone();
    let unit = feature.unit.as_deref().map(|unit| format!("in {unit}"));
    let usual = match (feature.min, feature.max) {
        (Some(min), Some(max)) => Some(format!("usually {min} to {max}")),
        _ => None,
    };
    let about = [feature.description.clone(), unit, usual];
    let about: Vec<String> = about.into_iter().flatten().collect();
    if !about.is_empty() {
        schema["description"] = about.join(", ").into();
    }
    schema
}

/// Nested arrays, with the leading axes of 1 that may be missing, and without.
fn nested(card: Option<&InputCard>, spec: &TensorSpec) -> Vec<Value> {
    let item = element(card, spec);
    let Some(dims) = spec.shape.as_deref() else {
        return vec![item, json!({"title": "array", "type": "array"})];
    };
    let may_miss = |missing: usize| {
        missing == 0
            || matches!(dims[0], Dim::Symbol(_) | Dim::Fixed(1))
                && dims[1..missing].iter().all(|dim| *dim == Dim::Fixed(1))
    };
    let forms = (0..=dims.len()).filter(|&missing| may_miss(missing));
    forms.map(|missing| tensor::nested(&dims[missing..], item.clone())).collect()
}

/// One example's elements in a row, where the axes can be told from their number.
fn flat(card: Option<&InputCard>, spec: &TensorSpec) -> Vec<Value> {
    let open = spec.dims().iter().filter(|dim| matches!(dim, Dim::Symbol(_))).count();
    let Some(count) = tensor::elements_of_one(spec).filter(|_| spec.dims().len() > 1 && open <= 1) else {
        return Vec::new();
    };
    let more = if open == 1 { "; a multiple of them is a batch" } else { "" };
    vec![json!({
        "title": "flat",
        "description": format!("{count} elements, row-major{more}."),
        "type": "array",
        "items": element(card, spec),
        "minItems": count,
        "maxItems": count,
    })]
}

/// Elements with their shape.
fn declared(card: Option<&InputCard>, spec: &TensorSpec) -> Value {
    json!({
        "title": "tensor",
        "description": "Elements, row-major, and the shape that they fill.",
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": element(card, spec)},
            "shape": tensor::shape(spec),
            "dtype": {"const": spec.dtype.name()},
        },
        "required": ["data"],
        "additionalProperties": false,
    })
}
