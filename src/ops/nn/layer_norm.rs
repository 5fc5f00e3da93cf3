//! Normalisation of the last axes: LayerNormalization, RMSNormalization, and onnxruntime's with a skip before them.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::heads::float_dtype;
use super::real::{Real, Rounding, broadcast, with_real, write};
use crate::Dtype;
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::{TensorValue, Value};

/// What is normalised: the distance from the mean, or the elements themselves.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::ops) enum Centre {
    Mean,
    Zero,
}

/// Normalised groups of neighbours, with each one's mean and the inverse of its deviation.
pub(in crate::ops) struct Normalised<T> {
    pub(in crate::ops) data: Vec<T>,
    pub(in crate::ops) means: Vec<f64>,
    pub(in crate::ops) inverses: Vec<f64>,
}

/// Normalises every `size` elements on their own. Sums are of doubles.
pub(in crate::ops) fn normalised<T: Real>(data: Vec<T>, size: usize, epsilon: f64, centre: Centre) -> Normalised<T> {
    let mut result = Normalised { data, means: vec![], inverses: vec![] };
    if size == 0 {
        return result;
    }
    for group in result.data.chunks_exact_mut(size) {
        let mean = match centre {
            Centre::Zero => 0.0,
            Centre::Mean => group.iter().map(|x| x.to_f64()).sum::<f64>() / size as f64,
        };
        let squares: f64 = group.iter().map(|x| (x.to_f64() - mean).powi(2)).sum();
        let inverse = 1.0 / (squares / size as f64 + epsilon).sqrt();
        group.iter_mut().for_each(|x| *x = T::from_f64((x.to_f64() - mean) * inverse));
        result.means.push(mean);
        result.inverses.push(inverse);
    }
    result
}

pub(super) fn layer(node: &Node) -> TractResult<Kernel> {
    build(node, Centre::Mean)
}

pub(in crate::ops) fn rms(node: &Node) -> TractResult<Kernel> {
    build(node, Centre::Zero)
}

fn build(node: &Node, centre: Centre) -> TractResult<Kernel> {
    let (first, epsilon) = (node.int("axis", -1), f64::from(node.float("epsilon", 1e-5)));
    let stash = float_dtype(node.int("stash_type", 1))?;
    Ok(Box::new(move |arguments| {
        let (input, scale) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let bias = if centre == Centre::Mean { arguments.optional(2)? } else { None };
        let first = axis(first, input.rank())?;
        with_real!(input.dtype(), T => {
            let size = input.shape()[first..].iter().product();
            let normalised = normalised(T::read(input)?, size, epsilon, centre);
            let output = affine(normalised.data, input.shape(), scale, bias, input.dtype())?;
            let mut shape = input.shape().to_vec();
            shape[first..].fill(1);
            let mut outputs: Vec<Value> = vec![output.into()];
            if centre == Centre::Mean {
                outputs.push(statistic(stash, &shape, normalised.means)?);
            }
            outputs.push(statistic(stash, &shape, normalised.inverses)?);
            Ok(outputs)
        })
    }))
}

fn statistic(dtype: Dtype, shape: &[usize], data: Vec<f64>) -> TractResult<Value> {
    // Groups without elements have none.
    if data.len() != shape.iter().product::<usize>() {
        return Ok(Value::Nothing);
    }
    Ok(TensorValue::from_f64s(dtype, shape, data)?.into())
}

/// Times the scale and plus the bias, each rounded to the dtype.
pub(in crate::ops) fn affine<T: Real>(
    mut data: Vec<T>,
    shape: &[usize],
    scale: &TensorValue,
    bias: Option<&TensorValue>,
    dtype: Dtype,
) -> TractResult<TensorValue> {
    let round = Rounding::of(dtype);
    let factors = repeated::<T>(scale, shape)?;
    data.iter_mut().zip(factors.iter().cycle()).for_each(|(x, factor)| *x = round.round(round.round(*x) * *factor));
    if let Some(bias) = bias {
        let extra = repeated::<T>(bias, shape)?;
        data.iter_mut().zip(extra.iter().cycle()).for_each(|(x, extra)| *x += *extra);
    }
    write(dtype, shape, data)
}

/// The elements of a tensor that, repeated, fill a shape: its own where it is the shape's tail.
fn repeated<T: Real>(tensor: &TensorValue, shape: &[usize]) -> TractResult<Vec<T>> {
    let data = T::read(tensor)?;
    if shape.ends_with(tensor.shape()) || data.len() == 1 {
        return Ok(data);
    }
    broadcast(&data, tensor.shape(), shape)
}

/// `com.microsoft`'s SkipLayerNormalization and SkipSimplifiedLayerNormalization.
pub(in crate::ops) fn skip(node: &Node) -> TractResult<Kernel> {
    let centre = if node.proto.op_type.contains("Simplified") { Centre::Zero } else { Centre::Mean };
    let epsilon = f64::from(node.float("epsilon", 1e-12));
    Ok(Box::new(move |arguments| {
        let (input, skip, scale) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
        let (shift, bias) = match centre {
            Centre::Mean => (arguments.optional(3)?, arguments.optional(4)?),
            Centre::Zero => (None, arguments.optional(3)?),
        };
        let dtype = input.dtype();
        let Some(&size) = input.shape().last() else { bail!("expected axes, got a scalar") };
        with_real!(dtype, T => {
            let round = Rounding::of(dtype);
            let mut sums = T::read(input)?;
            for extra in [Some(skip), bias].into_iter().flatten() {
                let extra = broadcast_or_cycle::<T>(extra, input.shape())?;
                sums.iter_mut().zip(extra.iter().cycle()).for_each(|(x, extra)| *x = round.round(*x + *extra));
            }
            let normalised = normalised(sums.clone(), size, epsilon, centre);
            let output = affine(normalised.data, input.shape(), scale, shift, dtype)?;
            let mut shape = input.shape().to_vec();
            shape.iter_mut().last().into_iter().for_each(|last| *last = 1);
            let means = statistic(Dtype::Float32, &shape, normalised.means)?;
            let inverses = statistic(Dtype::Float32, &shape, normalised.inverses)?;
            Ok(vec![output.into(), means, inverses, write(dtype, input.shape(), sums)?.into()])
        })
    }))
}

/// A skip may lack the batch, or have a batch of 1.
fn broadcast_or_cycle<T: Real>(tensor: &TensorValue, shape: &[usize]) -> TractResult<Vec<T>> {
    let without_ones = tensor.shape().iter().skip_while(|size| **size == 1).copied().collect::<Vec<usize>>();
    ensure!(shape.ends_with(&without_ones), "{:?} does not fit {shape:?}", tensor.shape());
    T::read(tensor)
}

/// MeanVarianceNormalization.
pub(super) fn mean_variance(node: &Node) -> TractResult<Kernel> {
    let axes = node.ints("axes").unwrap_or_else(|| vec![0, 2, 3]);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let mut reduced = vec![false; input.rank()];
        for &one in &axes {
            reduced[axis(one, input.rank())?] = true;
        }
        let mut groups = vec![];
        let (mut index, shape) = (vec![0usize; input.rank()], input.shape());
        for _ in 0..input.len() {
            let kept = index.iter().zip(shape).zip(&reduced).filter(|(_, reduced)| !**reduced);
            groups.push(kept.fold(0usize, |group, ((at, size), _)| group * size + at));
            for place in (0..shape.len()).rev() {
                index[place] += 1;
                if index[place] < shape[place] {
                    break;
                }
                index[place] = 0;
            }
        }
        let data = input.to_f64s()?;
        let count = groups.iter().max().map_or(0, |last| last + 1);
        let (mut sums, mut squares, size) = (vec![0.0; count], vec![0.0; count], (data.len() / count.max(1)) as f64);
        data.iter().zip(&groups).for_each(|(x, group)| sums[*group] += x / size);
        data.iter().zip(&groups).for_each(|(x, group)| squares[*group] += (x - sums[*group]).powi(2) / size);
        let output = data.iter().zip(&groups).map(|(x, &group)| (x - sums[group]) / (squares[group].sqrt() + 1e-9));
        one(TensorValue::from_f64s(input.dtype(), shape, output.collect())?)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_mean_0_and_deviation_1() {
        let result = normalised(vec![1f32, 3.0, 5.0, 5.0], 2, 0.0, Centre::Mean);
        assert_eq!(result.data[..2], [-1.0, 1.0]);
        assert_eq!(result.means, [2.0, 5.0]);
        assert_eq!(normalised(vec![3f32, 4.0], 2, 0.0, Centre::Zero).inverses, [1.0 / 12.5f64.sqrt()]);
    }
}
