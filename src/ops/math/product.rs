//! MatMul, Gemm, Det: products of matrices, of every dtype.

use tract_onnx::pb::OperatorSetIdProto;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::number::{Number, float, rounded, same_dtype, with_number};
use crate::Dtype;
use crate::eager::broadcast::{self, count, expand};
use crate::eager::native;
use crate::eager::node::{Arguments, Kernel, Node, one};
use crate::eager::value::{Element, TensorValue};

/// From so many multiplications on tract's product is quicker than ours.
const MANY: usize = 1 << 15;

/// The same node in tract, for large products of float32.
pub(super) fn in_tract(node: &Node) -> TractResult<Kernel> {
    let opset = OperatorSetIdProto { domain: node.proto.domain.clone(), version: node.opset };
    native::kernel(node.proto, &[opset], node.constants.clone())
}

/// Matrices m×k and k×n, in batches that broadcast.
pub(crate) struct Shapes {
    pub(crate) rows: usize,
    pub(crate) depth: usize,
    pub(crate) columns: usize,
    /// Which matrix of either side each product takes.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// The shape of the result.
    pub(crate) result: Vec<usize>,
}

impl Shapes {
    /// As numpy's matmul: a vector counts as a row on the left, a column on the right.
    ///
    /// # Errors
    /// Where they don't fit.
    pub(crate) fn of(a: &[usize], b: &[usize]) -> TractResult<Shapes> {
        let wrong = || format_err!("{a:?} and {b:?} can't be multiplied");
        let (rows, depth, batch_a) = match a {
            [] => return Err(wrong()),
            [depth] => (1, *depth, &a[..0]),
            [batch @ .., rows, depth] => (*rows, *depth, batch),
        };
        let (depth_b, columns, batch_b) = match b {
            [] => return Err(wrong()),
            [depth] => (*depth, 1, &b[..0]),
            [batch @ .., depth, columns] => (*depth, *columns, batch),
        };
        ensure!(depth == depth_b, "{a:?} and {b:?} can't be multiplied");
        let mut result = broadcast::shape(&[batch_a, batch_b])?;
        let pairs = broadcast::places(batch_a, &result)?.into_iter().zip(broadcast::places(batch_b, &result)?);
        let pairs = pairs.collect();
        if a.len() > 1 {
            result.push(rows);
        }
        if b.len() > 1 {
            result.push(columns);
        }
        count(&result)?;
        Ok(Shapes { rows, depth, columns, pairs, result })
    }

    /// The products of all pairs, one after the other. `add(sum, x, y)` adds a product.
    pub(crate) fn multiply<T: Copy, S: Copy>(&self, a: &[T], b: &[T], zero: S, add: impl Fn(S, T, T) -> S) -> Vec<S> {
        let (left_size, right_size) = (self.rows * self.depth, self.depth * self.columns);
        let size = self.rows * self.columns;
        let mut results = vec![zero; size * self.pairs.len()];
        if size == 0 || self.depth == 0 {
            return results;
        }
        for (result, &(left, right)) in results.chunks_mut(size).zip(&self.pairs) {
            let left = a.get(left * left_size..(left + 1) * left_size).unwrap_or_default();
            let right = b.get(right * right_size..(right + 1) * right_size).unwrap_or_default();
            for (result, left) in result.chunks_mut(self.columns).zip(left.chunks(self.depth)) {
                for (&x, right) in left.iter().zip(right.chunks(self.columns)) {
                    result.iter_mut().zip(right).for_each(|(sum, &y)| *sum = add(*sum, x, y));
                }
            }
        }
        results
    }

    fn multiplications(&self) -> usize {
        self.rows.saturating_mul(self.depth).saturating_mul(self.columns).saturating_mul(self.pairs.len())
    }
}

pub(super) fn matmul(node: &Node) -> TractResult<Kernel> {
    let large = in_tract(node)?;
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, arguments.tensor(1)?);
        same_dtype(a, b)?;
        let shapes = Shapes::of(a.shape(), b.shape())?;
        let is_large = a.dtype() == Dtype::Float32 && a.rank() > 1 && b.rank() > 1 && shapes.multiplications() >= MANY;
        if is_large && let Ok(result) = large(arguments) {
            return Ok(result);
        }
        one(multiplied(a, b, &shapes)?)
    }))
}

fn multiplied(a: &TensorValue, b: &TensorValue, shapes: &Shapes) -> TractResult<TensorValue> {
    if a.dtype() == Dtype::Float16 || a.dtype().carrier() != a.dtype() {
        let results = shapes.multiply(&a.to_f32s()?, &b.to_f32s()?, 0f32, |sum, x, y| sum + x * y);
        return TensorValue::from_f64s(a.dtype(), &shapes.result, results.into_iter().map(f64::from).collect());
    }
    with_number!(a.dtype(), T => {
        let add = |sum: T, x: T, y: T| sum.plus(x.times(y));
        TensorValue::new(&shapes.result, shapes.multiply(a.slice::<T>()?, b.slice::<T>()?, T::ZERO, add))
    })
}

/// A matrix, its axes swapped.
fn transposed<T: Element + Copy>(matrix: &TensorValue) -> TractResult<TensorValue> {
    let &[rows, columns] = matrix.shape() else { bail!("expected a matrix, got the shape {:?}", matrix.shape()) };
    let data = matrix.slice::<T>()?;
    let at = |place: usize| data[place % rows * columns + place / rows];
    TensorValue::tagged(matrix.dtype(), &[columns, rows], (0..data.len()).map(at).collect())
}

pub(super) fn gemm(node: &Node) -> TractResult<Kernel> {
    let right = usize::from(!node.flag("transB", 0));
    let (large, alone) = (in_tract(node)?, gemm_alone(node));
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let columns = b.shape().get(right).copied().unwrap_or(0);
        let is_large = a.dtype() == Dtype::Float32 && b.rank() == 2 && a.len().saturating_mul(columns) >= MANY;
        if is_large && let Ok(result) = large(arguments) {
            return Ok(result);
        }
        one(alone(arguments)?)
    }))
}

/// Gemm of every dtype, without tract.
pub(crate) fn gemm_alone(node: &Node) -> impl Fn(&Arguments) -> TractResult<TensorValue> + Send + Sync + use<> {
    let (alpha, beta) = (node.float("alpha", 1.0), node.float("beta", 1.0));
    let (trans_a, trans_b) = (node.flag("transA", 0), node.flag("transB", 0));
    move |arguments| {
        let (mut a, mut b) = (arguments.tensor(0)?.clone(), arguments.tensor(1)?.clone());
        same_dtype(&a, &b)?;
        ensure!(a.rank() == 2 && b.rank() == 2, "expected matrices, got {:?} and {:?}", a.shape(), b.shape());
        if trans_a {
            a = with_number!(a.dtype(), T => transposed::<T>(&a)?);
        }
        if trans_b {
            b = with_number!(b.dtype(), T => transposed::<T>(&b)?);
        }
        let shapes = Shapes::of(a.shape(), b.shape())?;
        let addend = arguments.optional(2)?;
        if a.dtype().is_float() {
            return gemm_floats(&a, &b, addend, &shapes, (alpha, beta));
        }
        ensure!(alpha == 1.0 && (beta == 1.0 || addend.is_none()), "alpha and beta of integers must be 1");
        let product = multiplied(&a, &b, &shapes)?;
        let Some(addend) = addend else { return Ok(product) };
        same_dtype(&a, addend)?;
        with_number!(a.dtype(), T => {
            let addend = expand(addend.slice::<T>()?, addend.shape(), &shapes.result)?;
            let sums = product.slice::<T>()?.iter().zip(&addend).map(|(x, y)| x.plus(*y)).collect();
            rounded(a.dtype(), &shapes.result, sums)
        })
    }
}

fn gemm_floats(
    a: &TensorValue,
    b: &TensorValue,
    addend: Option<&TensorValue>,
    shapes: &Shapes,
    (alpha, beta): (f32, f32),
) -> TractResult<TensorValue> {
    let (alpha, beta) = (f64::from(alpha), f64::from(beta));
    let products: Vec<f64> = match a.dtype() {
        Dtype::Float64 => shapes.multiply(a.slice::<f64>()?, b.slice::<f64>()?, 0.0, |sum, x, y| sum + x * y),
        _ => {
            let products = shapes.multiply(&a.to_f32s()?, &b.to_f32s()?, 0f32, |sum, x, y| sum + x * y);
            products.into_iter().map(f64::from).collect()
        }
    };
    let addend = match addend {
        Some(addend) => {
            same_dtype(a, addend)?;
            expand(&addend.to_f64s()?, addend.shape(), &shapes.result)?
        }
        None => vec![0.0; products.len()],
    };
    // What is multiplied by 0 is left out, be it NaN.
    let scaled = |y: f64| if beta == 0.0 { 0.0 } else { beta * y };
    let sums = products.into_iter().zip(addend).map(|(x, y)| alpha * x + scaled(y)).collect();
    TensorValue::from_f64s(a.dtype(), &shapes.result, sums)
}

pub(super) fn det(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let x = arguments.tensor(0)?;
        float(x)?;
        let [batch @ .., rows, columns] = x.shape() else { bail!("expected matrices, got {:?}", x.shape()) };
        ensure!(rows == columns, "expected square matrices, got {:?}", x.shape());
        let mut data = x.to_f64s()?;
        let determinants = match rows * columns {
            0 => vec![1.0; count(batch)?],
            size => data.chunks_mut(size).map(|matrix| determinant(matrix, *rows)).collect(),
        };
        one(TensorValue::from_f64s(x.dtype(), batch, determinants)?)
    }))
}

/// By elimination with the largest pivot.
fn determinant(matrix: &mut [f64], size: usize) -> f64 {
    let mut product = 1.0;
    for column in 0..size {
        let candidates = column..size;
        let magnitude = |row: &usize| matrix[row * size + column].abs();
        let best = candidates.max_by(|a, b| magnitude(a).total_cmp(&magnitude(b))).unwrap_or(column);
        let pivot = matrix[best * size + column];
        if pivot == 0.0 {
            return 0.0;
        }
        if best != column {
            (0..size).for_each(|at| matrix.swap(best * size + at, column * size + at));
            product = -product;
        }
        product *= pivot;
        for row in column + 1..size {
            let factor = matrix[row * size + column] / pivot;
            for at in column..size {
                matrix[row * size + at] -= factor * matrix[column * size + at];
            }
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_and_batches_multiply() {
        let shapes = Shapes::of(&[2, 1, 3], &[3, 2]).unwrap();
        let products = shapes.multiply(&[1, 2, 3, 4, 5, 6], &[1, 0, 0, 1, 1, 1], 0, |s, x, y| s + x * y);
        assert_eq!((shapes.result, products), (vec![2, 1, 2], vec![4, 5, 10, 11]));
        assert_eq!(Shapes::of(&[3], &[3]).unwrap().result, [0; 0]);
        assert!(Shapes::of(&[2, 3], &[2, 3]).is_err());
        assert!(Shapes::of(&[], &[2]).is_err());
    }

    #[test]
    fn determinants() {
        assert_eq!(determinant(&mut [0.0, 1.0, 2.0, 0.0], 2), -2.0);
        assert_eq!(determinant(&mut [1.0, 2.0, 2.0, 4.0], 2), 0.0);
    }
}
