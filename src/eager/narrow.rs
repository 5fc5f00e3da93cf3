//! The dtypes that neither Rust nor tract has: which numbers they hold, and rounding to these.

use crate::Dtype;

/// A small float: sign, exponent and fraction bits.
struct Format {
    fraction: i32,
    /// The exponent of the smallest normal number.
    lowest: i32,
    /// The largest finite number.
    largest: f64,
    infinity: bool,
    signed: bool,
}

fn format(dtype: Dtype) -> Option<Format> {
    let (fraction, lowest, largest, infinity, signed) = match dtype {
        Dtype::Bfloat16 => (7, -126, 338_953_138_925_153_547_590_470_800_371_487_866_880.0, true, true),
        Dtype::Float8e4m3fn => (3, -6, 448.0, false, true),
        Dtype::Float8e4m3fnuz => (3, -7, 240.0, false, true),
        Dtype::Float8e5m2 => (2, -14, 57344.0, true, true),
        Dtype::Float8e5m2fnuz => (2, -15, 57344.0, false, true),
        Dtype::Float8e8m0 => (0, -127, 170_141_183_460_469_231_731_687_303_715_884_105_728.0, false, false),
        Dtype::Float4e2m1 => (1, 0, 6.0, false, true),
        _ => return None,
    };
    Some(Format { fraction, lowest, largest, infinity, signed })
}

/// What a float becomes that is beyond the largest finite one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// The largest finite one. Infinities too, but in formats that have them.
    Saturates,
    /// An infinity, or NaN in a format without it.
    Overflows,
}

/// `value` rounded to `dtype` as arithmetic rounds: to nearest, ties to even. Of a dtype held as float32.
pub(crate) fn round(dtype: Dtype, value: f64) -> f32 {
    let beyond = if dtype == Dtype::Float4e2m1 { Beyond::Saturates } else { Beyond::Overflows };
    round_with(dtype, value, beyond)
}

/// [`round`], saying what happens to numbers beyond the largest.
pub(crate) fn round_with(dtype: Dtype, value: f64, beyond: Beyond) -> f32 {
    let Some(format) = format(dtype) else { return value as f32 };
    if value.is_nan() {
        return f32::NAN;
    }
    if !format.signed && value <= 0.0 {
        // There is neither zero nor a sign: the least power of two, or no number.
        return if value == 0.0 { f32::from_bits(1 << 22) } else { f32::NAN };
    }
    let unsigned_zero = matches!(dtype, Dtype::Float8e4m3fnuz | Dtype::Float8e5m2fnuz);
    let magnitude = value.abs();
    if magnitude.is_infinite() {
        return overflow(&format, value, beyond);
    }
    let exponent = if magnitude == 0.0 { format.lowest } else { exponent(magnitude).max(format.lowest) };
    let step = 2f64.powi(exponent - format.fraction);
    let rounded = (magnitude / step).round_ties_even() * step;
    if rounded > format.largest {
        return overflow(&format, value, beyond);
    }
    if rounded == 0.0 && unsigned_zero {
        return 0.0;
    }
    rounded.copysign(value) as f32
}

/// The exponent of the power of two that is not above a positive, finite, normal double.
fn exponent(magnitude: f64) -> i32 {
    ((magnitude.to_bits() >> 52) & 0x7ff) as i32 - 1023
}

fn overflow(format: &Format, value: f64, beyond: Beyond) -> f32 {
    match beyond {
        Beyond::Saturates if value.is_infinite() && format.infinity => value as f32,
        Beyond::Saturates => format.largest.copysign(value) as f32,
        Beyond::Overflows if format.infinity => f32::INFINITY.copysign(value as f32),
        Beyond::Overflows => f32::NAN,
    }
}

/// The range of an integer dtype of less than 8 bits.
pub(crate) fn range(dtype: Dtype) -> Option<(i8, i8)> {
    Some(match dtype {
        Dtype::Int4 => (-8, 7),
        Dtype::Uint4 => (0, 15),
        Dtype::Int2 => (-2, 1),
        Dtype::Uint2 => (0, 3),
        _ => return None,
    })
}

/// `value` in the range of a dtype of up to 8 bits.
pub(crate) fn clamp(dtype: Dtype, value: f64) -> f64 {
    match range(dtype) {
        Some((lowest, highest)) => value.clamp(f64::from(lowest), f64::from(highest)),
        None => value,
    }
}

/// The number that some bits of a float dtype of up to 16 bits stand for.
pub(crate) fn from_bits(dtype: Dtype, bits: u16) -> f32 {
    let sign = |shift: u16| if bits >> shift & 1 == 1 { -1.0 } else { 1.0 };
    let (exponent_bits, fraction_bits, bias) = match dtype {
        Dtype::Bfloat16 => return f32::from_bits(u32::from(bits) << 16),
        Dtype::Float8e8m0 if bits == 0xff => return f32::NAN,
        Dtype::Float8e8m0 => return 2f64.powi(i32::from(bits) - 127) as f32,
        Dtype::Float8e4m3fn if bits & 0x7f == 0x7f => return f32::NAN,
        Dtype::Float8e4m3fnuz | Dtype::Float8e5m2fnuz if bits == 0x80 => return f32::NAN,
        Dtype::Float8e5m2 if bits & 0x7f == 0x7c => return f32::INFINITY * sign(7) as f32,
        Dtype::Float8e5m2 if bits & 0x7f > 0x7c => return f32::NAN,
        Dtype::Float8e4m3fn => (4, 3, 7),
        Dtype::Float8e4m3fnuz => (4, 3, 8),
        Dtype::Float8e5m2 => (5, 2, 15),
        Dtype::Float8e5m2fnuz => (5, 2, 16),
        _ => (2, 1, 1),
    };
    let fraction = f64::from(bits & ((1 << fraction_bits) - 1)) / f64::from(1 << fraction_bits);
    let exponent = i32::from(bits >> fraction_bits & ((1 << exponent_bits) - 1));
    let magnitude =
        if exponent == 0 { fraction * 2f64.powi(1 - bias) } else { (1.0 + fraction) * 2f64.powi(exponent - bias) };
    (sign(exponent_bits + fraction_bits) * magnitude) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_float_of_a_byte_rounds_to_itself() {
        use Dtype::{Float4e2m1, Float8e4m3fn, Float8e4m3fnuz, Float8e5m2, Float8e5m2fnuz, Float8e8m0};
        for dtype in [Float8e4m3fn, Float8e4m3fnuz, Float8e5m2, Float8e5m2fnuz, Float8e8m0, Float4e2m1] {
            let count = if dtype == Float4e2m1 { 16 } else { 256 };
            for bits in 0..count {
                let value = from_bits(dtype, bits);
                let again = round(dtype, f64::from(value));
                assert!(value == again || value.is_nan() && again.is_nan(), "{dtype:?} {bits:#x}: {value} {again}");
            }
        }
    }

    #[test]
    fn rounding_goes_to_the_nearest_and_ties_to_even() {
        assert_eq!(round(Dtype::Bfloat16, 1.0 + 1.0 / 256.0), 1.0);
        assert_eq!(round(Dtype::Bfloat16, 1.0 + 3.0 / 256.0), 1.0 + 4.0 / 256.0);
        assert_eq!(round_with(Dtype::Float8e4m3fn, 1e6, Beyond::Saturates), 448.0);
        assert!(round(Dtype::Float8e4m3fn, 1e6).is_nan());
        assert_eq!(round(Dtype::Float8e5m2, 1e6), f32::INFINITY);
        assert_eq!(round(Dtype::Float4e2m1, -100.0), -6.0);
        assert_eq!(round(Dtype::Float4e2m1, 2.5), 2.0);
    }
}
