//! Products of bytes with constant matrices.

use tract_onnx::prelude::*;

use super::super::Lowering;
use super::conv::{Behind, Columns};
use super::{Made, Operand};
use crate::eager::value::TensorValue;
use crate::network::step::{Convolve, Work};
use crate::network::value::{Dense, Value};
use crate::ops::quant::matmul::centred_matrix;
use crate::ops::quantised::Quantised;
use onnxlet_kernels::conv::Packed;

impl Lowering<'_> {
    pub(super) fn linear_product(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let scales = [self.scale(node, op, 1)?, self.scale(node, op, 4)?, self.scale(node, op, 6)?];
        let ([Some(a), Some(b), Some(scale)], Some(to)) = (scales, self.zero(node, op, 7)?) else { return Ok(None) };
        let Some((columns, depth)) = self.matrix(node, op, [3, 5])? else { return Ok(None) };
        let Some(operand) = self.operand(node, op, [0, 2])? else { return Ok(None) };
        let Some(behind) = self.requantised(vec![a * b / scale], to) else { return Ok(None) };
        let value = self.multiplied(node, operand, columns, depth, behind)?;
        Ok(value.map(|value| (value, Some(to))))
    }

    pub(super) fn gemm(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let alpha = op.written.described(vec![]).float("alpha", 1.0);
        let (Some(a), Some(scale)) = (self.scale(node, op, 1)?, self.scale(node, op, 7)?) else { return Ok(None) };
        let (Some(b), Some(to)) = (self.scales(node, op, 4)?, self.zero(node, op, 8)?) else { return Ok(None) };
        let Some((mut columns, depth)) = self.matrix(node, op, [3, 5])? else { return Ok(None) };
        let outputs = columns.bias.len();
        let Some(bias) = self.whole_bias(node, op, 6, outputs)? else { return Ok(None) };
        columns.bias = bias;
        // As `ops/contrib` has it, whose brackets differ from those of one scale.
        let factors: Vec<f32> = match b[..] {
            [b] => vec![alpha * a * b / scale],
            _ => b.iter().map(|b| (alpha * a * b) / scale).collect(),
        };
        if factors.len() != 1 && factors.len() != outputs {
            return Ok(None);
        }
        let Some(operand) = self.operand(node, op, [0, 2])? else { return Ok(None) };
        let Some(behind) = self.requantised(factors, to) else { return Ok(None) };
        let value = self.multiplied(node, operand, columns, depth, behind)?;
        Ok(value.map(|value| (value, Some(to))))
    }

    /// A constant matrix by columns, without a bias, and its depth, by ONNX's inputs: the matrix, its zero points.
    pub(super) fn matrix(
        &self,
        node: &TypedNode,
        op: &Quantised,
        [matrix, zeros]: [usize; 2],
    ) -> TractResult<Option<(Columns, usize)>> {
        let (Some(matrix), zero) = (self.given(node, op, matrix)?, self.given(node, op, zeros)?) else {
            return Ok(None);
        };
        let transposed = op.written.described(vec![]).flag("transB", 0);
        let &[rows, own] = matrix.shape() else { return Ok(None) };
        let [depth, outputs] = if transposed { [own, rows] } else { [rows, own] };
        if op.edge(zeros).is_some() && zero.is_none() {
            return Ok(None);
        }
        let zero = zero.map(|zero| TensorValue::from_tract(None, zero)).transpose()?;
        let numbers = centred_matrix(&TensorValue::from_tract(None, matrix)?, zero.as_ref(), transposed)?;
        let place = |output: usize, at: usize| if transposed { output * own + at } else { at * own + output };
        let weights = (0..outputs * depth).map(|index| numbers[place(index / depth, index % depth)]).collect();
        Ok(Some((Columns { weights, bias: vec![0; outputs] }, depth)))
    }

    pub(super) fn multiplied(
        &mut self,
        node: &TypedNode,
        operand: Operand,
        columns: Columns,
        depth: usize,
        behind: Behind,
    ) -> TractResult<Option<Value>> {
        if !columns.are_exact(operand.centre) || depth == 0 {
            return Ok(None);
        }
        let (input, shape) = (self.plain(operand.outlet)?, self.shape(node.id.into())?);
        let Columns { weights, bias } = columns;
        let (rows, count) = (input.place.length / depth, bias.len());
        let packed =
            Packed::whole(depth, count, |row, column| weights[column * depth + row], |column| bias[column] as f32);
        let place = self.buffer(shape.iter().product());
        let product = Convolve::product(input.place, [1, rows], depth, packed);
        let work = Convolve { scaling: Some(behind.scaling), activation: behind.activation, ..product };
        self.push(Work::Convolve(Box::new(work)), place, None);
        let order = (0..shape.len()).collect();
        Ok(Some(Value::Dense(Dense { place, shape, order })))
    }
}
