//! Bytes as a model: refused with a reason, or loaded and asked.

use onnxlet::{Dim, Dtype, Inputs, Model, TensorSpec};
use serde_json::json;

/// A model that wants more than this is loaded, but not asked; one that answers more is not written down.
const MOST_ELEMENTS: usize = 1 << 16;

/// Loads a model, and asks it about tensors of a single number, with open sizes of 1 and of 2.
pub fn run(bytes: &[u8]) {
    let Ok(model) = Model::load(bytes, None) else { return };
    let described = serde_json::to_vec(&model.describe());
    assert!(described.is_ok(), "a description is JSON: {described:?}");
    for (size, number) in [(1, 0), (2, 1), (1, -1), (2, 7), (3, 0)] {
        ask(&model, size, number);
    }
}

/// Asks about tensors of a number, with so much of what is open. Where the dtype has no such number, of 1.
pub fn ask(model: &Model, size: usize, number: i64) {
    let mut values = serde_json::Map::new();
    for spec in &model.signature().inputs {
        let Some(filled) = filled(spec, size, number) else { return };
        values.insert(spec.name.clone(), filled);
    }
    let body = json!({ "inputs": values }).to_string();
    if let Ok((inputs, options)) = Inputs::from_json(model, body.as_bytes()) {
        let Ok(answer) = model.predict(inputs, &options) else { return };
        let elements: usize = answer.outputs().iter().map(|output| output.shape().iter().product::<usize>()).sum();
        // Writing what is large takes longer than all the rest.
        assert!(elements > MOST_ELEMENTS || serde_json::to_vec(&answer).is_ok(), "an answer is JSON");
    }
}

fn filled(spec: &TensorSpec, size: usize, number: i64) -> Option<serde_json::Value> {
    let size = |dim: &Dim| match dim {
        Dim::Fixed(fixed) => *fixed,
        Dim::Symbol(_) => size,
    };
    let shape: Vec<usize> = spec.dims().iter().map(size).collect();
    let count = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size))?;
    let element = match spec.dtype {
        Dtype::String => json!(number.to_string()),
        Dtype::Bool => json!(number != 0),
        Dtype::Uint8 | Dtype::Uint16 | Dtype::Uint32 | Dtype::Uint64 => json!(number.max(0)),
        _ => json!(number),
    };
    (count <= MOST_ELEMENTS).then(|| json!({"data": vec![element; count], "shape": shape}))
}
