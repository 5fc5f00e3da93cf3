//! DynamicQuantizeLinear: a tensor's own range says its scale.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::lanes::Floats;
use super::params::Quantiser;
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
    let (mut least, mut largest) = (Floats::splat(0.0), Floats::splat(0.0));
    let (fours, rest) = data.as_chunks::<4>();
    for four in fours {
        least = least.least(Floats::of(four));
        largest = largest.largest(Floats::of(four));
    }
    let rest = || rest.iter().copied();
    let least = least.array().into_iter().chain(rest()).fold(0f32, f32::min);
    let largest = largest.array().into_iter().chain(rest()).fold(0f32, f32::max);
    let scale = if largest == least { 1.0 / 255.0 } else { (largest - least) / 255.0 };
    let zero = (0.0 - least / scale).clamp(0.0, 255.0).round_ties_even();
    let quantiser = Quantiser::unsigned(scale, zero);
    Bytes { data: quantiser.bytes(data), scale, zero: zero as u8 }
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
