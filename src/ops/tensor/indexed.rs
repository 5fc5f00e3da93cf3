//! Elements picked by indices: Gather, GatherElements, GatherND. An index out of range is told as such.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::super::OutOfRange;
use super::pick::{at_offsets, count, each, strides, taken};
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::TensorValue;

/// The places that indices mean, which may count from the end, of `size`.
///
/// # Errors
/// [`OutOfRange`].
pub(super) fn places(indices: &[i64], size: usize) -> TractResult<Vec<usize>> {
    indices.iter().map(|index| place(*index, size)).collect()
}

/// # Errors
/// [`OutOfRange`].
pub(super) fn place(index: i64, size: usize) -> TractResult<usize> {
    let from_start = if index < 0 { index.saturating_add(size as i64) } else { index };
    let place = usize::try_from(from_start).ok().filter(|place| *place < size);
    place.ok_or_else(|| OutOfRange::new(index, size).into())
}

pub(super) fn gather(node: &Node) -> TractResult<Kernel> {
    let along = node.int("axis", 0);
    Ok(Box::new(move |arguments| {
        let (input, indices) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let along = axis(along, input.rank())?;
        let places = places(&indices.to_i64s()?, input.shape()[along])?;
        let (before, behind) = (&input.shape()[..along], &input.shape()[along + 1..]);
        let shape = [before, indices.shape(), behind].concat();
        one(taken(input, along, &places)?.reshaped(&shape)?)
    }))
}

pub(super) fn gather_elements(node: &Node) -> TractResult<Kernel> {
    let along = node.int("axis", 0);
    Ok(Box::new(move |arguments| {
        let (input, indices) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let offsets = element_offsets(input, indices, axis(along, input.rank())?)?;
        one(at_offsets(input, indices.shape(), &offsets)?)
    }))
}

/// For each index the offset of its element in `input`: it says the place along one axis, its own place the others.
///
/// # Errors
/// Where ranks differ, or indices reach beyond the tensor.
pub(super) fn element_offsets(input: &TensorValue, indices: &TensorValue, along: usize) -> TractResult<Vec<usize>> {
    ensure!(indices.rank() == input.rank(), "indices of rank {} for rank {}", indices.rank(), input.rank());
    let fits = (0..input.rank()).all(|axis| axis == along || indices.shape()[axis] <= input.shape()[axis]);
    ensure!(fits, "indices of shape {:?} are beyond {:?}", indices.shape(), input.shape());
    let places = places(&indices.to_i64s()?, input.shape()[along])?;
    let steps = strides(input.shape());
    let mut offsets = Vec::with_capacity(places.len());
    each(indices.shape(), |at| {
        let own = |axis: usize| if axis == along { places[offsets.len()] } else { at[axis] };
        let offset = (0..at.len()).map(|axis| own(axis) * steps[axis]).sum();
        offsets.push(offset);
    });
    Ok(offsets)
}

pub(super) fn gather_nd(node: &Node) -> TractResult<Kernel> {
    let batch = usize::try_from(node.int("batch_dims", 0))?;
    Ok(Box::new(move |arguments| {
        let (input, indices) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let slices = slices(input, indices, batch)?;
        let width = indices.shape().last().copied().unwrap_or(0);
        let mut shape = indices.shape()[..indices.rank() - 1].to_vec();
        shape.extend(&input.shape()[batch + width..]);
        let mut offsets = Vec::with_capacity(count(&shape)?);
        slices.firsts.iter().for_each(|first| offsets.extend(*first..first + slices.size));
        one(at_offsets(input, &shape, &offsets)?)
    }))
}

/// Where runs of elements begin, and how long each is.
pub(super) struct Slices {
    pub(super) firsts: Vec<usize>,
    pub(super) size: usize,
}

/// The slices that the rows of `indices` mean, behind `batch` axes that both share.
///
/// # Errors
/// Where a row is longer than the tensor has axes, or an index is out of range.
pub(super) fn slices(input: &TensorValue, indices: &TensorValue, batch: usize) -> TractResult<Slices> {
    let width = indices.shape().last().copied().unwrap_or(0);
    ensure!(indices.rank() > batch && batch + width <= input.rank(), "rows of {width} for rank {}", input.rank());
    ensure!(input.shape()[..batch] == indices.shape()[..batch], "the batches differ");
    let steps = strides(input.shape());
    let sizes = &input.shape()[batch..batch + width];
    let batches: usize = input.shape()[..batch].iter().product();
    let per_batch: usize = indices.shape()[batch..indices.rank() - 1].iter().product();
    let stride = if batch == 0 { 0 } else { steps[batch - 1] };
    let given = indices.to_i64s()?;
    let mut firsts = Vec::with_capacity(batches * per_batch);
    for row in 0..batches * per_batch {
        let mut first = row / per_batch.max(1) * stride;
        for (axis, index) in given[row * width..(row + 1) * width].iter().enumerate() {
            first += place(*index, sizes[axis])? * steps[batch + axis];
        }
        firsts.push(first);
    }
    Ok(Slices { firsts, size: input.shape()[batch + width..].iter().product() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_told() {
        assert_eq!(places(&[0, -1, 2], 3).unwrap(), [0, 2, 2]);
        for index in [3, -4, i64::MIN, i64::MAX] {
            assert!(place(index, 3).unwrap_err().downcast_ref::<OutOfRange>().is_some());
        }
    }
}
