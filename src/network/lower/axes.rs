//! Axes that are added, removed, moved, split and joined: another name for the same memory wherever that is possible.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::change_axes::AxisOp;

use super::Lowering;
use crate::network::value::{Dense, Value};

impl Lowering<'_> {
    pub(super) fn axes(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let Some(op) = node.op_as::<AxisOp>() else { return Ok(None) };
        let shape = self.shape(node.id.into())?;
        let input = self.dense(node.inputs[0])?;
        self.rename(node.inputs[0], &input.place)?;
        let order = match op {
            AxisOp::Add(at) => added(&input.order, *at),
            AxisOp::Rm(at) => removed(&input.order, *at),
            AxisOp::Move(from, to) => input.order.iter().map(|axis| moved(*axis, *from, *to)).collect(),
            AxisOp::Reshape(at, from, to) => {
                return self.reshape(node.inputs[0], [*at, from.len(), to.len()], shape).map(Some);
            }
        };
        Ok(Some(Value::Dense(Dense { place: input.place, shape, order })))
    }

    /// Lays out the `from` axes behind `at` as `to` others.
    fn reshape(&mut self, outlet: OutletId, [at, from, to]: [usize; 3], shape: Vec<usize>) -> TractResult<Value> {
        let mut input = self.dense(outlet)?;
        let is_part = |axis: &usize| (at..at + from).contains(axis);
        // They must lie together, in their own order. Axes of size 1 have no place.
        let significant = input.significant();
        let parts: Vec<usize> = significant.iter().copied().filter(is_part).collect();
        let first = significant.iter().position(is_part);
        let together = first.is_none_or(|first| significant[first..].starts_with(&parts));
        if !together || !parts.is_sorted() {
            input = self.plain(outlet)?;
        }
        let renamed = |axis: usize| if axis >= at + from { axis + to - from } else { axis };
        let mut order = vec![];
        let mut placed = false;
        for axis in input.significant() {
            if !is_part(&axis) {
                order.push(renamed(axis));
            } else if !std::mem::replace(&mut placed, true) {
                order.extend(at..at + to);
            }
        }
        let missing: Vec<usize> = (0..shape.len()).filter(|axis| !order.contains(axis)).collect();
        order.extend(missing);
        Ok(Value::Dense(Dense { place: input.place, shape, order }))
    }
}

fn added(order: &[usize], at: usize) -> Vec<usize> {
    order.iter().map(|axis| axis + usize::from(*axis >= at)).chain([at]).collect()
}

fn removed(order: &[usize], at: usize) -> Vec<usize> {
    order.iter().filter(|axis| **axis != at).map(|axis| axis - usize::from(*axis > at)).collect()
}

/// What an axis is called when the one at `from` goes to `to`.
fn moved(axis: usize, from: usize, to: usize) -> usize {
    match axis {
        axis if axis == from => to,
        axis if from < axis && axis <= to => axis - 1,
        axis if to <= axis && axis < from => axis + 1,
        axis => axis,
    }
}
