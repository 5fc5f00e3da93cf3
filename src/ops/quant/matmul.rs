//! MatMulInteger and QLinearMatMul: products of bytes, added up in 32 bits.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::params::quantized;
use crate::eager::broadcast::{expand, places};
use crate::eager::narrow::Beyond;
use crate::eager::node::{Arguments, Kernel, Node, one};
use crate::eager::value::TensorValue;
use crate::ops::math::product::Shapes;

/// Which axis a vector of parameters goes along: the rows of a left matrix, the columns of a right one.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Rows,
    Columns,
}

/// The shape in which parameters broadcast to matrices.
pub(crate) fn lined_up(parameters: &TensorValue, side: Side) -> TractResult<TensorValue> {
    match (parameters.shape(), side) {
        (&[], _) => Ok(parameters.clone()),
        (&[size], Side::Rows) if size > 1 => parameters.reshaped(&[size, 1]),
        _ => Ok(parameters.clone()),
    }
}

/// Integers less their zero points.
///
/// # Errors
/// Where these don't broadcast.
pub(crate) fn centred(x: &TensorValue, zero: Option<&TensorValue>, side: Side) -> TractResult<Vec<i32>> {
    let narrow = |x: Vec<i64>| x.into_iter().map(|x| x as i32).collect::<Vec<i32>>();
    let mut data = narrow(x.to_i64s()?);
    let Some(zero) = zero else { return Ok(data) };
    let zero = lined_up(zero, side)?;
    let zeros = narrow(zero.to_i64s()?);
    if let [zero] = zeros[..] {
        if zero != 0 {
            data.iter_mut().for_each(|x| *x = x.wrapping_sub(zero));
        }
        return Ok(data);
    }
    let zeros = expand(&zeros, zero.shape(), x.shape())?;
    data.iter_mut().zip(zeros).for_each(|(x, zero)| *x = x.wrapping_sub(zero));
    Ok(data)
}

pub(crate) fn sums(shapes: &Shapes, a: &[i32], b: &[i32]) -> Vec<i32> {
    shapes.multiply(a, b, 0i32, |sum, x, y| sum.wrapping_add(x.wrapping_mul(y)))
}

/// The product of the inputs at `a` and `b`, with zero points at `a_zero` and `b_zero`.
pub(crate) fn product(
    arguments: &Arguments,
    (a, a_zero): (usize, usize),
    (b, b_zero): (usize, usize),
) -> TractResult<(Shapes, Vec<i32>)> {
    let (left, right) = (arguments.tensor(a)?, arguments.tensor(b)?);
    let shapes = Shapes::of(left.shape(), right.shape())?;
    let left = centred(left, arguments.optional(a_zero)?, Side::Rows)?;
    let right = centred(right, arguments.optional(b_zero)?, Side::Columns)?;
    let sums = sums(&shapes, &left, &right);
    Ok((shapes, sums))
}

pub(super) fn integer(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let (shapes, sums) = product(arguments, (0, 2), (1, 3))?;
        one(TensorValue::new(&shapes.result, sums)?)
    }))
}

/// A parameter for each element of a result.
pub(crate) struct Spread {
    values: Vec<f32>,
    places: Option<Vec<usize>>,
}

impl Spread {
    pub(crate) fn of(parameters: &TensorValue, side: Side, result: &[usize]) -> TractResult<Spread> {
        let values = parameters.to_f32s()?;
        if values.len() == 1 {
            return Ok(Spread { values, places: None });
        }
        let lined_up = lined_up(parameters, side)?;
        Ok(Spread { values, places: Some(places(lined_up.shape(), result)?) })
    }

    pub(crate) fn at(&self, place: usize) -> f32 {
        let place = self.places.as_ref().map_or(0, |places| places.get(place).copied().unwrap_or(0));
        self.values.get(place).copied().unwrap_or(f32::NAN)
    }
}

pub(super) fn linear(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let (shapes, sums) = product(arguments, (0, 2), (3, 5))?;
        let zero = arguments.tensor(7)?;
        let result = &shapes.result;
        let a = Spread::of(arguments.tensor(1)?, Side::Rows, result)?;
        let b = Spread::of(arguments.tensor(4)?, Side::Columns, result)?;
        let y = Spread::of(arguments.tensor(6)?, Side::Rows, result)?;
        let zeros = Spread::of(zero, Side::Rows, result)?;
        ensure!(!zero.dtype().is_float(), "float8 is not supported here");
        let scaled =
            sums.iter().enumerate().map(|(place, &sum)| sum as f32 * (a.at(place) * b.at(place) / y.at(place)));
        one(quantized(zero.dtype(), result, scaled, |place| zeros.at(place).into(), Beyond::Saturates)?)
    }))
}
