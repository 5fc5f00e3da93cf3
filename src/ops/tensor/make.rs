//! Tensors made of few numbers: ConstantOfShape, Range, EyeLike, OneHot, Trilu, NonZero.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::pick::{at_offsets, count, each, filled, joined, size};
use crate::Dtype;
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::TensorValue;

pub(super) fn constant_of_shape(node: &Node) -> TractResult<Kernel> {
    let value = match node.tensor("value")? {
        Some(value) => value,
        None => TensorValue::scalar(0f32)?,
    };
    Ok(Box::new(move |arguments| {
        let shape = arguments.tensor(0)?.to_i64s()?.into_iter().map(size).collect::<TractResult<Vec<_>>>()?;
        one(filled(&value, &shape)?)
    }))
}

pub(super) fn range(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let [start, limit, delta] = [arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?];
        if start.dtype().is_float() {
            let [first, end, step] = [start, limit, delta].map(|value| value.to_f64s());
            let scalar = |values: Vec<f64>| values.first().copied().ok_or_else(|| format_err!("expected a scalar"));
            let (first, end, step) = (scalar(first?)?, scalar(end?)?, scalar(step?)?);
            let length = ((end - first) / step).ceil().max(0.0);
            ensure!(step != 0.0 && length < 1e8, "from {first} to {end} by {step} is no range");
            let values = (0..length as usize).map(|place| first + place as f64 * step);
            return one(TensorValue::from_f64s(start.dtype(), &[length as usize], values.collect())?);
        }
        let [first, end, step] = [start, limit, delta].map(|value| value.to_i64s());
        let scalar = |values: Vec<i64>| values.first().copied().ok_or_else(|| format_err!("expected a scalar"));
        let (first, end, step) = (i128::from(scalar(first?)?), i128::from(scalar(end?)?), i128::from(scalar(step?)?));
        ensure!(step != 0, "the step is 0");
        let distance = (end - first) * step.signum();
        let length = if distance > 0 { (distance + step.abs() - 1) / step.abs() } else { 0 };
        ensure!(length < 100_000_000, "from {first} to {end} by {step} is too long");
        let values: Vec<i64> = (0..length).map(|place| (first + place * step) as i64).collect();
        let tensor = TensorValue::new(&[values.len()], values)?;
        let cast = tensor.as_tract().cast_to_dt(start.dtype().to_tract())?.into_owned();
        one(TensorValue::from_tract(Some(start.dtype()), std::sync::Arc::new(cast))?)
    }))
}

pub(super) fn eye_like(node: &Node) -> TractResult<Kernel> {
    let dtype = match node.has("dtype") {
        true => Some(Dtype::from_onnx(node.int("dtype", 1) as i32).ok_or_else(|| format_err!("dtype is unknown"))?),
        false => None,
    };
    let shift = node.int("k", 0);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let &[rows, columns] = input.shape() else {
            return Err(format_err!("expected a matrix, got {:?}", input.shape()));
        };
        let mut values = vec![0.0; rows * columns];
        for row in 0..rows {
            if let Some(column) = (row as i64)
                .checked_add(shift)
                .and_then(|column| usize::try_from(column).ok())
                .filter(|column| *column < columns)
            {
                values[row * columns + column] = 1.0;
            }
        }
        one(TensorValue::from_f64s(dtype.unwrap_or(input.dtype()), &[rows, columns], values)?)
    }))
}

pub(super) fn one_hot(node: &Node) -> TractResult<Kernel> {
    let along = node.int("axis", -1);
    Ok(Box::new(move |arguments| {
        let indices = arguments.tensor(0)?;
        let depth = arguments.tensor(1)?.to_f64s()?.first().copied().unwrap_or(0.0);
        ensure!((1.0..1e8).contains(&depth), "the depth is {depth}");
        let depth = depth as usize;
        let values = arguments.tensor(2)?;
        ensure!(values.len() == 2, "expected the values off and on, got {}", values.len());
        let along = axis(along, indices.rank() + 1)?;
        let mut shape = indices.shape().to_vec();
        shape.insert(along, depth);
        let indices = indices.to_f64s()?;
        let inner: usize = shape[along + 1..].iter().product();
        let mut offsets = Vec::with_capacity(count(&shape)?);
        let mut number = 0;
        each(&shape, |at| {
            let outer = number / (depth * inner);
            let index = indices[outer * inner + number % inner];
            let index = if index < 0.0 { index + depth as f64 } else { index };
            offsets.push(usize::from(index == at[along] as f64));
            number += 1;
        });
        one(at_offsets(values, &shape, &offsets)?)
    }))
}

pub(super) fn trilu(node: &Node) -> TractResult<Kernel> {
    let upper = node.flag("upper", 1);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let diagonal = arguments.optional(1)?.map(TensorValue::to_i64s).transpose()?;
        let diagonal = diagonal.and_then(|values| values.first().copied()).unwrap_or(0);
        let rank = input.rank();
        ensure!(rank >= 2, "expected matrices, got shape {:?}", input.shape());
        let zero = TensorValue::from_f64s(input.dtype(), &[1], vec![0.0])?;
        let both = joined(&[&input.reshaped(&[input.len()])?, &zero], 0)?;
        let mut offsets = vec![];
        each(input.shape(), |at| {
            let distance = (at[rank - 1] as i64 - at[rank - 2] as i64).saturating_sub(diagonal);
            let keeps = if upper { distance >= 0 } else { distance <= 0 };
            offsets.push(if keeps { offsets.len() } else { input.len() });
        });
        one(at_offsets(&both, input.shape(), &offsets)?)
    }))
}

pub(super) fn non_zero(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let input = arguments.tensor(0)?;
        let values = input.to_f64s()?;
        // A scalar counts as a row of one.
        let input = if input.rank() == 0 { &input.reshaped(&[1])? } else { input };
        let mut places: Vec<Vec<i64>> = vec![vec![]; input.rank()];
        let mut number = 0;
        each(input.shape(), |at| {
            if values[number] != 0.0 {
                places.iter_mut().zip(at).for_each(|(row, place)| row.push(*place as i64));
            }
            number += 1;
        });
        let columns = places.first().map_or(0, Vec::len);
        one(TensorValue::new(&[input.rank(), columns], places.concat())?)
    }))
}
