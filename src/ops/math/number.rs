//! Arithmetic on the Rust types that hold ONNX's numbers: integers wrap, halves are computed in float32.

use tract_onnx::prelude::{TractResult, f16};
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::Dtype;
use crate::eager::value::{Element, TensorValue};

/// A number.
pub(crate) trait Number: Element + Copy + PartialOrd {
    const ZERO: Self;
    const ONE: Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// Truncated towards zero, for integers. By zero: `None`, for integers.
    fn over(self, other: Self) -> Option<Self>;
    /// The remainder, with the sign of `self`.
    fn remainder(self, other: Self) -> Option<Self>;
    /// The remainder, with the sign of `other`.
    fn modulo(self, other: Self) -> Option<Self>;
    fn to_f64(self) -> f64;
    /// Rounded to nearest for floats, truncated and saturated for integers.
    fn from_f64(value: f64) -> Self;
    fn is_nan(self) -> bool;

    fn below_zero(self) -> bool {
        self < Self::ZERO
    }

    /// Which is larger; NaN is larger, and smaller, than anything.
    fn largest(self, other: Self) -> Self {
        if self.is_nan() || self > other { self } else { other }
    }

    fn smallest(self, other: Self) -> Self {
        if self.is_nan() || self < other { self } else { other }
    }
}

macro_rules! integers {
    ($($type:ty),*) => { $(impl Number for $type {
        const ZERO: Self = 0;
        const ONE: Self = 1;
        fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
        fn minus(self, other: Self) -> Self { self.wrapping_sub(other) }
        fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
        fn over(self, other: Self) -> Option<Self> { (other != 0).then(|| self.wrapping_div(other)) }
        fn remainder(self, other: Self) -> Option<Self> { (other != 0).then(|| self.wrapping_rem(other)) }
        #[allow(unused_comparisons)]
        fn modulo(self, other: Self) -> Option<Self> {
            let rest = self.remainder(other)?;
            Some(if rest != 0 && (rest < 0) != (other < 0) { rest.wrapping_add(other) } else { rest })
        }
        fn to_f64(self) -> f64 { self as f64 }
        fn from_f64(value: f64) -> Self { value as $type }
        fn is_nan(self) -> bool { false }
    })* };
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! floats {
    ($($type:ty),*) => { $(impl Number for $type {
        const ZERO: Self = 0.0;
        const ONE: Self = 1.0;
        fn plus(self, other: Self) -> Self { self + other }
        fn minus(self, other: Self) -> Self { self - other }
        fn times(self, other: Self) -> Self { self * other }
        fn over(self, other: Self) -> Option<Self> { Some(self / other) }
        fn remainder(self, other: Self) -> Option<Self> { Some(self % other) }
        fn modulo(self, other: Self) -> Option<Self> {
            let rest = self % other;
            Some(if rest != 0.0 && (rest < 0.0) != (other < 0.0) { rest + other } else { rest })
        }
        fn to_f64(self) -> f64 { f64::from(self) }
        fn from_f64(value: f64) -> Self { value as $type }
        fn is_nan(self) -> bool { <$type>::is_nan(self) }
    })* };
}
floats!(f32, f64);

impl Number for f16 {
    const ZERO: Self = f16::ZERO;
    const ONE: Self = f16::ONE;
    fn plus(self, other: Self) -> Self {
        f16::from_f32(self.to_f32() + other.to_f32())
    }
    fn minus(self, other: Self) -> Self {
        f16::from_f32(self.to_f32() - other.to_f32())
    }
    fn times(self, other: Self) -> Self {
        f16::from_f32(self.to_f32() * other.to_f32())
    }
    fn over(self, other: Self) -> Option<Self> {
        Some(f16::from_f32(self.to_f32() / other.to_f32()))
    }
    fn remainder(self, other: Self) -> Option<Self> {
        self.to_f32().remainder(other.to_f32()).map(f16::from_f32)
    }
    fn modulo(self, other: Self) -> Option<Self> {
        self.to_f32().modulo(other.to_f32()).map(f16::from_f32)
    }
    fn to_f64(self) -> f64 {
        f16::to_f64(self)
    }
    fn from_f64(value: f64) -> Self {
        f16::from_f64(value)
    }
    fn is_nan(self) -> bool {
        f16::is_nan(self)
    }
}

/// Runs `$body` with the Rust type of the numbers that hold a dtype as `$type`. Strings and booleans are an error.
macro_rules! with_number {
    (@ $dtype:expr, $name:ident => $body:expr, $($datum:ident $type:ty),*) => {
        match $dtype.to_tract() {
            $(tract_onnx::prelude::DatumType::$datum => {
                type $name = $type;
                $body
            })*
            _ => tract_onnx::tract_hir::internal::bail!("expected numbers, got {}", $dtype.name()),
        }
    };
    ($dtype:expr, $name:ident => $body:expr) => {
        $crate::ops::math::number::with_number!(@ $dtype, $name => $body, F32 f32, F64 f64, F16 tract_onnx::prelude::f16,
            I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64)
    };
}
pub(crate) use with_number;

/// What was computed in the type that holds a dtype, rounded to the dtype.
///
/// # Errors
/// Where `data` does not fill `shape`, or `T` does not hold `dtype`.
pub(crate) fn rounded<T: Element>(dtype: Dtype, shape: &[usize], data: Vec<T>) -> TractResult<TensorValue> {
    if dtype.carrier() == dtype {
        return TensorValue::tagged(dtype, shape, data);
    }
    let wide = TensorValue::new(shape, data)?;
    TensorValue::from_f64s(dtype, shape, wide.to_f64s()?)
}

/// An error where two dtypes differ.
pub(crate) fn same_dtype(a: &TensorValue, b: &TensorValue) -> TractResult<()> {
    ensure!(a.dtype() == b.dtype(), "the dtypes differ: {} and {}", a.dtype().name(), b.dtype().name());
    Ok(())
}

/// An error where a dtype is none of the floats.
pub(crate) fn float(tensor: &TensorValue) -> TractResult<()> {
    if !tensor.dtype().is_float() {
        bail!("expected floats, got {}", tensor.dtype().name());
    }
    Ok(())
}
