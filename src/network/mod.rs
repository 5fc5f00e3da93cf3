//! Networks with known sizes, as a list of our own kernels over one stretch of memory.
//!
//! [`Network::new`] takes a model from tract when its generic optimisations are done, and makes steps of it: which kernel, on
//! which part of memory, with weights packed for it. Nothing is decided or allocated while it runs.
//!
//! A value may be stored with its axes in another order than the model has them (`value.rs`): images lie channels-last, since
//! that is what the kernels take, and an axis is moved without a copy. What comes after a sum (a scale and a bias for each
//! channel, an activation, a residual) goes into the kernel that makes it (`lower/`).

mod lower;
mod memory;
mod step;
mod value;

use std::sync::Mutex;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::Conv;
use tract_onnx::tract_core::ops::einsum::EinSum;

use memory::{Memory, Place};
use step::Step;

/// A network that runs.
pub(crate) struct Network {
    steps: Box<[Step]>,
    constants: Box<[Box<[f32]>]>,
    inputs: Box<[Input]>,
    outputs: Box<[Output]>,
    /// Where each buffer begins, in elements.
    offsets: Box<[usize]>,
    /// Elements of all buffers.
    elements: usize,
    /// Values that are not float32.
    slots: usize,
    /// The buffers of the last run. A run that finds them in use takes others.
    spare: Mutex<Vec<f32>>,
}

/// Where an input goes.
enum Input {
    Buffer(Place),
    Slot(usize),
}

/// Where an output comes from.
enum Output {
    Buffer { place: Place, shape: Box<[usize]> },
    Slot(usize),
}

impl Network {
    /// The network, or nothing where a size is open or nothing is there for our kernels to do. `model` must be decluttered.
    ///
    /// # Errors
    /// tract's.
    pub(crate) fn new(model: &TypedModel) -> TractResult<Option<Network>> {
        let is_ours = |node: &TypedNode| node.op_is::<Conv>() || node.op_is::<EinSum>();
        if !model.nodes.iter().any(is_ours) || !value::has_sizes(model) {
            return Ok(None);
        }
        lower::lower(model)
    }

    /// Runs on inputs of the model's sizes and types.
    ///
    /// # Errors
    /// Those of tract's operators, where there are some.
    pub(crate) fn run(&self, inputs: &[TValue]) -> TractResult<TVec<TValue>> {
        let mut buffers = self.spare.try_lock().map(|mut spare| std::mem::take(&mut *spare)).unwrap_or_default();
        buffers.resize(self.elements, 0.0);
        let outputs = self.run_in(&mut buffers, inputs);
        if let Ok(mut spare) = self.spare.try_lock() {
            *spare = buffers;
        }
        outputs
    }

    fn run_in(&self, buffers: &mut [f32], inputs: &[TValue]) -> TractResult<TVec<TValue>> {
        let mut slots: Vec<Option<TValue>> = vec![None; self.slots];
        let mut memory = Memory { buffers, offsets: &self.offsets, constants: &self.constants };
        for (input, value) in self.inputs.iter().zip(inputs) {
            match input {
                Input::Buffer(place) => {
                    let view = value.try_as_plain_ram()?;
                    memory.output(place).0.copy_from_slice(view.as_slice::<f32>()?);
                }
                Input::Slot(slot) => slots[*slot] = Some(value.clone()),
            }
        }
        for step in &self.steps {
            step.run(&mut memory, &mut slots)?;
        }
        let output = |output: &Output| match output {
            Output::Buffer { place, shape } => Ok(Tensor::from_shape(shape, memory.input(place))?.into_tvalue()),
            Output::Slot(slot) => slots[*slot].clone().ok_or_else(|| TractError::msg("an output is missing")),
        };
        self.outputs.iter().map(output).collect()
    }
}
