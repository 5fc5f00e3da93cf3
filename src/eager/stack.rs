//! Tensors along a new axis, and back.

use std::sync::Arc;

use tract_onnx::prelude::{Tensor, TractResult};
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::node::axis;
use super::value::{TensorValue, Value};

/// Tensors of one shape, along a new axis.
///
/// # Errors
/// Where there is none, or they differ in shape or dtype.
pub(crate) fn stack(values: &[Value], along: i64) -> TractResult<TensorValue> {
    let Some(first) = values.first() else { bail!("there is nothing to stack, and so no shape") };
    let first = first.tensor()?;
    let along = axis(along, first.rank() + 1)?;
    let mut parts = vec![];
    for value in values {
        let value = value.tensor()?;
        ensure!(value.shape() == first.shape(), "shapes differ: {:?} and {:?}", first.shape(), value.shape());
        ensure!(value.dtype() == first.dtype(), "dtypes differ");
        let mut part = value.as_tract().as_ref().clone();
        part.insert_axis(along)?;
        parts.push(part);
    }
    TensorValue::from_tract(Some(first.dtype()), Arc::new(Tensor::stack_tensors(along, &parts)?))
}

/// What stands at a place along an axis, without that axis.
///
/// # Errors
/// Where there is no such place.
pub(crate) fn pick(tensor: &TensorValue, along: usize, place: usize) -> TractResult<TensorValue> {
    let mut part = tensor.as_tract().slice(along, place, place + 1)?;
    part.remove_axis(along)?;
    TensorValue::from_tract(Some(tensor.dtype()), Arc::new(part))
}
