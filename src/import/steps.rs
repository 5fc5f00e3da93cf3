//! A plan without the graph that it was made of.
//!
//! tract's own plan keeps every node's name and the facts of every edge: over a kilobyte a node, a third of the image of a small
//! network. Once all sizes are known, a run needs none of it.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::model::order::eval_order_opt_ram;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::ops::source::TypedSource;
use tract_onnx::tract_hir::internal::{TypedOp, format_err};

use super::closed::{Surroundings, is_closed, release};

/// Operators in the order in which they run. An edge is the number of a value.
pub(super) struct Steps {
    steps: Box<[Step]>,
    inputs: Box<[u32]>,
    constants: Box<[(u32, Arc<Tensor>)]>,
    outputs: Box<[u32]>,
    values: usize,
}

struct Step {
    op: Box<dyn TypedOp>,
    inputs: Box<[u32]>,
    /// Its outputs have this number and the following ones.
    first_output: u32,
    /// Values that no later step reads.
    last_use: Box<[u32]>,
}

impl Steps {
    /// The model's steps, or the model as it was where a size is open or an operator keeps a state.
    pub(super) fn new(model: TypedModel) -> TractResult<Result<Steps, TypedModel>> {
        if !is_closed(&model)? {
            return Ok(Err(model));
        }
        let order = eval_order_opt_ram(&model)?;
        let mut firsts = vec![];
        let mut values = 0;
        for node in &model.nodes {
            firsts.push(values);
            values += node.outputs.len() as u32;
        }
        let number = |outlet: &OutletId| firsts[outlet.node] + outlet.slot as u32;
        let inputs = model.input_outlets()?.iter().map(number).collect();
        let outputs: Box<[u32]> = model.output_outlets()?.iter().map(number).collect();
        let mut nodes: Vec<Option<TypedNode>> = model.nodes.into_iter().map(Some).collect();
        let mut constants = vec![];
        let mut steps = vec![];
        for id in order {
            let Some(node) = nodes[id].take() else { continue };
            if let Some(constant) = node.op_as::<Const>() {
                constants.push((firsts[id], constant.val().clone()));
            } else if !node.op_is::<TypedSource>() {
                let inputs = node.inputs.iter().map(number).collect();
                steps.push(Step { op: node.op, inputs, first_output: firsts[id], last_use: Box::new([]) });
            }
        }
        note_last_uses(&mut steps, &constants, &outputs, values);
        let (steps, constants, values) = (steps.into(), constants.into(), values as usize);
        Ok(Ok(Steps { steps, inputs, constants, outputs, values }))
    }

    /// Runs on inputs of the model's sizes and types.
    pub(super) fn run(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let outputs = self.run_steps(inputs);
        // Operators keep scratch memory for a session.
        self.steps.iter().for_each(|step| release(&*step.op, step.first_output as usize));
        outputs
    }

    fn run_steps(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let surroundings = Surroundings::new();
        let mut values: Vec<Option<TValue>> = vec![None; self.values];
        let constants = self.constants.iter().map(|(number, constant)| (number, constant.clone().into_tvalue()));
        for (number, value) in constants.chain(self.inputs.iter().zip(inputs)) {
            values[*number as usize] = Some(value);
        }
        for step in &self.steps {
            let read = |number: &u32| values[*number as usize].clone().ok_or_else(|| format_err!("a value is missing"));
            let inputs = step.inputs.iter().map(read).collect::<TractResult<TVec<TValue>>>()?;
            step.last_use.iter().for_each(|number| values[*number as usize] = None);
            let outputs = surroundings.eval(&*step.op, step.first_output as usize, inputs)?;
            for (number, output) in (step.first_output as usize..).zip(outputs) {
                values[number] = Some(output);
            }
        }
        let take = |number: &u32| values[*number as usize].clone().ok_or_else(|| format_err!("an output is missing"));
        self.outputs.iter().map(take).collect()
    }
}

/// Notes with each step which values it is the last to read, but for constants and outputs.
fn note_last_uses(steps: &mut [Step], constants: &[(u32, Arc<Tensor>)], outputs: &[u32], values: u32) {
    let mut seen = vec![false; values as usize];
    constants.iter().map(|(number, _)| number).chain(outputs).for_each(|number| seen[*number as usize] = true);
    for step in steps.iter_mut().rev() {
        let is_last = |number: &&u32| !std::mem::replace(&mut seen[**number as usize], true);
        step.last_use = step.inputs.iter().filter(is_last).copied().collect();
    }
}
