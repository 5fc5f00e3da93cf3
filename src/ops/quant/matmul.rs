//! MatMulInteger and QLinearMatMul: products of bytes, added up in 32 bits.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::lanes::pair;
use super::params::{Quantiser, constants, quantized};
use super::tiles::{Columns, Rows, WIDTH, multiply};
use crate::Dtype;
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

/// Bytes less their zero points.
///
/// # Errors
/// Where they are no bytes, or these don't broadcast.
pub(crate) fn centred(x: &TensorValue, zero: Option<&TensorValue>, side: Side) -> TractResult<Vec<i16>> {
    if let Some(zero) = zero.filter(|zero| zero.len() != 1) {
        let zero = lined_up(zero, side)?;
        let zeros = expand(&widened(&zero, 0)?, zero.shape(), x.shape())?;
        return Ok(widened(x, 0)?.into_iter().zip(zeros).map(|(x, zero)| x - zero).collect());
    }
    widened(x, only_zero(zero)?)
}

/// A matrix less its zero points, of which there is one, or one an output: along the rows of a transposed one.
///
/// # Errors
/// As [`centred`].
pub(crate) fn centred_matrix(
    matrix: &TensorValue,
    zero: Option<&TensorValue>,
    transposed: bool,
) -> TractResult<Vec<i16>> {
    let turned = zero.filter(|zero| transposed && zero.rank() == 1 && zero.len() > 1);
    let turned = turned.map(|zero| zero.reshaped(&[zero.len(), 1])).transpose()?;
    centred(matrix, turned.as_ref().or(zero), Side::Columns)
}

/// A zero point of one element. None is 0.
///
/// # Errors
/// Where there are more, or it is no byte.
pub(crate) fn only_zero(zero: Option<&TensorValue>) -> TractResult<i32> {
    let Some(zero) = zero else { return Ok(0) };
    match widened(zero, 0)?[..] {
        [zero] => Ok(zero.into()),
        ref zeros => bail!("expected one zero point, got {}", zeros.len()),
    }
}

fn widened(x: &TensorValue, zero: i32) -> TractResult<Vec<i16>> {
    fn less<T: Copy + Into<i32>>(bytes: &[T], zero: i32) -> Vec<i16> {
        bytes.iter().map(|&x| (x.into() - zero) as i16).collect()
    }
    match x.dtype() {
        Dtype::Uint8 => Ok(less(x.slice::<u8>()?, zero)),
        Dtype::Int8 => Ok(less(x.slice::<i8>()?, zero)),
        other => bail!("expected bytes, got {}", other.name()),
    }
}

/// Matrices on the right of a product, as planes of pairs: what rows meet one after the other, side by side.
pub(crate) struct Right {
    shape: Vec<usize>,
    depth: usize,
    columns: usize,
    planes: Vec<i32>,
    offsets: Vec<usize>,
}

impl Right {
    /// Of shape […, depth, columns] or [depth].
    pub(crate) fn new(data: &[i16], shape: &[usize]) -> Right {
        let (depth, columns) = match *shape {
            [.., depth, columns] => (depth, columns),
            [depth] => (depth, 1),
            [] => (1, 1),
        };
        let mut planes = Vec::with_capacity(data.len().div_ceil(2) + WIDTH);
        for matrix in data.chunks((depth * columns).max(1)) {
            for rows in matrix.chunks((2 * columns).max(1)) {
                let (first, second) = rows.split_at(columns);
                let second = second.iter().copied().chain(std::iter::repeat(0));
                planes.extend(first.iter().zip(second).map(|(&first, second)| pair(first, second)));
            }
        }
        planes.resize(planes.len() + WIDTH, 0);
        let offsets = (0..depth.div_ceil(2)).map(|step| step * columns).collect();
        Right { shape: shape.to_vec(), depth, columns, planes, offsets }
    }

    /// The input at `index` less the zero point at `zero`, where the graph says both.
    ///
    /// # Errors
    /// As [`centred`].
    pub(crate) fn known(node: &Node, index: usize, zero: usize) -> TractResult<Option<Right>> {
        let Some((matrix, zero)) = constants(node, index, zero) else { return Ok(None) };
        let packed = Right::new(&centred(matrix, zero, Side::Columns)?, matrix.shape());
        node.hold(index);
        Ok(Some(packed))
    }

    /// `left`, of shape `shape`, times this.
    ///
    /// # Errors
    /// Where the shapes don't fit.
    pub(crate) fn multiplied(&self, left: &[i16], shape: &[usize]) -> TractResult<(Shapes, Vec<i32>)> {
        let shapes = Shapes::of(shape, &self.shape)?;
        let size = shapes.rows * shapes.columns;
        let mut sums = vec![0; size * shapes.pairs.len()];
        if size == 0 || self.depth == 0 {
            return Ok((shapes, sums));
        }
        let (steps, matrix) = (self.offsets.len(), self.offsets.len() * self.columns);
        for (sums, &(of_left, of_right)) in sums.chunks_mut(size).zip(&shapes.pairs) {
            let left = &left[of_left * shapes.rows * self.depth..][..shapes.rows * self.depth];
            let rows = Rows::new(shapes.rows, steps, |row, step| {
                let row = &left[row * self.depth..(row + 1) * self.depth];
                pair(row[2 * step], row.get(2 * step + 1).copied().unwrap_or(0))
            });
            let planes = &self.planes[of_right * matrix..];
            multiply(&rows, &Columns { planes, offsets: &self.offsets, count: self.columns }, sums, self.columns);
        }
        Ok((shapes, sums))
    }
}

/// The product of the inputs at `a` and `b`, with zero points at `a_zero` and `b_zero`. `known`: of [`Right::known`].
pub(crate) fn product(
    arguments: &Arguments,
    (a, a_zero): (usize, usize),
    (b, b_zero): (usize, usize),
    known: Option<&Right>,
) -> TractResult<(Shapes, Vec<i32>)> {
    let left = arguments.tensor(a)?;
    let data = centred(left, arguments.optional(a_zero)?, Side::Rows)?;
    if let Some(right) = known {
        return right.multiplied(&data, left.shape());
    }
    let right = arguments.tensor(b)?;
    let centred = centred(right, arguments.optional(b_zero)?, Side::Columns)?;
    Right::new(&centred, right.shape()).multiplied(&data, left.shape())
}

pub(super) fn integer(node: &Node) -> TractResult<Kernel> {
    let known = Right::known(node, 1, 3)?;
    Ok(Box::new(move |arguments| {
        let (shapes, sums) = product(arguments, (0, 2), (1, 3), known.as_ref())?;
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

pub(super) fn linear(node: &Node) -> TractResult<Kernel> {
    let known = Right::known(node, 3, 5)?;
    Ok(Box::new(move |arguments| {
        let (shapes, sums) = product(arguments, (0, 2), (3, 5), known.as_ref())?;
        let zero = arguments.tensor(7)?;
        let result = &shapes.result;
        let (a, b) = (arguments.tensor(1)?, arguments.tensor(4)?);
        if [a, b, arguments.tensor(6)?, zero].iter().all(|one| one.len() == 1) {
            let to = Quantiser::of(arguments.tensor(6)?, zero)?;
            let factor = a.to_f32s()?[0] * b.to_f32s()?[0] / to.scale;
            return one(to.of_planes(result, &sums, &[factor], None)?);
        }
        let a = Spread::of(a, Side::Rows, result)?;
        let b = Spread::of(b, Side::Columns, result)?;
        let y = Spread::of(arguments.tensor(6)?, Side::Rows, result)?;
        let zeros = Spread::of(zero, Side::Rows, result)?;
        ensure!(!zero.dtype().is_float(), "float8 is not supported here");
        let scaled =
            sums.iter().enumerate().map(|(place, &sum)| sum as f32 * (a.at(place) * b.at(place) / y.at(place)));
        one(quantized(zero.dtype(), result, scaled, |place| zeros.at(place).into(), Beyond::Saturates)?)
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whole numbers: equal to the last bit.
        #[test]
        fn any_matrices_multiply(batch in 1usize..4, rows in 1usize..10, depth in 0usize..9, columns in 1usize..19, seed in any::<u32>()) {
            let byte = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8;
            let a: Vec<u8> = (0..rows * depth).map(byte).collect();
            let b: Vec<u8> = (0..batch * depth * columns).map(|at| byte(at + 99_991)).collect();
            let row_zeros: Vec<u8> = (0..rows).map(byte).collect();
            let column_zeros: Vec<u8> = (0..columns).map(|at| byte(at + 3)).collect();
            let tensor = |shape: &[usize], bytes: &[u8]| TensorValue::new(shape, bytes.to_vec()).unwrap();
            let right_shape = [batch, depth, columns];
            let left = centred(&tensor(&[rows, depth], &a), Some(&tensor(&[rows], &row_zeros)), Side::Rows).unwrap();
            let right = centred(&tensor(&right_shape, &b), Some(&tensor(&[columns], &column_zeros)), Side::Columns).unwrap();
            let (shapes, sums) = Right::new(&right, &right_shape).multiplied(&left, &[rows, depth]).unwrap();
            prop_assert_eq!(&shapes.result, &[batch, rows, columns]);
            for (place, &sum) in sums.iter().enumerate() {
                let (matrix, row, column) = (place / columns / rows, place / columns % rows, place % columns);
                let product = |at: usize| {
                    let x = i32::from(a[row * depth + at]) - i32::from(row_zeros[row]);
                    let y = i32::from(b[(matrix * depth + at) * columns + column]) - i32::from(column_zeros[column]);
                    x * y
                };
                prop_assert_eq!(sum, (0..depth).map(product).sum::<i32>());
            }
        }
    }

    #[test]
    fn what_is_no_byte_is_refused() {
        let floats = TensorValue::new(&[2], vec![0f32; 2]).unwrap();
        let bytes = TensorValue::new(&[2], vec![200u8, 7]).unwrap();
        assert!(centred(&floats, None, Side::Rows).is_err());
        assert!(only_zero(Some(&bytes)).is_err());
        let vectors = Right::new(&centred(&bytes, None, Side::Columns).unwrap(), &[2]);
        let (shapes, sums) = vectors.multiplied(&[1, -2], &[2]).unwrap();
        assert_eq!((shapes.result, sums), (vec![], vec![186]));
    }
}
