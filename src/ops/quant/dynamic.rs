//! DynamicQuantizeLinear: a tensor's own range says its scale.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use crate::eager::node::{Kernel, Node};
use crate::eager::value::TensorValue;

/// A tensor as bytes, its scale and its zero point.
pub(crate) struct Bytes {
    pub(crate) data: Vec<u8>,
    pub(crate) scale: f32,
    pub(crate) zero: u8,
}

/// Quantised to its range, which holds 0.
pub(crate) fn bytes(data: &[f32]) -> Bytes {
    let least = data.iter().fold(0f32, |least, &x| least.min(x));
    let largest = data.iter().fold(0f32, |largest, &x| largest.max(x));
    let scale = if largest == least { 1.0 / 255.0 } else { (largest - least) / 255.0 };
    let zero = (0.0 - least / scale).clamp(0.0, 255.0).round_ties_even();
    let byte = |&x: &f32| ((x / scale).round_ties_even() + zero).clamp(0.0, 255.0) as u8;
    Bytes { data: data.iter().map(byte).collect(), scale, zero: zero as u8 }
}

pub(super) fn quantize(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let x = arguments.tensor(0)?;
        ensure!(x.dtype() == crate::Dtype::Float32, "expected float32, got {}", x.dtype().name());
        let bytes = bytes(x.slice::<f32>()?);
        let data = TensorValue::new(x.shape(), bytes.data)?;
        Ok(vec![data.into(), TensorValue::scalar(bytes.scale)?.into(), TensorValue::scalar(bytes.zero)?.into()])
    }))
}
