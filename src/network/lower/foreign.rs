//! Nodes that tract's operators compute.

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::TypedOp;

use super::Lowering;
use crate::network::memory::Place;
use crate::network::step::{Foreign, Source, Target, Work};
use crate::network::value::Value;
use crate::ops::quantised::Quantised;
use crate::ops::settled;

impl Lowering<'_> {
    pub(super) fn foreign(&mut self, node: &TypedNode) -> TractResult<()> {
        let mut inputs = vec![];
        let (op, held) = self.prepared(node)?;
        for (edge, outlet) in node.inputs.iter().enumerate() {
            self.settle_function(*outlet)?;
            if held.contains(&edge) {
                inputs.push(Source::Constant(Tensor::from(0u8).into_arc_tensor()));
                continue;
            }
            if let Some(slot) = self.slot(*outlet)? {
                inputs.push(Source::Slot(slot));
                continue;
            }
            inputs.push(match self.value(*outlet)? {
                Value::Slot(slot) => Source::Slot(slot),
                Value::Constant(tensor) => Source::Constant(tensor),
                Value::Dense(_) | Value::Pending(_) | Value::Function(_) => {
                    let dense = self.plain(*outlet)?;
                    Source::Buffer { place: dense.place, shape: dense.shape.into() }
                }
            });
        }
        let mut outputs = vec![];
        for slot in 0..node.outputs.len() {
            let outlet = OutletId::new(node.id, slot);
            let read =
                !self.model.outlet_successors(outlet).is_empty() || self.model.output_outlets()?.contains(&outlet);
            if !read {
                outputs.push(Target::Nowhere);
                continue;
            }
            let value = self.fresh_value(outlet)?;
            outputs.push(match &value {
                Value::Slot(slot) => Target::Slot(*slot),
                Value::Dense(dense) => Target::Buffer { place: dense.place, shape: dense.shape.as_slice().into() },
                _ => Target::Nowhere,
            });
            self.values.insert(outlet, value);
        }
        let work = Foreign { op, node: node.id, inputs: inputs.into(), outputs: outputs.into() };
        self.push(Work::Foreign(Box::new(work)), Place::NOTHING, None);
        Ok(())
    }

    /// The operator, and those of its inputs that it holds in a form of its own.
    fn prepared(&self, node: &TypedNode) -> TractResult<(Box<dyn TypedOp>, Vec<usize>)> {
        let Some(op) = node.op_as::<Quantised>() else {
            return Ok((settled(&*node.op).unwrap_or_else(|| node.op.clone()), vec![]));
        };
        let constant = |outlet: &OutletId| match self.values.get(outlet) {
            Some(Value::Constant(tensor)) => Some(tensor.clone()),
            _ => None,
        };
        let constants: Vec<Option<Arc<Tensor>>> = node.inputs.iter().map(constant).collect();
        let (op, held) = op.prepared(&constants)?;
        Ok((Box::new(op), held))
    }
}
