//! The same elements in another order or shape: Transpose, Expand, Squeeze, Unsqueeze, Flatten, Concat, Split, Tile, Shape, Size.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::pick::{joined, picked, size, strides, taken};
use crate::eager::node::{Arguments, Kernel, Node, axis, one};
use crate::eager::value::{TensorValue, Value};

/// An attribute of older versions that is an input of newer ones.
pub(super) fn attribute_or_input(
    attribute: &Option<Vec<i64>>,
    arguments: &Arguments,
    index: usize,
) -> TractResult<Option<Vec<i64>>> {
    match attribute {
        Some(values) => Ok(Some(values.clone())),
        None => arguments.optional(index)?.map(TensorValue::to_i64s).transpose(),
    }
}

pub(super) fn transpose(node: &Node) -> TractResult<Kernel> {
    let order = node.ints("perm");
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let rank = input.rank();
        let order = match &order {
            Some(order) => order.iter().map(|place| axis(*place, rank)).collect::<TractResult<Vec<_>>>()?,
            None => (0..rank).rev().collect(),
        };
        ensure!(order.len() == rank, "perm has {} axes, the tensor {rank}", order.len());
        let own = strides(input.shape());
        let shape: Vec<usize> = order.iter().map(|axis| input.shape()[*axis]).collect();
        let steps: Vec<usize> = order.iter().map(|axis| own[*axis]).collect();
        one(picked(input, &shape, |at| at.iter().zip(&steps).map(|(place, step)| place * step).sum())?)
    }))
}

pub(super) fn expand(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let input = arguments.tensor(0)?;
        let wanted = arguments.tensor(1)?.to_i64s()?.into_iter().map(size).collect::<TractResult<Vec<_>>>()?;
        let rank = wanted.len().max(input.rank());
        let padded = |shape: &[usize]| [vec![1; rank - shape.len()], shape.to_vec()].concat();
        let (own, wanted) = (padded(input.shape()), padded(&wanted));
        let mut shape = vec![];
        for (own, wanted) in own.iter().zip(&wanted) {
            ensure!(own == wanted || *own == 1 || *wanted == 1, "{:?} can't become {wanted:?}", input.shape());
            shape.push(if *own == 1 { *wanted } else { *own });
        }
        let steps: Vec<usize> =
            strides(&own).into_iter().zip(&own).map(|(step, size)| if *size == 1 { 0 } else { step }).collect();
        one(picked(input, &shape, |at| at.iter().zip(&steps).map(|(place, step)| place * step).sum())?)
    }))
}

pub(super) fn squeeze(node: &Node) -> TractResult<Kernel> {
    let attribute = node.ints("axes");
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let axes = match attribute_or_input(&attribute, arguments, 1)? {
            Some(axes) => axes.into_iter().map(|place| axis(place, input.rank())).collect::<TractResult<Vec<_>>>()?,
            None => (0..input.rank()).filter(|place| input.shape()[*place] == 1).collect(),
        };
        for place in &axes {
            ensure!(input.shape()[*place] == 1, "axis {place} of {:?} is not 1", input.shape());
        }
        let kept = (0..input.rank()).filter(|place| !axes.contains(place));
        one(input.reshaped(&kept.map(|place| input.shape()[place]).collect::<Vec<_>>())?)
    }))
}

pub(super) fn unsqueeze(node: &Node) -> TractResult<Kernel> {
    let attribute = node.ints("axes");
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let axes = attribute_or_input(&attribute, arguments, 1)?.ok_or_else(|| format_err!("axes is missing"))?;
        let rank = input.rank() + axes.len();
        let axes = axes.into_iter().map(|place| axis(place, rank)).collect::<TractResult<Vec<_>>>()?;
        let mut sizes = input.shape().iter();
        let shape = (0..rank).map(|place| match axes.contains(&place) {
            true => Ok(1),
            false => sizes.next().copied().ok_or_else(|| format_err!("an axis stands twice in axes")),
        });
        one(input.reshaped(&shape.collect::<TractResult<Vec<_>>>()?)?)
    }))
}

pub(super) fn flatten(node: &Node) -> TractResult<Kernel> {
    let along = node.int("axis", 1);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (outer, inner) = input.shape().split_at(match along {
            // Behind the last axis is a place, too, but what counts from the end counts without it.
            0.. => axis(along, input.rank() + 1)?,
            _ => axis(along, input.rank())?,
        });
        one(input.reshaped(&[outer.iter().product(), inner.iter().product()])?)
    }))
}

pub(super) fn concat(node: &Node) -> TractResult<Kernel> {
    let along = node.int("axis", 1);
    Ok(Box::new(move |arguments| {
        let parts = arguments.tensors()?;
        let rank = parts.first().map_or(0, |part| part.rank());
        one(joined(&parts, axis(along, rank)?)?)
    }))
}

pub(super) fn split(node: &Node) -> TractResult<Kernel> {
    let along = node.int("axis", 0);
    let attribute = node.ints("split");
    let (outputs, uneven) = (node.outputs(), node.opset >= 18);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let along = axis(along, input.rank())?;
        let length = input.shape()[along];
        let sizes = match attribute_or_input(&attribute, arguments, 1)? {
            Some(sizes) => sizes.into_iter().map(size).collect::<TractResult<Vec<_>>>()?,
            None => {
                let fits = uneven || length.is_multiple_of(outputs.max(1));
                ensure!(fits, "expected a size that {outputs} can share, got {length}");
                let each = length.div_ceil(outputs.max(1));
                (0..outputs).map(|place| each.min(length.saturating_sub(place * each))).collect()
            }
        };
        ensure!(sizes.iter().sum::<usize>() == length, "{length} can't be split into {sizes:?}");
        let mut first = 0;
        let mut parts: Vec<Value> = vec![];
        for size in sizes {
            parts.push(part(input, along, first, size)?.into());
            first += size;
        }
        Ok(parts)
    }))
}

/// Some places along an axis.
///
/// # Errors
/// Where they are outside.
pub(in super::super) fn part(input: &TensorValue, along: usize, first: usize, size: usize) -> TractResult<TensorValue> {
    taken(input, along, &(first..first + size).collect::<Vec<_>>())
}

pub(super) fn tile(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let input = arguments.tensor(0)?;
        let repeats = arguments.tensor(1)?.to_i64s()?.into_iter().map(size).collect::<TractResult<Vec<_>>>()?;
        ensure!(repeats.len() == input.rank(), "{} repeats for rank {}", repeats.len(), input.rank());
        let shape: Vec<usize> = input.shape().iter().zip(&repeats).map(|(a, b)| a.saturating_mul(*b)).collect();
        let steps = strides(input.shape());
        let own = input.shape();
        one(picked(input, &shape, |at| (0..at.len()).map(|axis| at[axis] % own[axis] * steps[axis]).sum())?)
    }))
}

pub(super) fn shape(node: &Node) -> TractResult<Kernel> {
    let (start, end) = (node.int("start", 0), node.has("end").then(|| node.int("end", 0)));
    Ok(Box::new(move |arguments| {
        let sizes: Vec<i64> = match arguments.value(0)? {
            Value::Tensor(input) => input.shape().iter().map(|size| *size as i64).collect(),
            _ => bail!("expected a tensor"),
        };
        let rank = sizes.len() as i64;
        let bound = |place: i64| (if place < 0 { place + rank } else { place }).clamp(0, rank) as usize;
        let (from, to) = (bound(start), end.map_or(sizes.len(), bound));
        let sizes = sizes.get(from..to.max(from)).unwrap_or_default().to_vec();
        one(TensorValue::new(&[sizes.len()], sizes)?)
    }))
}

pub(super) fn size_of(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| one(TensorValue::scalar(arguments.tensor(0)?.len() as i64)?)))
}

pub(super) fn reverse_sequence(node: &Node) -> TractResult<Kernel> {
    let (batch, time) = (node.int("batch_axis", 1), node.int("time_axis", 0));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (batch, time) = (axis(batch, input.rank())?, axis(time, input.rank())?);
        let lengths = arguments.tensor(1)?.to_i64s()?.into_iter().map(size).collect::<TractResult<Vec<_>>>()?;
        ensure!(lengths.len() == input.shape()[batch], "{} lengths for {:?}", lengths.len(), input.shape());
        ensure!(lengths.iter().all(|length| *length <= input.shape()[time]), "a length is beyond {:?}", input.shape());
        let steps = strides(input.shape());
        one(picked(input, input.shape(), |at| {
            let length = lengths[at[batch]];
            let from = |axis: usize| if axis == time && at[time] < length { length - 1 - at[time] } else { at[axis] };
            (0..at.len()).map(|axis| from(axis) * steps[axis]).sum()
        })?)
    }))
}

pub(super) fn compress(node: &Node) -> TractResult<Kernel> {
    let along = node.has("axis").then(|| node.int("axis", 0));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let condition = arguments.tensor(1)?.slice::<bool>()?;
        let (input, along) = match along {
            Some(along) => (input.clone(), axis(along, input.rank())?),
            None => (input.reshaped(&[input.len()])?, 0),
        };
        let places = condition.iter().enumerate().filter(|(_, keep)| **keep).map(|(place, _)| place);
        let places: Vec<usize> = places.collect();
        one(taken(&input, along, &places)?)
    }))
}
