//! Nodes that tract's operators compute.

use tract_onnx::prelude::*;

use super::Lowering;
use crate::network::memory::{Home, Place};
use crate::network::step::{Foreign, Source, Target, Work};
use crate::network::value::Value;

impl Lowering<'_> {
    pub(super) fn foreign(&mut self, node: &TypedNode) -> TractResult<()> {
        let mut inputs = vec![];
        for outlet in &node.inputs {
            inputs.push(match self.value(*outlet)? {
                Value::Slot(slot) => Source::Slot(slot),
                Value::Constant(tensor) => Source::Constant(tensor),
                Value::Dense(_) | Value::Pending(_) => {
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
        let work = Foreign { op: node.op.clone(), node: node.id, inputs: inputs.into(), outputs: outputs.into() };
        let nothing = Place { home: Home::Constant(0), length: 0 };
        self.push(Work::Foreign(Box::new(work)), nothing, None);
        Ok(())
    }
}
