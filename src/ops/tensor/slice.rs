//! Slice, CenterCropPad.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::layout::attribute_or_input;
use super::pad::{Mode, padded};
use super::pick::{picked, size, strides};
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::TensorValue;

/// Along one axis: the first place, the step, and how many.
struct Run {
    first: i64,
    step: i64,
    count: usize,
}

fn run(length: usize, start: i64, end: i64, step: i64) -> TractResult<Run> {
    ensure!(step != 0, "a step is 0");
    let length = length as i64;
    let from_start = |place: i64| if place < 0 { place.saturating_add(length) } else { place };
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let first = from_start(start).clamp(lowest.max(0), highest.max(0));
    let end = from_start(end).clamp(lowest, highest);
    let distance = if step > 0 { end - first } else { first - end };
    let count = if distance > 0 { (distance as u64).div_ceil(step.unsigned_abs()) as usize } else { 0 };
    Ok(Run { first, step, count: if length == 0 { 0 } else { count } })
}

pub(super) fn slice(node: &Node) -> TractResult<Kernel> {
    let attributes = ["starts", "ends", "axes"].map(|name| node.ints(name));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let mut lists = vec![];
        for (index, attribute) in attributes.iter().enumerate() {
            lists.push(attribute_or_input(attribute, arguments, index + 1)?);
        }
        let steps = arguments.optional(4)?.map(TensorValue::to_i64s).transpose()?;
        let [Some(starts), Some(ends), axes] = &lists[..] else { return Err(format_err!("starts or ends is missing")) };
        let mut runs = input.shape().iter().map(|size| Run { first: 0, step: 1, count: *size }).collect::<Vec<_>>();
        for (index, start) in starts.iter().enumerate() {
            let along = axes.as_ref().map_or(Ok(index as i64), |axes| {
                axes.get(index).copied().ok_or_else(|| format_err!("axes is shorter than starts"))
            });
            let along = axis(along?, input.rank())?;
            let end = *ends.get(index).ok_or_else(|| format_err!("ends is shorter than starts"))?;
            let step = steps.as_ref().map_or(1, |steps| steps.get(index).copied().unwrap_or(1));
            runs[along] = run(input.shape()[along], *start, end, step)?;
        }
        let shape: Vec<usize> = runs.iter().map(|run| run.count).collect();
        let strides = strides(input.shape());
        one(picked(input, &shape, |at| {
            let place = |axis: usize| (runs[axis].first + runs[axis].step * at[axis] as i64) as usize;
            (0..at.len()).map(|axis| place(axis) * strides[axis]).sum()
        })?)
    }))
}

pub(super) fn center_crop_pad(node: &Node) -> TractResult<Kernel> {
    let axes = node.ints("axes");
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let wanted = arguments.tensor(1)?.to_i64s()?.into_iter().map(size).collect::<TractResult<Vec<_>>>()?;
        let axes = match &axes {
            Some(axes) => axes.iter().map(|place| axis(*place, input.rank())).collect::<TractResult<Vec<_>>>()?,
            None => (0..input.rank()).collect(),
        };
        ensure!(axes.len() == wanted.len(), "{} sizes for {} axes", wanted.len(), axes.len());
        let mut shape = input.shape().to_vec();
        for (along, size) in axes.iter().zip(&wanted) {
            shape[*along] = *size;
        }
        super::pick::count(&shape)?;
        // Where the input's first place comes to lie: negative where it is cropped.
        let shift = |along: usize| {
            let (own, new) = (input.shape()[along] as i64, shape[along] as i64);
            if new >= own { (new - own) / 2 } else { -((own - new) / 2) }
        };
        let shifts: Vec<i64> = (0..shape.len()).map(shift).collect();
        let zero = TensorValue::from_f64s(input.dtype(), &[1], vec![0.0])?;
        one(padded(input, &shape, &shifts, Mode::Constant, &zero)?)
    }))
}
