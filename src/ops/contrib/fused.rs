//! FusedMatMul, FusedGemm and FusedConv: with a factor, transposed, or with an activation behind them.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::node::{Build, Kernel, Node, one};
use crate::eager::value::TensorValue;
use crate::ops::math::product;
use crate::ops::nn::conv::Conv;
use crate::ops::nn::real::{Real, broadcast, count, dot, with_real, write};

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "FusedMatMul" | "TransposeMatMul" => matmul,
        "FusedConv" => conv,
        "FusedGemm" => gemm,
        _ => return None,
    })
}

fn matmul(node: &Node) -> TractResult<Kernel> {
    let alpha = f64::from(node.float("alpha", 1.0));
    let (left, right) = (node.flag("transA", 0), node.flag("transB", 0));
    let batches = node.flag("transBatchA", 0) || node.flag("transBatchB", 0);
    ensure!(!batches, "transBatchA and transBatchB are not supported");
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, arguments.tensor(1)?);
        with_real!(a.dtype(), T => {
            // The second's columns lie in rows, too, so that each sum is of two neighbourhoods.
            let a_matrix = Matrices::<T>::new(a, left)?;
            let b_matrix = Matrices::<T>::new(b, !right)?;
            let width = a_matrix.columns;
            ensure!(width == b_matrix.columns, "{:?} can't be multiplied with {:?}", a.shape(), b.shape());
            let outer = joint(&a_matrix.outer, &b_matrix.outer)?;
            let shape = [&outer[..], &[a_matrix.rows, b_matrix.rows]].concat();
            let mut output = Vec::with_capacity(count(&shape)?);
            let (firsts, seconds) = (a_matrix.places(&outer)?, b_matrix.places(&outer)?);
            for (first, second) in firsts.into_iter().zip(seconds) {
                let row = |data: &[T], matrix: usize, rows: usize, row: usize| {
                    let at = (matrix * rows + row) * width;
                    data[at..at + width].to_vec()
                };
                for i in 0..a_matrix.rows {
                    let left = row(&a_matrix.data, first, a_matrix.rows, i);
                    output.extend((0..b_matrix.rows).map(|j| {
                        let at = (second * b_matrix.rows + j) * width;
                        T::from_f64(alpha * dot(&left, &b_matrix.data[at..at + width]).to_f64())
                    }));
                }
            }
            one(write(a.dtype(), &shape, output)?)
        })
    }))
}

/// Matrices by their rows.
struct Matrices<T> {
    outer: Vec<usize>,
    rows: usize,
    columns: usize,
    data: Vec<T>,
}

impl<T: Real> Matrices<T> {
    fn new(tensor: &TensorValue, transposed: bool) -> TractResult<Matrices<T>> {
        let [outer @ .., rows, columns] = tensor.shape() else { bail!("expected matrices, got {:?}", tensor.shape()) };
        let (outer, rows, columns) = (outer.to_vec(), *rows, *columns);
        let data = T::read(tensor)?;
        if !transposed {
            return Ok(Matrices { outer, rows, columns, data });
        }
        let turn = |matrix: &[T]| -> Vec<T> {
            (0..columns).flat_map(|column| (0..rows).map(move |row| matrix[row * columns + column])).collect()
        };
        let data = data.chunks_exact((rows * columns).max(1)).flat_map(turn).collect();
        Ok(Matrices { outer, rows: columns, columns: rows, data })
    }

    /// For each matrix of a result, which of these it takes.
    fn places(&self, outer: &[usize]) -> TractResult<Vec<usize>> {
        let numbers: Vec<usize> = (0..self.outer.iter().product()).collect();
        broadcast(&numbers, &self.outer, outer)
    }
}

/// The shape that two are broadcast to.
fn joint(a: &[usize], b: &[usize]) -> TractResult<Vec<usize>> {
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |axis| shape[axis]);
    let one = |axis: usize| match (size(a, axis), size(b, axis)) {
        (1, size) | (size, 1) => Ok(size),
        (first, second) if first == second => Ok(first),
        _ => bail!("{a:?} and {b:?} can't be broadcast"),
    };
    (0..rank).map(one).collect()
}

/// What follows a product: a function of an element.
struct Activation {
    function: fn(f64, f64, f64) -> f64,
    first: f64,
    second: f64,
}

impl Activation {
    fn new(name: &str, params: &[f32]) -> TractResult<Activation> {
        let function: fn(f64, f64, f64) -> f64 = match name {
            "" => |x, _, _| x,
            "Relu" => |x, _, _| if x < 0.0 { 0.0 } else { x },
            "Sigmoid" => |x, _, _| 1.0 / (1.0 + (-x).exp()),
            "Tanh" => |x, _, _| x.tanh(),
            "LeakyRelu" if !params.is_empty() => |x, alpha, _| if x < 0.0 { alpha * x } else { x },
            "Clip" if params.len() == 2 => |x, low, high| {
                if x < low {
                    low
                } else if x > high {
                    high
                } else {
                    x
                }
            },
            "HardSigmoid" if params.len() == 2 => |x, alpha, beta| (alpha * x + beta).clamp(0.0, 1.0),
            other => bail!("the activation {other:?} with {} parameters is not supported", params.len()),
        };
        let param = |index: usize| params.get(index).copied().map_or(f64::NAN, f64::from);
        Ok(Activation { function, first: param(0), second: param(1) })
    }

    fn of(&self, x: f64) -> f64 {
        (self.function)(x, self.first, self.second)
    }
}

/// Gemm's attributes, and an activation with parameters of its own names.
fn gemm(node: &Node) -> TractResult<Kernel> {
    let params: Vec<f32> = ["activation_alpha", "activation_beta"]
        .into_iter()
        .filter(|name| node.has(name))
        .map(|name| node.float(name, 0.0))
        .collect();
    let activation = Activation::new(&node.text("activation", "")?, &params)?;
    let product = product::gemm_alone(node);
    Ok(Box::new(move |arguments| {
        let sums = product(arguments)?;
        let data = sums.to_f64s()?.into_iter().map(|x| activation.of(x)).collect();
        one(TensorValue::from_f64s(sums.dtype(), sums.shape(), data)?)
    }))
}

fn conv(node: &Node) -> TractResult<Kernel> {
    let conv = Conv::new(node)?;
    let params = node.floats("activation_params").unwrap_or_default();
    let activation = Activation::new(&node.text("activation", "")?, &params)?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        with_real!(input.dtype(), T => {
            let (shape, mut data) = conv.run::<T>(input, arguments.tensor(1)?, arguments.optional(2)?)?;
            if let Some(sum) = arguments.optional(3)? {
                ensure!(sum.shape() == shape, "expected a summand of {shape:?}, got {:?}", sum.shape());
                data.iter_mut().zip(T::read(sum)?).for_each(|(x, more)| *x += more);
            }
            data.iter_mut().for_each(|x| *x = T::from_f64(activation.of(x.to_f64())));
            one(write(input.dtype(), &shape, data)?)
        })
    }))
}
