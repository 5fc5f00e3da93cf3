//! DFT and STFT, of any length, in doubles.

use std::f64::consts::PI;

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::real::count;
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::TensorValue;

/// A complex number.
type Complex = (f64, f64);

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// Which way a transform goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Forward,
    /// Divided by the length.
    Back,
}

/// The transform of a signal.
fn transform(signal: &[Complex], way: Way) -> Vec<Complex> {
    let sign = if way == Way::Forward { -1.0 } else { 1.0 };
    let mut result = match signal.len() {
        0 => vec![],
        length if length.is_power_of_two() => by_halves(signal, sign),
        _ => by_convolution(signal, sign),
    };
    if way == Way::Back {
        let length = result.len() as f64;
        result.iter_mut().for_each(|x| *x = (x.0 / length, x.1 / length));
    }
    result
}

/// `e^(sign · 2πi · part / whole)`.
fn unit(sign: f64, part: usize, whole: usize) -> Complex {
    let angle = sign * 2.0 * PI * part as f64 / whole as f64;
    (angle.cos(), angle.sin())
}

/// Of a power of two: Cooley and Tukey's.
fn by_halves(signal: &[Complex], sign: f64) -> Vec<Complex> {
    let length = signal.len();
    let bits = length.trailing_zeros();
    let reversed = |index: usize| if bits == 0 { 0 } else { index.reverse_bits() >> (usize::BITS - bits) };
    let mut data: Vec<Complex> = (0..length).map(|index| signal[reversed(index)]).collect();
    let units: Vec<Complex> = (0..length / 2).map(|part| unit(sign, part, length)).collect();
    let mut half = 1;
    while half < length {
        for block in data.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (index, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let turned = times(*b, units[index * (length / (2 * half))]);
                (*a, *b) = ((a.0 + turned.0, a.1 + turned.1), (a.0 - turned.0, a.1 - turned.1));
            }
        }
        half *= 2;
    }
    data
}

/// Of any length: Bluestein's, as a convolution of a power of two.
fn by_convolution(signal: &[Complex], sign: f64) -> Vec<Complex> {
    let length = signal.len();
    let wide = (2 * length - 1).next_power_of_two();
    // Squares modulo twice the length keep the angles small.
    let square = |index: usize| (index as u64 * index as u64 % (2 * length as u64)) as usize;
    let chirp: Vec<Complex> = (0..length).map(|index| unit(sign, square(index), 2 * length)).collect();
    let mut first = vec![(0.0, 0.0); wide];
    let mut second = vec![(0.0, 0.0); wide];
    for (index, (x, turn)) in signal.iter().zip(&chirp).enumerate() {
        first[index] = times(*x, *turn);
        second[index] = (turn.0, -turn.1);
        second[(wide - index) % wide] = (turn.0, -turn.1);
    }
    let first = by_halves(&first, -1.0);
    let second = by_halves(&second, -1.0);
    let product: Vec<Complex> = first.iter().zip(&second).map(|(a, b)| times(*a, *b)).collect();
    let result = transform(&product, Way::Back);
    result.iter().zip(&chirp).map(|(x, turn)| times(*x, *turn)).collect()
}

pub(super) fn dft(node: &Node) -> TractResult<Kernel> {
    let (inverse, onesided) = (node.flag("inverse", 0), node.flag("onesided", 0));
    let attribute = (node.opset < 20).then(|| node.int("axis", 1));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let along = match (attribute, arguments.optional(2)?) {
            (Some(along), _) => along,
            (None, Some(along)) => single(along)?,
            (None, None) => -2,
        };
        let along = axis(along, input.rank())?;
        let parts = *input.shape().last().unwrap_or(&0);
        ensure!(
            along + 1 < input.rank() && (1..=2).contains(&parts),
            "{:?} has no axis {along} of complex numbers",
            input.shape()
        );
        let size = input.shape()[along];
        let length = match arguments.optional(1)? {
            Some(length) => usize::try_from(single(length)?)?,
            None if inverse && onesided => 2 * size.saturating_sub(1),
            None => size,
        };
        ensure!(length > 0, "a transform of length 0");
        let bins = if onesided && !inverse { length / 2 + 1 } else { length };
        let real = inverse && onesided;
        let mut shape = input.shape().to_vec();
        shape[along] = bins;
        shape.iter_mut().last().into_iter().for_each(|parts| *parts = if real { 1 } else { 2 });
        let mut output = vec![0.0; count(&shape)?];
        count(&[length, 8])?;
        let parts_out = if real { 1 } else { 2 };
        let data = input.to_f64s()?;
        let inner: usize = input.shape()[along + 1..input.rank() - 1].iter().product();
        let outer: usize = input.shape()[..along].iter().product();
        for (before, behind) in (0..outer).flat_map(|before| (0..inner).map(move |behind| (before, behind))) {
            let at = |index: usize, size: usize| (before * size + index) * inner + behind;
            let number = |index: usize| match parts {
                1 => (data[at(index, size)], 0.0),
                _ => (data[2 * at(index, size)], data[2 * at(index, size) + 1]),
            };
            let mut signal: Vec<Complex> = (0..size.min(length)).map(number).collect();
            signal.resize(length, (0.0, 0.0));
            if real {
                mirror(&mut signal, size);
            }
            let way = if inverse { Way::Back } else { Way::Forward };
            for (index, x) in transform(&signal, way).into_iter().take(bins).enumerate() {
                let to = parts_out * at(index, bins);
                output[to] = x.0;
                if !real {
                    output[to + 1] = x.1;
                }
            }
        }
        one(TensorValue::from_f64s(input.dtype(), &shape, output)?)
    }))
}

/// Fills the second half of a real signal's spectrum from the first `known` bins.
fn mirror(spectrum: &mut [Complex], known: usize) {
    let length = spectrum.len();
    spectrum[0].1 = 0.0;
    for index in 1..length.div_ceil(2) {
        let (re, im) = if index < known { spectrum[index] } else { (0.0, 0.0) };
        spectrum[length - index] = (re, -im);
    }
    if length.is_multiple_of(2) {
        spectrum[length / 2].1 = 0.0;
    }
}

fn single(tensor: &TensorValue) -> TractResult<i64> {
    match tensor.to_i64s()?.as_slice() {
        [one] => Ok(*one),
        many => bail!("expected one number, got {}", many.len()),
    }
}

pub(super) fn stft(node: &Node) -> TractResult<Kernel> {
    let onesided = node.flag("onesided", 1);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (batch, samples, parts) = match *input.shape() {
            [batch, samples] => (batch, samples, 1),
            [batch, samples, parts @ 1..=2] => (batch, samples, parts),
            _ => bail!("expected a batch of signals, got {:?}", input.shape()),
        };
        ensure!(parts == 1 || !onesided, "a complex signal has no one-sided spectrum");
        let step = usize::try_from(single(arguments.tensor(1)?)?)?;
        let window = arguments.optional(2)?;
        let length = match (arguments.optional(3)?, window) {
            (Some(length), _) => usize::try_from(single(length)?)?,
            (None, Some(window)) => window.len(),
            (None, None) => samples,
        };
        ensure!(step > 0 && length > 0 && length <= samples, "frames of {length} every {step} in {samples} samples");
        let weights = window.map_or_else(|| Ok(vec![1.0; length]), TensorValue::to_f64s)?;
        ensure!(weights.len() == length, "a window of {} for frames of {length}", weights.len());
        let frames = 1 + (samples - length) / step;
        let bins = if onesided { length / 2 + 1 } else { length };
        let shape = [batch, frames, bins, 2];
        let mut output = Vec::with_capacity(count(&shape)?);
        let data = input.to_f64s()?;
        for frame in 0..batch * frames {
            let from = frame / frames * samples + frame % frames * step;
            let number = |(index, weight): (usize, &f64)| {
                let at = (from + index) * parts;
                (data[at] * weight, if parts == 2 { data[at + 1] * weight } else { 0.0 })
            };
            let signal: Vec<Complex> = weights.iter().enumerate().map(number).collect();
            output.extend(transform(&signal, Way::Forward).into_iter().take(bins).flat_map(|x| [x.0, x.1]));
        }
        one(TensorValue::from_f64s(input.dtype(), &shape, output)?)
    }))
}

/// HannWindow, HammingWindow and BlackmanWindow.
pub(super) fn window(node: &Node) -> TractResult<Kernel> {
    // Weights of the cosines of each multiple of the angle.
    let weights = match node.proto.op_type.as_str() {
        "HannWindow" => [0.5, -0.5, 0.0],
        "HammingWindow" => [25.0 / 46.0, -21.0 / 46.0, 0.0],
        "BlackmanWindow" => [0.42, -0.5, 0.08],
        other => bail!("{other} is no window"),
    };
    let dtype = number_dtype(node.int("output_datatype", 1))?;
    let periodic = node.flag("periodic", 1);
    Ok(Box::new(move |arguments| {
        let size = usize::try_from(single(arguments.tensor(0)?)?)?;
        let period = if periodic { size } else { size.saturating_sub(1) };
        let value = |index: usize| {
            // A symmetric window of one is 0/0, as in ONNX's definition.
            let angle = 2.0 * PI * index as f64 / period as f64;
            weights[0] + weights[1] * angle.cos() + weights[2] * (2.0 * angle).cos()
        };
        one(TensorValue::from_f64s(dtype, &[size], (0..count(&[size])?).map(value).collect())?)
    }))
}

pub(super) fn mel_weights(node: &Node) -> TractResult<Kernel> {
    let dtype = number_dtype(node.int("output_datatype", 1))?;
    Ok(Box::new(move |arguments| {
        let bins = usize::try_from(single(arguments.tensor(0)?)?)?;
        let length = usize::try_from(single(arguments.tensor(1)?)?)?;
        let rate = single(arguments.tensor(2)?)? as f64;
        let edge = |index: usize| -> TractResult<f64> {
            match arguments.tensor(index)?.to_f64s()?.as_slice() {
                [hertz] => Ok(2595.0 * (1.0 + hertz / 700.0).log10()),
                many => bail!("expected one frequency, got {}", many.len()),
            }
        };
        let (low, high) = (edge(3)?, edge(4)?);
        let rows = length / 2 + 1;
        let total = count(&[rows, bins])?;
        let step = (high - low) / (bins + 2) as f64;
        let point = |index: usize| {
            let hertz = 700.0 * (10f64.powf((index as f64 * step + low) / 2595.0) - 1.0);
            let row = ((length + 1) as f64 * hertz / rate).floor();
            ensure!(row >= 0.0 && row < rows as f64, "a frequency of {hertz} Hz is beyond {rows} bins");
            Ok(row as usize)
        };
        let points = (0..bins + 2).map(point).collect::<TractResult<Vec<usize>>>()?;
        let mut output = vec![0.0; total];
        for (bin, edges) in points.windows(3).enumerate() {
            let (left, centre, right) = (edges[0], edges[1], edges[2]);
            if left == centre {
                output[centre * bins + bin] = 1.0;
            }
            for row in left..=centre {
                if left < centre {
                    output[row * bins + bin] = (row - left) as f64 / (centre - left) as f64;
                }
            }
            for row in centre..right {
                output[row * bins + bin] = (right - row) as f64 / (right - centre) as f64;
            }
        }
        one(TensorValue::from_f64s(dtype, &[rows, bins], output)?)
    }))
}

fn number_dtype(number: i64) -> TractResult<crate::Dtype> {
    let dtype = i32::try_from(number).ok().and_then(crate::Dtype::from_onnx);
    dtype.ok_or_else(|| format_err!("output_datatype is {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition.
    fn slow(signal: &[Complex]) -> Vec<Complex> {
        let length = signal.len();
        let bin = |k: usize| {
            signal.iter().enumerate().fold((0.0, 0.0), |sum: Complex, (n, x)| {
                let term = times(*x, unit(-1.0, k * n % length, length));
                (sum.0 + term.0, sum.1 + term.1)
            })
        };
        (0..length).map(bin).collect()
    }

    #[test]
    fn every_length_is_transformed_and_back() {
        for length in 1..20 {
            let signal: Vec<Complex> = (0..length).map(|n| ((n * n % 7) as f64, (n % 3) as f64)).collect();
            let close = |a: &[Complex], b: &[Complex]| {
                a.iter().zip(b).all(|(a, b)| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9)
            };
            let spectrum = transform(&signal, Way::Forward);
            assert!(close(&spectrum, &slow(&signal)), "{length}");
            assert!(close(&transform(&spectrum, Way::Back), &signal), "{length}");
        }
    }
}
