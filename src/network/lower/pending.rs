//! Scales, offsets and limits that wait for the kernel before them: ReLU, Clip, HardSigmoid, HardSwish, however they are written.

use tract_onnx::prelude::*;

use super::Lowering;
use crate::network::step::Work;
use crate::network::value::{Dense, Gated, Pending, Value};
use onnxlet_kernels::activation::{Activation, Clamp};
use onnxlet_kernels::zip::Binary;

impl Lowering<'_> {
    /// What the function of a value and a number makes pending, if it can.
    pub(super) fn with_number(
        &mut self,
        node: &TypedNode,
        outlet: OutletId,
        function: Binary,
        number: f32,
    ) -> TractResult<Option<Value>> {
        if !number.is_finite() {
            return Ok(None);
        }
        let mut pending = self.pending(outlet)?;
        let changed = match pending.gated {
            Gated::No => limited(pending.clamp, function, number),
            Gated::Plus(added) => match function {
                Binary::Mul => {
                    pending.gated = Gated::Plus(added * number);
                    limited(pending.clamp, function, number)
                }
                Binary::Add | Binary::Sub => {
                    let number = if function == Binary::Sub { -number } else { number };
                    pending.gated = Gated::Plus(added + number);
                    Some(pending.clamp)
                }
                _ => None,
            },
        };
        let Some(clamp) = changed else { return Ok(None) };
        pending.clamp = clamp;
        pending.nodes.push(node.id);
        Ok(Some(Value::Pending(pending)))
    }

    /// The product of a value and what is pending for it.
    pub(super) fn gate(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let [left, right] = node.inputs[..] else { return Ok(None) };
        for (value, other) in [(left, right), (right, left)] {
            let Value::Pending(mut pending) = self.value(other)? else { continue };
            if pending.base == value && pending.gated == Gated::No {
                pending.gated = Gated::Plus(0.0);
                pending.nodes.push(node.id);
                return Ok(Some(Value::Pending(pending)));
            }
        }
        Ok(None)
    }

    fn pending(&self, outlet: OutletId) -> TractResult<Pending> {
        match self.value(outlet)? {
            // What others read, too, is computed once.
            Value::Pending(pending) if self.is_read_once(outlet)? => Ok(pending),
            _ => Ok(Pending { base: outlet, clamp: Clamp::IDENTITY, gated: Gated::No, nodes: vec![] }),
        }
    }

    /// Has what is pending computed: by the kernel that makes the value before, where nothing else reads that.
    pub(super) fn settle(&mut self, outlet: OutletId, pending: &Pending) -> TractResult<Dense> {
        let base = self.dense(pending.base)?;
        let function = match pending.gated {
            Gated::No => Activation::Clamp(pending.clamp).simplified(),
            Gated::Plus(added) => Activation::Gated { gate: pending.clamp, added },
        };
        let shape = self.shape(outlet)?;
        let is_made_for = self.is_made_for(outlet, pending.base, &pending.nodes)?;
        if is_made_for && (self.draw(&base, pending) || self.activate(&base, function)) {
            return Ok(Dense { shape, ..base });
        }
        let place = self.buffer(base.place.length);
        self.push(Work::Map { input: base.place, function }, place, None);
        Ok(Dense { place, shape, order: base.order })
    }

    /// Puts a line without limits into the weights, which leaves room for an activation; says whether it did.
    fn draw(&mut self, value: &Dense, pending: &Pending) -> bool {
        let Clamp { slope, offset, low, high } = pending.clamp;
        let is_line = pending.gated == Gated::No && low == f32::NEG_INFINITY && high == f32::INFINITY;
        is_line
            && self.adjust(value, 1, Binary::Mul, |_| slope)
            && (offset == 0.0 || self.adjust(value, 1, Binary::Add, |_| offset))
    }

    /// Puts the function into the kernel that makes the value, if it takes one.
    pub(super) fn activate(&mut self, value: &Dense, function: Activation) -> bool {
        let Some(writer) = self.writer(&value.place) else { return false };
        let activation = match &mut self.steps[writer].work {
            Work::Convolve(work) => &mut work.activation,
            Work::Depthwise(work) => &mut work.activation,
            _ => return false,
        };
        if *activation != Activation::None || !function.is_simple() {
            return false;
        }
        *activation = function;
        true
    }

    /// Whether nothing but these nodes reads the value that this one is made of, nor anything on the way.
    pub(super) fn is_made_for(&self, outlet: OutletId, base: OutletId, nodes: &[usize]) -> TractResult<bool> {
        let between = nodes.iter().map(|node| OutletId::from(*node)).filter(|between| *between != outlet);
        for read in between.chain([base]) {
            let only = self.model.outlet_successors(read).iter().all(|inlet| nodes.contains(&inlet.node));
            if !only || self.model.output_outlets()?.contains(&read) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The function of a line between two limits and a number, if it is such a line.
fn limited(clamp: Clamp, function: Binary, number: f32) -> Option<Clamp> {
    let Clamp { slope, offset, low, high } = clamp;
    Some(match function {
        Binary::Mul if number > 0.0 => scaled(clamp, number),
        Binary::Mul if number < 0.0 => {
            let turned = scaled(clamp, number);
            Clamp { low: turned.high, high: turned.low, ..turned }
        }
        Binary::Add => Clamp { slope, offset: offset + number, low: low + number, high: high + number },
        Binary::Sub => Clamp { slope, offset: offset - number, low: low - number, high: high - number },
        Binary::Max => Clamp { slope, offset, low: low.max(number), high: high.max(number) },
        Binary::Min => Clamp { slope, offset, low: low.min(number), high: high.min(number) },
        _ => return None,
    })
}

fn scaled(clamp: Clamp, number: f32) -> Clamp {
    let Clamp { slope, offset, low, high } = clamp;
    Clamp { slope: slope * number, offset: offset * number, low: low * number, high: high * number }
}
