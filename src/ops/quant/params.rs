//! Scales and zero points: one for a tensor, one along an axis, or one a block.

use tract_onnx::prelude::{DatumType, TractResult};
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::lanes::{Floats, Whole, by_fours};
use crate::Dtype;
use crate::eager::broadcast::count;
use crate::eager::narrow::{self, Beyond};
use crate::eager::node::{Arguments, Node, axis};
use crate::eager::value::TensorValue;
use crate::ops::math::cast::{Power, Rounding, numbers};

/// The input at `index` and its zero point at `zero`, where the graph says all that there is of both.
pub(super) fn constants<'a>(
    node: &'a Node,
    index: usize,
    zero: usize,
) -> Option<(&'a TensorValue, Option<&'a TensorValue>)> {
    let values = node.constant(index)?;
    if node.proto.input.get(zero).is_none_or(String::is_empty) {
        return Some((values, None));
    }
    Some((values, Some(node.constant(zero)?)))
}

/// Which scale belongs to which element.
pub(crate) enum Spread {
    One,
    Axis { size: usize, inner: usize },
    Block { size: usize, inner: usize, block: usize, blocks: usize },
}

impl Spread {
    /// How a scale of shape `scale` spreads over a tensor of shape `shape`.
    ///
    /// # Errors
    /// Where it doesn't.
    pub(crate) fn of(shape: &[usize], scale: &[usize], along: i64, block: usize) -> TractResult<Spread> {
        if block == 0 && count(scale)? == 1 {
            return Ok(Spread::One);
        }
        let along = axis(along, shape.len())?;
        let (size, inner) = (shape[along], count(&shape[along + 1..])?);
        if block == 0 {
            ensure!(scale == [size], "a scale of shape {scale:?} for axis {along} of {shape:?}");
            return Ok(Spread::Axis { size, inner });
        }
        let mut expected = shape.to_vec();
        let blocks = size.div_ceil(block);
        expected[along] = blocks;
        ensure!(scale == expected, "a scale of shape {scale:?}, not {expected:?}, for blocks of {block}");
        Ok(Spread::Block { size, inner, block, blocks })
    }

    /// The place of the scale of an element.
    pub(crate) fn at(&self, place: usize) -> usize {
        match *self {
            Spread::One => 0,
            Spread::Axis { size, inner } => place / inner % size,
            Spread::Block { size, inner, block, blocks } => {
                let (outer, along) = (place / inner / size, place / inner % size);
                (outer * blocks + along / block) * inner + place % inner
            }
        }
    }
}

/// The least and largest integer of a quantised dtype.
pub(crate) fn range(dtype: Dtype) -> Option<(f64, f64)> {
    if let Some((low, high)) = narrow::range(dtype) {
        return Some((low.into(), high.into()));
    }
    Some(match dtype {
        Dtype::Int8 => (-128.0, 127.0),
        Dtype::Uint8 => (0.0, 255.0),
        Dtype::Int16 => (-32768.0, 32767.0),
        Dtype::Uint16 => (0.0, 65535.0),
        _ => return None,
    })
}

/// Quotients → the quantised dtype. `zero` gives the zero point of a place.
///
/// # Errors
/// Where the dtype is no quantised one.
pub(crate) fn quantized(
    dtype: Dtype,
    shape: &[usize],
    quotients: impl Iterator<Item = f32>,
    zero: impl Fn(usize) -> f64,
    beyond: Beyond,
) -> TractResult<TensorValue> {
    if dtype.is_float() {
        let data = quotients.enumerate().map(|(place, x)| f64::from(x) + zero(place)).collect();
        return numbers(dtype, shape, data, Rounding { beyond, power: Power::Nearest });
    }
    let Some((low, high)) = range(dtype) else { bail!("{} is no quantised dtype", dtype.name()) };
    let round = |(place, x): (usize, f32)| (f64::from(x.round_ties_even()) + zero(place)).clamp(low, high);
    if dtype.to_tract() == DatumType::U8 {
        return TensorValue::tagged(dtype, shape, quotients.enumerate().map(round).map(|x| x as u8).collect());
    }
    TensorValue::from_f64s(dtype, shape, quotients.enumerate().map(round).collect())
}

/// A scale and a zero point of one element each, as operators of `com.microsoft` are given them.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) scale: f32,
    pub(crate) zero: f64,
    /// The zero point's dtype.
    pub(crate) dtype: Option<Dtype>,
}

impl Scale {
    /// From the inputs at `index` and behind it.
    ///
    /// # Errors
    /// Where they are missing, or more than one element.
    pub(crate) fn of(arguments: &Arguments, index: usize) -> TractResult<Scale> {
        let [scale] = arguments.tensor(index)?.to_f32s()?[..] else { bail!("input {index}: expected one scale") };
        let Some(zero) = arguments.optional(index + 1)? else { return Ok(Scale { scale, zero: 0.0, dtype: None }) };
        let [value] = zero.to_f64s()?[..] else { bail!("input {}: expected one zero point", index + 1) };
        Ok(Scale { scale, zero: value, dtype: Some(zero.dtype()) })
    }

    pub(crate) fn real(self, x: &TensorValue) -> TractResult<Vec<f32>> {
        if let Some(values) = byte_values(x.dtype(), self.scale, self.zero as i32) {
            return looked_up(x, &values);
        }
        Ok(x.to_f64s()?.into_iter().map(|x| (x - self.zero) as f32 * self.scale).collect())
    }

    /// Numbers → the zero point's dtype, or else `dtype`.
    pub(crate) fn quantized(self, dtype: Dtype, shape: &[usize], data: Vec<f32>) -> TractResult<TensorValue> {
        let dtype = self.dtype.unwrap_or(dtype);
        if let Some(quantiser) = Quantiser::new(self.scale, self.zero as f32, dtype) {
            return quantiser.quantised(shape, &data);
        }
        let quotients = data.into_iter().map(|x| x / self.scale);
        quantized(dtype, shape, quotients, |_| self.zero, Beyond::Saturates)
    }
}

/// Scales of weights: one, or one an output.
///
/// # Errors
/// Where there is another number of them.
pub(super) fn scales_of(scales: &TensorValue, outputs: usize) -> TractResult<Vec<f32>> {
    let scales = scales.to_f32s()?;
    ensure!(scales.len() == 1 || scales.len() == outputs, "{} scales for {outputs} outputs", scales.len());
    Ok(scales)
}

/// How numbers become bytes: one scale and one zero point for all.
#[derive(Clone, Copy)]
pub(crate) struct Quantiser {
    pub(crate) scale: f32,
    zero: f32,
    low: f32,
    high: f32,
    dtype: Dtype,
}

impl Quantiser {
    /// # Errors
    /// Where the zero point is not one, or no byte.
    pub(crate) fn of(scale: &TensorValue, zero: &TensorValue) -> TractResult<Quantiser> {
        let [value] = zero.to_f64s()?[..] else { bail!("expected one zero point of the result") };
        let [scale] = scale.to_f32s()?[..] else { bail!("expected one scale of the result") };
        let quantiser = Quantiser::new(scale, value as f32, zero.dtype());
        quantiser.ok_or_else(|| format_err!("expected bytes, not {}", zero.dtype().name()))
    }

    /// To bytes without a sign.
    pub(crate) fn unsigned(scale: f32, zero: f32) -> Quantiser {
        Quantiser { scale, zero, low: 0.0, high: 255.0, dtype: Dtype::Uint8 }
    }

    /// None for what is no byte.
    pub(crate) fn new(scale: f32, zero: f32, dtype: Dtype) -> Option<Quantiser> {
        let (low, high) = match dtype {
            Dtype::Int8 => (-128.0, 127.0),
            Dtype::Uint8 => (0.0, 255.0),
            _ => return None,
        };
        Some(Quantiser { scale, zero, low, high, dtype })
    }

    /// Quotients, rounded to even, with the zero point, saturated.
    #[inline(always)]
    fn rounded(&self, quotients: Floats) -> [i32; 4] {
        let moved = quotients.nearest().plus(Floats::splat(self.zero));
        moved.largest(Floats::splat(self.low)).least(Floats::splat(self.high)).whole().array()
    }

    /// Sums of shape [N, M, …], each plane plus its bias and times its factor, of which there is one, or one a plane.
    ///
    /// # Errors
    /// Where they don't fill the shape.
    pub(crate) fn of_planes(
        &self,
        shape: &[usize],
        sums: &[i32],
        factors: &[f32],
        bias: Option<&[i32]>,
    ) -> TractResult<TensorValue> {
        match self.dtype {
            Dtype::Int8 => TensorValue::new(shape, self.planes(shape, sums, factors, bias, signed)?),
            _ => TensorValue::new(shape, self.planes(shape, sums, factors, bias, unsigned)?),
        }
    }

    fn planes<T: Copy + Default>(
        &self,
        shape: &[usize],
        sums: &[i32],
        factors: &[f32],
        bias: Option<&[i32]>,
        bytes: impl Fn([i32; 4]) -> [T; 4],
    ) -> TractResult<Vec<T>> {
        let is_one = factors.len() == 1 && bias.is_none();
        let size = if is_one { sums.len() } else { count(shape.get(2..).unwrap_or_default())? }.max(1);
        let outputs = shape.get(1).copied().unwrap_or(1).max(1);
        let mut results = vec![T::default(); sums.len()];
        for (plane, (sums, results)) in sums.chunks(size).zip(results.chunks_mut(size)).enumerate() {
            let factor = Floats::splat(if let [factor] = factors { *factor } else { factors[plane % outputs] });
            let bias = Whole::splat(bias.map_or(0, |bias| bias[plane % outputs]));
            let quotients = |sums: &[i32; 4]| Whole::of(sums).plus(bias).floats().times(factor);
            by_fours(sums, 0, results, |sums| bytes(self.rounded(quotients(sums))));
        }
        Ok(results)
    }

    /// Numbers over the scale, of the zero point's dtype.
    ///
    /// # Errors
    /// Where they don't fill the shape.
    pub(crate) fn quantised(&self, shape: &[usize], data: &[f32]) -> TractResult<TensorValue> {
        match self.dtype {
            Dtype::Int8 => TensorValue::new(shape, self.over_scale(data, signed)),
            _ => TensorValue::new(shape, self.bytes(data)),
        }
    }

    /// Numbers over the scale, as bytes without a sign.
    pub(crate) fn bytes(&self, data: &[f32]) -> Vec<u8> {
        self.over_scale(data, unsigned)
    }

    fn over_scale<T: Copy + Default>(&self, data: &[f32], bytes: impl Fn([i32; 4]) -> [T; 4]) -> Vec<T> {
        let scale = Floats::splat(self.scale);
        let mut results = vec![T::default(); data.len()];
        by_fours(data, 0.0, &mut results, |x| bytes(self.rounded(Floats::of(x).over(scale))));
        results
    }
}

// Written out: of an array's `map`, code that is optimised for size makes calls.
#[inline(always)]
fn signed([a, b, c, d]: [i32; 4]) -> [i8; 4] {
    [a as i8, b as i8, c as i8, d as i8]
}

#[inline(always)]
fn unsigned([a, b, c, d]: [i32; 4]) -> [u8; 4] {
    [a as u8, b as u8, c as u8, d as u8]
}

/// The number that each byte stands for, at its place without a sign. None for what is no byte.
pub(crate) fn byte_values(dtype: Dtype, scale: f32, zero: i32) -> Option<[f32; 256]> {
    let number: fn(u8) -> i32 = match dtype {
        Dtype::Uint8 => |byte| byte.into(),
        Dtype::Int8 => |byte| (byte as i8).into(),
        _ => return None,
    };
    let mut values = [0.0; 256];
    for (byte, value) in (0..=255u8).zip(&mut values) {
        *value = (number(byte) - zero) as f32 * scale;
    }
    Some(values)
}

/// Bytes by a table of 256.
///
/// # Errors
/// Where they are no bytes.
pub(crate) fn looked_up<T: Copy>(x: &TensorValue, table: &[T; 256]) -> TractResult<Vec<T>> {
    Ok(match x.dtype() {
        Dtype::Uint8 => x.slice::<u8>()?.iter().map(|&x| table[usize::from(x)]).collect(),
        Dtype::Int8 => x.slice::<i8>()?.iter().map(|&x| table[usize::from(x as u8)]).collect(),
        other => bail!("expected bytes, got {}", other.name()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_spread_over_axes_and_blocks() {
        let places = |spread: Spread, count: usize| (0..count).map(|place| spread.at(place)).collect::<Vec<_>>();
        assert_eq!(places(Spread::of(&[2, 3], &[3], 1, 0).unwrap(), 6), [0, 1, 2, 0, 1, 2]);
        assert_eq!(places(Spread::of(&[2, 3], &[2], 0, 0).unwrap(), 6), [0, 0, 0, 1, 1, 1]);
        assert_eq!(places(Spread::of(&[2, 3], &[2, 2], 1, 2).unwrap(), 6), [0, 0, 1, 2, 2, 3]);
        assert!(Spread::of(&[2, 3], &[2], 1, 0).is_err());
    }

    proptest::proptest! {
        /// The way by fours says the same as the one by one, to the last bit.
        #[test]
        fn bytes_are_rounded_and_saturated(
            data in proptest::collection::vec(proptest::num::f32::ANY, 0..11),
            (scale, zero) in (1e-3f32..1e3, -128i32..256),
        ) {
            for dtype in [Dtype::Int8, Dtype::Uint8] {
                let quantiser = Quantiser::new(scale, zero as f32, dtype).unwrap();
                let quotients = data.iter().map(|x| x / scale);
                let expected = quantized(dtype, &[data.len()], quotients, |_| zero.into(), Beyond::Saturates).unwrap();
                let got = quantiser.quantised(&[data.len()], &data).unwrap();
                proptest::prop_assert_eq!(got.to_i64s().unwrap(), expected.to_i64s().unwrap());
                let sums: Vec<i32> = data.iter().map(|x| *x as i32).collect();
                let quotients = sums.iter().map(|sum| sum.wrapping_add(7) as f32 * scale);
                let expected = quantized(dtype, &[1, 1, data.len()], quotients, |_| zero.into(), Beyond::Saturates).unwrap();
                let got = quantiser.of_planes(&[1, 1, data.len()], &sums, &[scale], Some(&[7])).unwrap();
                proptest::prop_assert_eq!(got.to_i64s().unwrap(), expected.to_i64s().unwrap());
            }
        }
    }

    #[test]
    fn ties_go_to_even_and_the_rest_saturates() {
        let quotients = [0.5f32, 1.5, -2.5, 300.0, f32::NEG_INFINITY].into_iter();
        let result = quantized(Dtype::Uint8, &[5], quotients, |_| 3.0, Beyond::Saturates).unwrap();
        assert_eq!(result.slice::<u8>().unwrap(), [3, 5, 1, 255, 0]);
    }
}
