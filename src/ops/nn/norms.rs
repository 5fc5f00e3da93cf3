//! Normalisation by channel: BatchNormalization, InstanceNormalization, GroupNormalization, LRN; and LpNormalization.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::layer_norm::{Centre, normalised};
use super::real::{Real, Rounding, with_real, write};
use crate::eager::node::{Arguments, Kernel, Node, axis, one};
use crate::eager::value::{TensorValue, Value};

/// Batch, channels, and how many elements a channel has.
fn channels(input: &TensorValue) -> TractResult<(usize, usize, usize)> {
    match input.shape() {
        [batch, channels, rest @ ..] => Ok((*batch, *channels, rest.iter().product())),
        [batch] => Ok((*batch, 1, 1)),
        [] => bail!("expected a batch, got a scalar"),
    }
}

pub(super) fn instance(node: &Node) -> TractResult<Kernel> {
    let epsilon = f64::from(node.float("epsilon", 1e-5));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (_, channels, size) = channels(input)?;
        with_real!(input.dtype(), T => {
            let data = normalised(T::read(input)?, size, epsilon, Centre::Mean).data;
            by_channel(arguments, data, channels, size, channels, Rounding::None)
        })
    }))
}

pub(super) fn group(node: &Node) -> TractResult<Kernel> {
    let epsilon = f64::from(node.float("epsilon", 1e-5));
    let groups = super::heads::number(node, "num_groups")?.unwrap_or(1);
    let by_group = node.opset < 21;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (_, channels, size) = channels(input)?;
        ensure!(channels % groups == 0, "{channels} channels can't be {groups} groups");
        let round = Rounding::of(input.dtype());
        with_real!(input.dtype(), T => {
            let data = normalised(T::read(input)?, channels / groups * size, epsilon, Centre::Mean).data;
            by_channel(arguments, data, channels, size, if by_group { groups } else { channels }, round)
        })
    }))
}

/// Times the scales and plus the biases, of which there are `params`, each for so many channels.
fn by_channel<T: Real>(
    arguments: &Arguments,
    mut data: Vec<T>,
    channels: usize,
    size: usize,
    params: usize,
    round: Rounding,
) -> TractResult<Vec<Value>> {
    let input = arguments.tensor(0)?;
    let (scale, bias) = (T::read(arguments.tensor(1)?)?, T::read(arguments.tensor(2)?)?);
    let (scales, biases) = (scale.len(), bias.len());
    ensure!(scales == params && biases == params, "expected {params} scales and biases, got {scales} and {biases}");
    let shared = (channels / params.max(1)).max(1);
    for (row, values) in data.chunks_exact_mut(size.max(1)).enumerate() {
        let at = row % channels / shared;
        let (factor, extra) = (scale[at], bias[at]);
        values.iter_mut().for_each(|x| *x = round.round(round.round(*x) * factor) + extra);
    }
    one(write(input.dtype(), input.shape(), data)?)
}

pub(super) fn batch(node: &Node) -> TractResult<Kernel> {
    let epsilon = f64::from(node.float("epsilon", 1e-5));
    let momentum = f64::from(node.float("momentum", 0.9));
    let training = match node.opset {
        ..7 => !node.flag("is_test", 0) && node.outputs() > 1,
        7..14 => (1..5).any(|index| node.has_output(index)),
        _ => node.flag("training_mode", 0),
    };
    let saved = node.opset < 14;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (batch, channels, inner) = channels(input)?;
        let params: Vec<&TensorValue> = (1..5).map(|index| arguments.tensor(index)).collect::<TractResult<_>>()?;
        let numbers = params.iter().map(|param| param.to_f64s()).collect::<TractResult<Vec<_>>>()?;
        // Without `spatial`, each element of an example has its own.
        let each = numbers[0].len();
        ensure!(each == channels || each == channels * inner, "{each} scales don't fit {channels} channels");
        ensure!(numbers.iter().all(|param| param.len() == each), "scale, bias, mean and variance differ in size");
        let size = channels * inner / each.max(1);
        let data = input.to_f64s()?;
        let place = |index: usize| index / size.max(1) % each;
        let (mut means, mut variances) = (numbers[2].clone(), numbers[3].clone());
        if training {
            let count = (batch * size) as f64;
            means.fill(0.0);
            variances.fill(0.0);
            data.iter().enumerate().for_each(|(index, x)| means[place(index)] += x / count);
            data.iter().enumerate().for_each(|(index, x)| {
                variances[place(index)] += (x - means[place(index)]).powi(2) / count;
            });
        }
        let factors: Vec<f64> =
            variances.iter().zip(&numbers[0]).map(|(variance, scale)| scale / (variance + epsilon).sqrt()).collect();
        let mut output = data;
        for (row, values) in output.chunks_exact_mut(size.max(1)).enumerate() {
            let at = row % each;
            values.iter_mut().for_each(|x| *x = (*x - means[at]) * factors[at] + numbers[1][at]);
        }
        let output = TensorValue::from_f64s(input.dtype(), input.shape(), output)?;
        let mut outputs: Vec<Value> = vec![output.into()];
        if training {
            let running = |old: &[f64], new: &[f64]| -> Vec<f64> {
                old.iter().zip(new).map(|(old, new)| old * momentum + new * (1.0 - momentum)).collect()
            };
            let dtype = params[2].dtype();
            let mut push = |data: Vec<f64>| -> TractResult<()> {
                outputs.push(TensorValue::from_f64s(dtype, params[2].shape(), data)?.into());
                Ok(())
            };
            push(running(&numbers[2], &means))?;
            push(running(&numbers[3], &variances))?;
            if saved {
                push(means.clone())?;
                push(variances.clone())?;
            }
        }
        Ok(outputs)
    }))
}

pub(super) fn local_response(node: &Node) -> TractResult<Kernel> {
    let (alpha, beta) = (f64::from(node.float("alpha", 1e-4)), f64::from(node.float("beta", 0.75)));
    let bias = f64::from(node.float("bias", 1.0));
    let Ok(size @ 1..) = usize::try_from(node.int("size", 0)) else { bail!("size is not positive") };
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (batch, channels, inner) = channels(input)?;
        let data = input.to_f64s()?;
        let mut output = Vec::with_capacity(data.len());
        for row in 0..batch * channels {
            let (example, channel) = (row / channels, row % channels);
            let from = channel.saturating_sub((size - 1) / 2);
            let to = channel.saturating_add(size / 2).min(channels - 1);
            for place in 0..inner {
                let at = |channel: usize| data[(example * channels + channel) * inner + place];
                let squares: f64 = (from..=to).map(|channel| at(channel).powi(2)).sum();
                output.push(at(channel) / (bias + alpha / size as f64 * squares).powf(beta));
            }
        }
        one(TensorValue::from_f64s(input.dtype(), input.shape(), output)?)
    }))
}

pub(super) fn lp(node: &Node) -> TractResult<Kernel> {
    let (along, p) = (node.int("axis", -1), node.int("p", 2));
    ensure!(p == 1 || p == 2, "p is {p}, neither 1 nor 2");
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let along = axis(along, input.rank())?;
        let (size, inner) = (input.shape()[along], input.shape()[along + 1..].iter().product::<usize>());
        let mut data = input.to_f64s()?;
        for block in data.chunks_exact_mut((size * inner).max(1)) {
            for place in 0..inner {
                let line = || (0..size).map(|index| index * inner + place);
                let norm: f64 = match p {
                    1 => line().map(|at| block[at].abs()).sum(),
                    _ => line().map(|at| block[at].powi(2)).sum::<f64>().sqrt(),
                };
                line().for_each(|at| block[at] = if norm == 0.0 { 0.0 } else { block[at] / norm });
            }
        }
        one(TensorValue::from_f64s(input.dtype(), input.shape(), data)?)
    }))
}
