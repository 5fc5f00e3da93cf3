//! Floats to compute in: float64 for itself, float32 for all narrower ones, which are rounded as arithmetic in them is.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use tract_onnx::prelude::{TractResult, f16};
use tract_onnx::tract_hir::internal::ensure;

use crate::Dtype;
use crate::eager::narrow;
use crate::eager::value::{Element, TensorValue};

/// A float that operators compute in.
pub(in crate::ops) trait Real:
    Element
    + Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn exp(self) -> Self;
    fn tanh(self) -> Self;
    fn read(tensor: &TensorValue) -> TractResult<Vec<Self>>;
}

macro_rules! real {
    ($type:ty, $read:ident) => {
        impl Real for $type {
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn exp(self) -> Self {
                <$type>::exp(self)
            }
            fn tanh(self) -> Self {
                <$type>::tanh(self)
            }
            fn read(tensor: &TensorValue) -> TractResult<Vec<Self>> {
                tensor.$read()
            }
        }
    };
}
real!(f32, to_f32s);
real!(f64, to_f64s);

/// Runs `$body` with the float that a dtype is computed in as `$type`; an error for what is no float.
macro_rules! with_real {
    ($dtype:expr, $type:ident => $body:expr) => {
        match $dtype {
            crate::Dtype::Float64 => {
                type $type = f64;
                $body
            }
            dtype if dtype.is_float() => {
                type $type = f32;
                $body
            }
            dtype => Err(tract_onnx::tract_hir::internal::format_err!("expected floats, got {}", dtype.name())),
        }
    };
}
pub(in crate::ops) use with_real;

/// The tensor of a float dtype, rounded once.
pub(in crate::ops) fn write<T: Real>(dtype: Dtype, shape: &[usize], data: Vec<T>) -> TractResult<TensorValue> {
    if dtype == T::DTYPE {
        return TensorValue::new(shape, data);
    }
    TensorValue::from_f64s(dtype, shape, data.into_iter().map(T::to_f64).collect())
}

/// How results of a dtype are rounded while they are computed in a wider one.
#[derive(Clone, Copy)]
pub(in crate::ops) enum Rounding {
    None,
    Half,
    Narrow(Dtype),
}

impl Rounding {
    pub(in crate::ops) fn of(dtype: Dtype) -> Rounding {
        match dtype {
            Dtype::Float32 | Dtype::Float64 => Rounding::None,
            Dtype::Float16 => Rounding::Half,
            _ => Rounding::Narrow(dtype),
        }
    }

    pub(in crate::ops) fn round<T: Real>(self, value: T) -> T {
        match self {
            Rounding::None => value,
            Rounding::Half => T::from_f64(f16::from_f64(value.to_f64()).to_f64()),
            Rounding::Narrow(dtype) => T::from_f64(f64::from(narrow::round(dtype, value.to_f64()))),
        }
    }
}

/// The sum of products, in eight lanes.
pub(in crate::ops) fn dot<T: Real>(left: &[T], right: &[T]) -> T {
    let mut lanes = [T::default(); 8];
    let (mut lefts, mut rights) = (left.chunks_exact(8), right.chunks_exact(8));
    for (a, b) in lefts.by_ref().zip(rights.by_ref()) {
        for ((lane, x), y) in lanes.iter_mut().zip(a).zip(b) {
            *lane += *x * *y;
        }
    }
    let mut sum = lanes.into_iter().fold(T::default(), |sum, lane| sum + lane);
    for (x, y) in lefts.remainder().iter().zip(rights.remainder()) {
        sum += *x * *y;
    }
    sum
}

pub(in crate::ops) use crate::eager::broadcast::count;

/// Row-major strides of `shape` in a tensor that it is broadcast to, of `rank`.
///
/// # Errors
/// Where `shape` can't be broadcast to `to`.
pub(in crate::ops) fn broadcast_strides(shape: &[usize], to: &[usize]) -> TractResult<Vec<usize>> {
    ensure!(shape.len() <= to.len(), "{shape:?} can't be broadcast to {to:?}");
    let mut strides = vec![0; to.len()];
    let mut step = 1;
    for ((size, wide), stride) in shape.iter().rev().zip(to.iter().rev()).zip(strides.iter_mut().rev()) {
        ensure!(size == wide || *size == 1, "{shape:?} can't be broadcast to {to:?}");
        *stride = if *size == 1 { 0 } else { step };
        step *= size;
    }
    Ok(strides)
}

/// The elements of `data`, of `shape`, as many times as `to` needs.
///
/// # Errors
/// Where `shape` can't be broadcast to `to`.
pub(in crate::ops) fn broadcast<T: Copy>(data: &[T], shape: &[usize], to: &[usize]) -> TractResult<Vec<T>> {
    if shape == to {
        return Ok(data.to_vec());
    }
    let strides = broadcast_strides(shape, to)?;
    let total = count(to)?;
    let mut out = Vec::with_capacity(total);
    let mut index = vec![0; to.len()];
    let mut offset = 0;
    for _ in 0..total {
        out.extend(data.get(offset).copied());
        for axis in (0..to.len()).rev() {
            index[axis] += 1;
            offset += strides[axis];
            if index[axis] < to[axis] {
                break;
            }
            offset -= strides[axis] * index[axis];
            index[axis] = 0;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_repeated() {
        assert_eq!(broadcast(&[1, 2], &[2], &[2, 2]).unwrap(), [1, 2, 1, 2]);
        assert_eq!(broadcast(&[1, 2], &[2, 1], &[2, 2]).unwrap(), [1, 1, 2, 2]);
        assert!(broadcast(&[1, 2], &[2], &[3]).is_err());
    }

    #[test]
    fn a_sum_of_products_has_a_tail() {
        let ones = [1f32; 11];
        assert_eq!(dot(&ones, &ones), 11.0);
    }
}
