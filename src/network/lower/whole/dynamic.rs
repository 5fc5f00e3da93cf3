//! Bytes whose scale and zero point are of each run's numbers, and sums of their products.

use tract_onnx::prelude::*;

use super::super::Lowering;
use super::Made;
use super::conv::Behind;
use crate::network::memory::Place;
use crate::network::step::Work;
use crate::network::value::{Centre, Dense, Value, Zero};
use crate::network::whole::{Scaling, Whole};
use crate::ops::quantised::Quantised;
use onnxlet_kernels::activation::Activation;

/// Sums of products, carried as float32.
const SUMS: Centre = Centre { zero: Zero::Known(0), dtype: DatumType::I32 };

impl Lowering<'_> {
    /// DynamicQuantizeLinear. Nothing but other nodes here can read the zero point: a model where something does is no network.
    pub(super) fn ranged(&mut self, node: &TypedNode) -> TractResult<bool> {
        let [bytes, scale, zero] = [0, 1, 2].map(|slot| OutletId::new(node.id, slot));
        let input = self.dense(node.inputs[0])?;
        let range = self.buffer(2);
        self.push(Work::Whole(Box::new(Whole::Range { input: input.place })), range, None);
        let place = self.buffer(input.place.length);
        self.push(Work::Whole(Box::new(Whole::Ranged { input: input.place, range })), place, None);
        self.values.insert(bytes, Value::Dense(Dense { place, ..input }));
        self.bytes.centres.insert(bytes, Centre { zero: Zero::Of(zero), dtype: u8::datum_type() });
        // The scale comes first.
        let place = Place { length: 1, ..range };
        self.values.insert(scale, Value::Dense(Dense { place, shape: vec![], order: vec![] }));
        Ok(true)
    }

    /// ConvInteger, what it is scaled by, a bias, and perhaps a Relu.
    pub(super) fn scaled_convolution(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let Some((columns, shape)) = self.columns(node, op, [1, 3, usize::MAX])? else { return Ok(None) };
        let outputs = shape[0];
        let rank = shape.len();
        let Some(scale) = op.edge(4).map(|edge| node.inputs[edge]) else { return Ok(None) };
        let factors = self.plain(scale)?;
        if !is_by_column(&factors.shape, rank, outputs) {
            return Ok(None);
        }
        let offsets = match (op.edge(5), self.given(node, op, 5)?) {
            (None, _) => None,
            (Some(_), Some(bias)) if bias.datum_type() == f32::datum_type() => {
                if !is_by_column(bias.shape(), rank, outputs) {
                    return Ok(None);
                }
                Some(super::super::floats(&bias)?)
            }
            _ => return Ok(None),
        };
        let Some(operand) = self.operand(node, op, [0, 2])? else { return Ok(None) };
        let scaling =
            Scaling { factors: factors.place, offsets: offsets.map(|offsets| self.keep(offsets)), table: None };
        let activation = match op.written.described(vec![]).flag("relu", 0) {
            true => Activation::Clip { low: 0.0, high: f32::INFINITY },
            false => Activation::None,
        };
        let value = self.convolved(node, op, operand, columns, &shape, Behind { scaling, activation })?;
        Ok(value.map(|value| (value, None)))
    }

    pub(super) fn integer_convolution(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let Some((columns, shape)) = self.columns(node, op, [1, 3, usize::MAX])? else { return Ok(None) };
        let Some(operand) = self.operand(node, op, [0, 2])? else { return Ok(None) };
        let behind = self.as_they_are();
        let value = self.convolved(node, op, operand, columns, &shape, behind)?;
        Ok(value.map(|value| (value, Some(SUMS))))
    }

    pub(super) fn integer_product(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let Some((columns, depth)) = self.matrix(node, op, [1, 3])? else { return Ok(None) };
        let Some(operand) = self.operand(node, op, [0, 2])? else { return Ok(None) };
        let behind = self.as_they_are();
        let value = self.multiplied(node, operand, columns, depth, behind)?;
        Ok(value.map(|value| (value, Some(SUMS))))
    }

    /// Sums times 1: nothing may be folded into weights that are whole numbers.
    fn as_they_are(&mut self) -> Behind {
        let scaling = Scaling { factors: self.keep(vec![1.0]), offsets: None, table: None };
        Behind { scaling, activation: Activation::None }
    }

    /// Sums as floats, which they are.
    pub(super) fn cast(&mut self, node: &TypedNode) -> TractResult<Made> {
        let to = self.model.outlet_fact(node.id.into())?.datum_type;
        if self.centre(node.inputs[0]) != Some(SUMS) || to != f32::datum_type() {
            return Ok(None);
        }
        let dense = self.dense(node.inputs[0])?;
        self.rename(node.inputs[0], &dense.place)?;
        Ok(Some((Value::Dense(dense), None)))
    }
}

/// Whether numbers are one for all, or one for each column of an image of that rank.
fn is_by_column(shape: &[usize], rank: usize, columns: usize) -> bool {
    let count: usize = shape.iter().product();
    let behind = shape.iter().rev().take(rank - 2).all(|size| *size == 1);
    let own = shape.len().checked_sub(rank - 1).map(|axis| shape[axis]);
    shape.len() <= rank && (count == 1 || behind && own == Some(columns) && count == columns)
}
