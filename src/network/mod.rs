//! Networks with known sizes, as a list of our own kernels over one stretch of memory.
//!
//! [`Network::new`] takes a model from tract when its generic optimisations are done, and makes steps of it: which kernel, on
//! which part of memory, with weights packed for it. Nothing is decided while it runs.
//!
//! A value may be stored with its axes in another order than the model has them (`value.rs`): images lie channels-last, since
//! that is what the kernels take, and an axis is moved without a copy. What comes after a sum (a scale and a bias for each
//! channel, an activation, a residual) goes into the kernel that makes it (`lower/`).

mod lower;
mod memory;
mod numbers;
pub(crate) mod open;
#[cfg(feature = "profile")]
pub(crate) mod profile;
mod rows;
mod scan;
mod step;
#[cfg(test)]
mod tests;
mod value;
mod whole;

use std::sync::Mutex;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::Conv;
use tract_onnx::tract_core::ops::einsum::EinSum;

use crate::import::closed::{Surroundings, has_known_sizes};
use crate::ops::quantised::Quantised;
use lower::Weights;
use memory::{Memory, Place};
use step::Step;

/// A network that runs.
pub(crate) struct Network {
    steps: Box<[Step]>,
    constants: Box<[Box<[f32]>]>,
    inputs: Box<[Input]>,
    outputs: Box<[Output]>,
    /// Elements of each buffer.
    lengths: Box<[usize]>,
    /// The buffers that are in use before the first step, and after the last.
    ends: [Box<[usize]>; 2],
    /// Where each buffer begins, in elements.
    offsets: Box<[usize]>,
    /// Elements of all buffers.
    elements: usize,
    /// Values that are not float32.
    slots: usize,
    /// What tract's operators are told.
    surroundings: Surroundings,
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
    /// The network, or nothing where a size is open or 0, an operator keeps a state, such as a loop, or nothing is there for our
    /// kernels to do. `model` must be decluttered.
    ///
    /// # Errors
    /// tract's.
    pub(crate) fn new(model: &TypedModel) -> TractResult<Option<Network>> {
        if !is_for_us(model) || !has_known_sizes(model)? {
            return Ok(None);
        }
        lower::lower(model, &SymbolValues::default(), Weights::Packed)
    }

    /// Gives each buffer its place.
    fn place(&mut self) {
        let [first, last] = &self.ends;
        let (offsets, elements) = memory::plan(&self.lengths, &self.steps, first, last);
        (self.offsets, self.elements) = (offsets.into(), elements);
    }

    fn memory<'a>(&'a self, buffers: &'a mut [f32]) -> Memory<'a> {
        Memory { buffers, offsets: &self.offsets, constants: &self.constants, surroundings: &self.surroundings }
    }

    /// Runs on inputs of the model's sizes and types: on `examples` of them, one after the other, where there are as many along the
    /// first axis of each.
    ///
    /// # Errors
    /// Those of tract's operators, where there are some.
    pub(crate) fn run(&self, inputs: &[TValue], examples: usize) -> TractResult<TVec<TValue>> {
        self.run_watched(inputs, examples, |_| ())
    }

    /// As [`Network::run`]; `watch` is told of each step that is done.
    fn run_watched(
        &self,
        inputs: &[TValue],
        examples: usize,
        mut watch: impl FnMut(&Step),
    ) -> TractResult<TVec<TValue>> {
        let mut buffers = self.spare.try_lock().map(|mut spare| std::mem::take(&mut *spare)).unwrap_or_default();
        buffers.resize(self.elements, 0.0);
        let mut results: Vec<Results> = self.outputs.iter().map(|output| Results::new(output, examples)).collect();
        let run = (0..examples).try_for_each(|example| {
            let mut slots: Vec<Option<TValue>> = vec![None; self.slots];
            let mut memory = self.memory(&mut buffers);
            self.feed(inputs, example, examples, &mut memory, &mut slots)?;
            for step in &self.steps {
                step.run(&mut memory, &mut slots)?;
                watch(step);
            }
            results.iter_mut().try_for_each(|results| results.collect(&memory, &slots))
        });
        if let Ok(mut spare) = self.spare.try_lock() {
            *spare = buffers;
        }
        run?;
        results.into_iter().map(|results| results.joined(examples)).collect()
    }

    fn feed(
        &self,
        inputs: &[TValue],
        example: usize,
        examples: usize,
        memory: &mut Memory<'_>,
        slots: &mut [Option<TValue>],
    ) -> TractResult<()> {
        for (input, value) in self.inputs.iter().zip(inputs) {
            match input {
                Input::Buffer(place) => {
                    let view = value.try_as_plain_ram()?;
                    let example = &view.as_slice::<f32>()?[example * place.length..][..place.length];
                    memory.output(place).0.copy_from_slice(example);
                }
                Input::Slot(slot) if examples > 1 => {
                    slots[*slot] = Some(value.slice(0, example, example + 1)?.into_tvalue());
                }
                Input::Slot(slot) => slots[*slot] = Some(value.clone()),
            }
        }
        Ok(())
    }
}

/// Whether there is something for our kernels to do, and no value without elements.
fn is_for_us(model: &TypedModel) -> bool {
    let is_ours = |node: &TypedNode| node.op_is::<Conv>() || node.op_is::<EinSum>() || node.op_is::<Quantised>();
    let is_zero = |dim: &TDim| dim.to_i64().is_ok_and(|size| size == 0);
    let is_empty = |node: &TypedNode| node.outputs.iter().any(|output| output.fact.shape.iter().any(is_zero));
    model.nodes.iter().any(is_ours) && !model.nodes.iter().any(is_empty)
}

/// What became of an output, example by example.
enum Results<'a> {
    Buffer { place: Place, shape: &'a [usize], data: Vec<f32> },
    Slot { slot: usize, tensors: Vec<TValue> },
}

impl Results<'_> {
    fn new(output: &Output, examples: usize) -> Results<'_> {
        match output {
            Output::Buffer { place, shape } => {
                Results::Buffer { place: *place, shape, data: Vec::with_capacity(place.length * examples) }
            }
            Output::Slot(slot) => Results::Slot { slot: *slot, tensors: vec![] },
        }
    }

    fn collect(&mut self, memory: &Memory<'_>, slots: &[Option<TValue>]) -> TractResult<()> {
        match self {
            Results::Buffer { place, data, .. } => data.extend_from_slice(memory.input(place)),
            Results::Slot { slot, tensors } => {
                tensors.push(slots[*slot].clone().ok_or_else(|| TractError::msg("an output is missing"))?);
            }
        }
        Ok(())
    }

    fn joined(self, examples: usize) -> TractResult<TValue> {
        match self {
            Results::Slot { mut tensors, .. } if tensors.len() == 1 => Ok(tensors.remove(0)),
            Results::Slot { tensors, .. } => Ok(Tensor::stack_tensors(0, &tensors)?.into_tvalue()),
            Results::Buffer { shape, data, .. } => {
                let mut shape = shape.to_vec();
                if let Some(first) = shape.first_mut() {
                    *first *= examples;
                }
                Ok(Tensor::from_shape(&shape, &data)?.into_tvalue())
            }
        }
    }
}
