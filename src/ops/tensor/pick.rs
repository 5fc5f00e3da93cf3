//! Tensors made of elements of another, place by place.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use crate::eager::broadcast::check_copies;
use crate::eager::value::{Element, TensorValue, with_element};

pub(super) use crate::eager::broadcast::count;

/// A size that a model says.
///
/// # Errors
/// Where it is negative.
pub(super) fn size(size: i64) -> TractResult<usize> {
    usize::try_from(size).map_err(|_| format_err!("expected a size, got {size}"))
}

/// How far apart neighbours along each axis lie.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// Calls `visit` with the coordinates of every place of a shape, row-major.
pub(super) fn each(shape: &[usize], mut visit: impl FnMut(&[usize])) {
    if shape.contains(&0) {
        return;
    }
    let mut at = vec![0; shape.len()];
    loop {
        visit(&at);
        let Some(axis) = (0..shape.len()).rev().find(|axis| at[*axis] + 1 < shape[*axis]) else { return };
        at[axis] += 1;
        at[axis + 1..].fill(0);
    }
}

/// The tensor of that shape whose element at some coordinates is the input's at the offset that `from` gives.
///
/// # Errors
/// Where it is too large, or an offset is outside.
pub(super) fn picked(
    input: &TensorValue,
    shape: &[usize],
    mut from: impl FnMut(&[usize]) -> usize,
) -> TractResult<TensorValue> {
    let mut offsets = Vec::with_capacity(count(shape)?);
    each(shape, |at| offsets.push(from(at)));
    at_offsets(input, shape, &offsets)
}

/// The tensor of the input's elements at these offsets.
///
/// # Errors
/// Where one is outside.
pub(super) fn at_offsets(input: &TensorValue, shape: &[usize], offsets: &[usize]) -> TractResult<TensorValue> {
    let inside = offsets.iter().all(|offset| *offset < input.len());
    ensure!(inside, "a place is outside the tensor of shape {:?}", input.shape());
    check_copies(input, offsets.len())?;
    with_element!(input.dtype(), T => cloned::<T>(input, shape, offsets))
}

fn cloned<T: Element>(input: &TensorValue, shape: &[usize], offsets: &[usize]) -> TractResult<TensorValue> {
    let data = input.slice::<T>()?;
    TensorValue::tagged(input.dtype(), shape, offsets.iter().map(|offset| data[*offset].clone()).collect())
}

/// What stands at these places along an axis, one after the other.
///
/// # Errors
/// Where one is outside, or they are too many.
pub(super) fn taken(input: &TensorValue, along: usize, places: &[usize]) -> TractResult<TensorValue> {
    let length = input.shape()[along];
    let inside = places.iter().all(|place| *place < length);
    ensure!(inside, "a place is outside axis {along} of {:?}", input.shape());
    let mut shape = input.shape().to_vec();
    shape[along] = places.len();
    let (outer, inner): (usize, usize) = (shape[..along].iter().product(), shape[along + 1..].iter().product());
    let mut offsets = Vec::with_capacity(count(&shape)?);
    for row in 0..outer {
        for place in places {
            let first = (row * length + place) * inner;
            offsets.extend(first..first + inner);
        }
    }
    at_offsets(input, &shape, &offsets)
}

/// One value everywhere.
///
/// # Errors
/// Where the shape is too large or the value is not one.
pub(super) fn filled(value: &TensorValue, shape: &[usize]) -> TractResult<TensorValue> {
    let count = count(shape)?;
    check_copies(value, count)?;
    with_element!(value.dtype(), T => {
        TensorValue::tagged(value.dtype(), shape, vec![value.item::<T>()?; count])
    })
}

/// Tensors of one dtype, along an axis.
///
/// # Errors
/// Where there is none, or their dtypes or other sizes differ.
pub(in super::super) fn joined(parts: &[&TensorValue], along: usize) -> TractResult<TensorValue> {
    let first = parts.first().ok_or_else(|| format_err!("there is nothing to join"))?;
    let mut shape = first.shape().to_vec();
    ensure!(along < shape.len(), "axis {along} is none of a tensor of rank {}", shape.len());
    shape[along] = 0;
    for part in parts {
        let same = part.rank() == first.rank()
            && part.dtype() == first.dtype()
            && (0..part.rank()).all(|axis| axis == along || part.shape()[axis] == first.shape()[axis]);
        ensure!(same, "{:?} and {:?} can't be joined along axis {along}", first.shape(), part.shape());
        shape[along] += part.shape()[along];
    }
    let count = count(&shape)?;
    parts.iter().try_for_each(|part| check_copies(part, count))?;
    let outer: usize = shape[..along].iter().product();
    with_element!(first.dtype(), T => join::<T>(parts, along, outer, first, &shape))
}

fn join<T: Element>(
    parts: &[&TensorValue],
    along: usize,
    outer: usize,
    first: &TensorValue,
    shape: &[usize],
) -> TractResult<TensorValue> {
    let mut data = Vec::with_capacity(shape.iter().product());
    for row in 0..outer {
        for part in parts {
            let width: usize = part.shape()[along..].iter().product();
            data.extend_from_slice(&part.slice::<T>()?[row * width..(row + 1) * width]);
        }
    }
    TensorValue::tagged(first.dtype(), shape, data)
}
