//! Bytes as a model: refused with a reason, or loaded and asked.

use onnxlet::{Dim, Inputs, Model, Options, TensorSpec};
use serde_json::json;

/// A model that wants more than this is loaded, but not asked.
const MOST_ELEMENTS: usize = 1 << 16;

/// Loads a model, and asks it about zeros, with open sizes of 1 and of 2.
pub fn run(bytes: &[u8]) {
    let Ok(model) = Model::load(bytes, None) else { return };
    let described = serde_json::to_vec(&model.describe());
    assert!(described.is_ok(), "a description is JSON: {described:?}");
    for size in [1, 2] {
        ask(&model, size);
    }
}

/// Asks about zeros, with so much of what is open.
pub fn ask(model: &Model, size: usize) {
    let mut values = serde_json::Map::new();
    for spec in &model.signature().inputs {
        let Some(zeros) = zeros(spec, size) else { return };
        values.insert(spec.name.clone(), zeros);
    }
    let body = json!({ "inputs": values }).to_string();
    if let Ok((inputs, options)) = Inputs::from_json(model, body.as_bytes()) {
        let answer = model.predict(inputs, &options);
        assert!(answer.iter().all(|answer| serde_json::to_vec(answer).is_ok()), "an answer is JSON");
        let again = Inputs::from_json(model, body.as_bytes())
            .and_then(|(inputs, _)| model.predict(inputs, &Options::default()));
        assert_eq!(answer.is_ok(), again.is_ok(), "the second answer is as the first");
    }
}

fn zeros(spec: &TensorSpec, size: usize) -> Option<serde_json::Value> {
    let size = |dim: &Dim| match dim {
        Dim::Fixed(fixed) => *fixed,
        Dim::Symbol(_) => size,
    };
    let shape: Vec<usize> = spec.dims().iter().map(size).collect();
    let count = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size))?;
    let zero = if spec.dtype == onnxlet::Dtype::String { json!("") } else { json!(0) };
    let zero = if spec.dtype == onnxlet::Dtype::Bool { json!(false) } else { zero };
    (count <= MOST_ELEMENTS).then(|| json!({"data": vec![zero; count], "shape": shape}))
}
