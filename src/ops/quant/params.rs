//! Scales and zero points: one for a tensor, one along an axis, or one a block.

use tract_onnx::prelude::{DatumType, TractResult};
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::Dtype;
use crate::eager::broadcast::count;
use crate::eager::narrow::{self, Beyond};
use crate::eager::node::{Arguments, axis};
use crate::eager::value::TensorValue;
use crate::ops::math::cast::{Power, Rounding, numbers};

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
        Ok(x.to_f64s()?.into_iter().map(|x| (x - self.zero) as f32 * self.scale).collect())
    }

    /// Numbers → the zero point's dtype, or else `dtype`.
    pub(crate) fn quantized(self, dtype: Dtype, shape: &[usize], data: Vec<f32>) -> TractResult<TensorValue> {
        let quotients = data.into_iter().map(|x| x / self.scale);
        quantized(self.dtype.unwrap_or(dtype), shape, quotients, |_| self.zero, Beyond::Saturates)
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

/// How sums of products become bytes: one scale and one zero point for all.
pub(super) struct Quantiser {
    pub(super) scale: f32,
    zero: f32,
    dtype: Dtype,
}

impl Quantiser {
    /// # Errors
    /// Where either is not one element, or the zero point no byte.
    pub(super) fn of(scale: &TensorValue, zero: &TensorValue) -> TractResult<Quantiser> {
        let [value] = zero.to_f64s()?[..] else { bail!("expected one zero point of the result") };
        ensure!(matches!(zero.dtype(), Dtype::Uint8 | Dtype::Int8), "expected bytes, not {}", zero.dtype().name());
        Ok(Quantiser { scale: scale.item::<f32>()?, zero: value as f32, dtype: zero.dtype() })
    }

    /// Sums of shape [N, M, …], each plane plus its bias and times its factor, of which there is one, or one a plane.
    ///
    /// # Errors
    /// Where they don't fill the shape.
    pub(super) fn of_planes(
        &self,
        shape: &[usize],
        sums: &[i32],
        factors: &[f32],
        bias: Option<&[i32]>,
    ) -> TractResult<TensorValue> {
        let size = count(shape.get(2..).unwrap_or_default())?.max(1);
        let outputs = shape.get(1).copied().unwrap_or(1).max(1);
        let mut quotients = Vec::with_capacity(sums.len());
        for (plane, sums) in sums.chunks(size).enumerate() {
            let output = plane % outputs;
            let factor = if let [factor] = factors { *factor } else { factors[output] };
            let bias = bias.map_or(0, |bias| bias[output]);
            quotients.extend(sums.iter().map(|sum| sum.wrapping_add(bias) as f32 * factor));
        }
        self.bytes(shape, &quotients)
    }

    /// Quotients, rounded to even and saturated.
    ///
    /// # Errors
    /// Where they don't fill the shape.
    pub(super) fn bytes(&self, shape: &[usize], quotients: &[f32]) -> TractResult<TensorValue> {
        let zero = self.zero;
        match self.dtype {
            Dtype::Int8 => {
                let byte = |x: &f32| (x.round_ties_even() + zero).clamp(-128.0, 127.0) as i8;
                TensorValue::new(shape, quotients.iter().map(byte).collect())
            }
            _ => {
                let byte = |x: &f32| (x.round_ties_even() + zero).clamp(0.0, 255.0) as u8;
                TensorValue::new(shape, quotients.iter().map(byte).collect())
            }
        }
    }
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

    #[test]
    fn ties_go_to_even_and_the_rest_saturates() {
        let quotients = [0.5f32, 1.5, -2.5, 300.0, f32::NEG_INFINITY].into_iter();
        let result = quantized(Dtype::Uint8, &[5], quotients, |_| 3.0, Beyond::Saturates).unwrap();
        assert_eq!(result.slice::<u8>().unwrap(), [3, 5, 1, 255, 0]);
    }
}
