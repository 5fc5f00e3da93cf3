//! Values that the model takes, for examples that work when pasted.

use onnxlet::{Card, Dim, Dtype, Feature, Inputs, Model, Options, TensorSpec};
use serde_json::{Map, Value, json};

use super::tensor;

/// A picture in base64: a drawn 7, which whoever takes digits reads, and everyone else can decode.
pub(in super::super) const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYAgAAAACPrHqFAAAATUlEQVR42mP4DwYM2KmnoaHRQOoCAwM7hMcNlvsrD6Z+6IOpL/Vg6sF+MHURor0JQrmDqX/cYAqoDUQBtYEooDYQBdQGoi5CrH2Gyy0A8Md/825hT7QAAAAASUVORK5CYII=";

/// More elements would be more than anyone reads.
const MOST_ELEMENTS: usize = 1024;

/// One input's elements.
pub(in super::super) struct Sample {
    /// The dimensions.
    pub shape: Vec<usize>,
    /// The elements, row-major.
    pub data: Vec<Value>,
}

impl Sample {
    /// Its elements and shape.
    pub fn declared(&self) -> Value {
        json!({"data": self.data, "shape": self.shape})
    }

    /// Its elements as arrays in arrays.
    pub fn nested(&self) -> Value {
        let mut level = self.data.clone();
        for &size in self.shape.iter().rev() {
            level = level.chunks(size.max(1)).map(|row| Value::Array(row.to_vec())).collect();
        }
        level.pop().unwrap_or_default()
    }
}

/// A value for each input by name, in the form that a person would choose: pictures, records, otherwise arrays. Nothing
/// where that would be too long to read.
pub(in super::super) fn values(model: &Model) -> Option<Map<String, Value>> {
    let specs = &model.signature().inputs;
    let tensors = tensors(model);
    let value = |(index, spec): (usize, &TensorSpec)| {
        let friendly = friendly(model.card(), spec);
        Some((spec.name.clone(), friendly.or_else(|| Some(tensors.as_ref()?[index].nested()))?))
    };
    specs.iter().enumerate().map(value).collect()
}

/// A tensor for each input, in the signature's order. Nothing where they would be too long to read, or none is known to be
/// right.
pub(in super::super) fn tensors(model: &Model) -> Option<Vec<Sample>> {
    // One example is always right; how long an open axis besides may be, only the model knows.
    [1, 8, 32, 128].into_iter().find_map(|open| {
        let specs = model.signature().inputs.iter();
        let samples: Vec<Sample> = specs.map(|spec| sample(model.card(), spec, open)).collect::<Option<_>>()?;
        takes(model, &samples).then_some(samples)
    })
}

fn takes(model: &Model, samples: &[Sample]) -> bool {
    let named = model.signature().inputs.iter().zip(samples).map(|(spec, sample)| {
        let text = sample.declared().to_string();
        Ok((spec.name.clone(), onnxlet::Value::from_json(text.as_bytes())?))
    });
    let inputs = named.collect::<Result<Vec<_>, onnxlet::Error>>().map(Inputs::named);
    inputs.and_then(|inputs| model.predict(inputs, &Options::default())).is_ok()
}

fn friendly(card: &Card, spec: &TensorSpec) -> Option<Value> {
    let card = card.inputs.get(&spec.name)?;
    if card.image.is_some() {
        return Some(json!({"base64": PICTURE}));
    }
    let features = card.features.as_deref()?;
    Some(features.iter().enumerate().map(|(at, one)| (one.name.clone(), feature(spec.dtype, one, at))).collect())
}

/// A tensor of `spec`, whose open axes are of that size, except the first, which is 1.
fn sample(card: &Card, spec: &TensorSpec, open: usize) -> Option<Sample> {
    let sizes = spec.shape.as_deref()?.iter().enumerate().map(|(axis, dim)| match dim {
        Dim::Fixed(size) => *size,
        Dim::Symbol(_) if axis == 0 => 1,
        Dim::Symbol(_) => open,
    });
    let shape: Vec<usize> = sizes.collect();
    let count = shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size))?;
    if count > MOST_ELEMENTS {
        return None;
    }
    let features = card.inputs.get(&spec.name).and_then(|card| card.features.as_deref());
    let element = |at: usize| match features {
        Some(features) if !features.is_empty() => feature(spec.dtype, &features[at % features.len()], at),
        _ => tensor::example(spec.dtype, at),
    };
    Some(Sample { shape, data: (0..count).map(element).collect() })
}

/// A usual value of a feature.
fn feature(dtype: Dtype, feature: &Feature, at: usize) -> Value {
    let middle = || Some((feature.min? + feature.max?) / 2.0);
    match feature.default.or_else(middle) {
        Some(usual) if dtype.is_float() => json!(usual),
        Some(usual) if !matches!(dtype, Dtype::String | Dtype::Bool) => json!(usual.round() as i64),
        _ => tensor::example(dtype, at),
    }
}
