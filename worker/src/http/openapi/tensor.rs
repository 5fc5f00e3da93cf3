//! Schemas of tensors: elements, nested arrays, shapes.

use onnxlet::{Dim, Dtype, TensorSpec};
use serde_json::{Value, json};

use super::operation::Subject;

/// An element that is sent. `null` is NaN where `allow_nan` says that it means something.
pub(in super::super) fn element(dtype: Dtype, allow_nan: bool) -> Value {
    let mut schema = match dtype.carrier() {
        Dtype::Bool => json!({"type": "boolean"}),
        Dtype::Float16 => json!({"type": "number", "minimum": -65504, "maximum": 65504}),
        Dtype::Float32 => {
            json!({"type": "number", "format": "float", "minimum": f64::from(f32::MIN), "maximum": f64::from(f32::MAX)})
        }
        Dtype::Float64 => json!({"type": "number", "format": "double"}),
        Dtype::Int8 => integer(i8::MIN.into(), i8::MAX as u64),
        Dtype::Int16 => integer(i16::MIN.into(), i16::MAX as u64),
        Dtype::Int32 => integer(i32::MIN.into(), i32::MAX as u64),
        Dtype::Int64 => integer(i64::MIN, i64::MAX as u64),
        Dtype::Uint8 => integer(0, u8::MAX.into()),
        Dtype::Uint16 => integer(0, u16::MAX.into()),
        Dtype::Uint32 => integer(0, u32::MAX.into()),
        Dtype::Uint64 => integer(0, u64::MAX),
        // A carrier is none of the others.
        _ => json!({"type": "string"}),
    };
    if allow_nan && dtype.is_float() {
        schema["type"] = json!(["number", "null"]);
    }
    schema
}

fn integer(minimum: i64, maximum: u64) -> Value {
    json!({"type": "integer", "minimum": minimum, "maximum": maximum})
}

/// An element that is answered: NaN and infinities are `null`.
pub(in super::super) fn answered(dtype: Dtype) -> Value {
    match dtype {
        Dtype::String => json!({"type": "string"}),
        Dtype::Bool => json!({"type": "boolean"}),
        dtype if dtype.is_float() => json!({"type": ["number", "null"]}),
        _ => json!({"type": "integer"}),
    }
}

/// An element for examples. Integers are 0, which is also an index in range.
pub(super) fn example(dtype: Dtype, at: usize) -> Value {
    match dtype {
        Dtype::String => json!("text"),
        Dtype::Bool => json!(at.is_multiple_of(2)),
        dtype if dtype.is_float() => json!((at % 10) as f64 / 10.0),
        _ => json!(0),
    }
}

/// Arrays of `element` in arrays, an axis each.
pub(in super::super) fn nested(dims: &[Dim], element: Value) -> Value {
    dims.iter().rev().fold(element, |items, dim| match dim {
        Dim::Fixed(size) => json!({"type": "array", "items": items, "minItems": size, "maxItems": size}),
        Dim::Symbol(_) => json!({"type": "array", "items": items, "minItems": 1}),
    })
}

/// The parts of a tensor that is sent.
pub(in super::super) struct TensorForm {
    /// Its elements.
    pub element: Value,
    /// Its shape.
    pub shape: Value,
}

impl TensorForm {
    /// Of an input.
    pub fn of(subject: &Subject, spec: &TensorSpec) -> Self {
        let card = subject.model.card().inputs.get(&spec.name);
        let element = element(spec.dtype, card.is_some_and(|card| card.allow_nan));
        TensorForm { element, shape: shape(spec) }
    }
}

/// The shape of an answer, as a list of sizes.
pub(in super::super) fn answered_shape(spec: &TensorSpec) -> Value {
    let mut schema = json!({"type": "array", "items": {"type": "integer", "minimum": 0}});
    if let Some(dims) = &spec.shape {
        schema["minItems"] = dims.len().into();
        schema["maxItems"] = dims.len().into();
    }
    schema
}

/// The shape of an input, as a list of sizes.
pub(in super::super) fn shape(spec: &TensorSpec) -> Value {
    let Some(dims) = &spec.shape else {
        return json!({"type": "array", "items": {"type": "integer", "minimum": 1}});
    };
    let sizes = dims.iter().map(|dim| match dim {
        Dim::Fixed(size) => json!({"const": size}),
        Dim::Symbol(name) => json!({"type": "integer", "minimum": 1, "title": name}),
    });
    let sizes: Vec<Value> = sizes.collect();
    let rank = sizes.len();
    json!({"type": "array", "prefixItems": sizes, "minItems": rank, "maxItems": rank})
}

/// How many elements one example has, where that is known.
pub(in super::super) fn elements_of_one(spec: &TensorSpec) -> Option<usize> {
    let sizes = spec.shape.as_deref()?.iter().enumerate().map(|(axis, dim)| match dim {
        Dim::Fixed(size) => Some(*size),
        Dim::Symbol(_) => (axis == 0).then_some(1),
    });
    sizes.product()
}
