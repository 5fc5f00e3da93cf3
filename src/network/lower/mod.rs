//! A decluttered model → steps.
//!
//! Nodes are taken in the order in which they run. Each is turned into a step of ours where one of the files here knows how,
//! otherwise into a call of tract's operator. What is constant, such as a bias, an activation or a residual that follows a
//! convolution, is put into the convolution's step instead.

mod axes;
mod conv;
mod copies;
mod deconv;
mod elementwise;
mod foreign;
mod gelu;
mod needed;
mod pending;
mod pool;
mod product;
mod reduce;
mod rows;
mod scan;
mod shared;
mod whole;

use std::collections::{HashMap, HashSet};

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::ops::scan::Scan;
use tract_onnx::tract_core::ops::source::TypedSource;
use tract_onnx::tract_hir::internal::format_err;

use super::memory::{Home, Place};
use super::step::{Part, Step, Work};
use super::value::{Dense, Value, significant, strides};
use super::{Input, Network, Output};
use crate::import::closed::Surroundings;
use onnxlet_kernels::axis::{Axis, merged};
use onnxlet_kernels::conv::Packed;
use onnxlet_kernels::copy;

/// The network's steps, or nothing where none of them is a convolution or a product of ours, or an operator keeps a state.
/// What the model leaves open has the sizes of `symbols`.
pub(super) fn lower(model: &TypedModel, symbols: &SymbolValues, weights: Weights) -> TractResult<Option<Network>> {
    let mut lowering = Lowering::new(model, symbols, weights);
    let done = lowering.nodes()?;
    if done && lowering.steps.iter().any(is_ours) { lowering.network(Inputs::Read).map(Some) } else { Ok(None) }
}

fn is_ours(step: &Step) -> bool {
    matches!(step.work, Work::Convolve(_) | Work::Depthwise(_) | Work::Product(_))
}

/// What becomes of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weights {
    Packed,
    /// They are left out: the network is only looked at.
    LeftOut,
}

/// What becomes of the buffers of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inputs {
    /// Once they are read, others take their place.
    Read,
    /// They stay for the next run.
    Kept,
}

pub(super) struct Lowering<'a> {
    model: &'a TypedModel,
    /// What is left open.
    symbols: &'a SymbolValues,
    weights: Weights,
    values: HashMap<OutletId, Value>,
    /// Values that were copied for another order of axes.
    copies: HashMap<(OutletId, Vec<usize>), Place>,
    steps: Vec<Step>,
    /// Elements of each buffer.
    buffers: Vec<usize>,
    /// The step that writes a buffer.
    writers: HashMap<usize, usize>,
    /// Buffers that are read by more than one name.
    shared: HashSet<usize>,
    constants: Vec<Box<[f32]>>,
    slots: usize,
    bytes: whole::Bytes,
}

impl<'a> Lowering<'a> {
    fn new(model: &'a TypedModel, symbols: &'a SymbolValues, weights: Weights) -> Self {
        let (values, copies, writers, shared) = Default::default();
        let (steps, buffers, constants) = Default::default();
        let bytes = Default::default();
        Lowering {
            model,
            symbols,
            weights,
            values,
            copies,
            steps,
            buffers,
            writers,
            shared,
            constants,
            slots: 0,
            bytes,
        }
    }

    /// Makes steps of all nodes; says whether it could.
    fn nodes(&mut self) -> TractResult<bool> {
        let surroundings = Surroundings::of(self.symbols.clone());
        for id in self.model.eval_order()? {
            let node = self.model.node(id);
            let done = match node.op_as::<Scan>() {
                Some(scan) => self.scan(node, scan)?,
                None if surroundings.has_state(node)? => false,
                None => self.node(node).map(|()| true)?,
            };
            if !done {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn node(&mut self, node: &TypedNode) -> TractResult<()> {
        if let Some(constant) = node.op_as::<Const>() {
            self.values.insert(node.id.into(), Value::Constant(constant.val().clone()));
            return Ok(());
        }
        if node.op_is::<TypedSource>() {
            let value = self.fresh_value(node.id.into())?;
            self.values.insert(node.id.into(), value);
            return Ok(());
        }
        if self.whole(node)? {
            return Ok(());
        }
        let is_float = |outlet: &OutletId| Ok(self.model.outlet_fact(*outlet)?.datum_type == f32::datum_type());
        let floats = node.inputs.iter().map(is_float).collect::<TractResult<Vec<bool>>>()?.iter().all(|is| *is);
        let one = node.outputs.len() == 1 && node.outputs[0].fact.datum_type == f32::datum_type();
        if floats
            && one
            && let Some(value) = self.ours(node)?
        {
            self.values.insert(node.id.into(), value);
            return Ok(());
        }
        self.foreign(node)
    }

    /// The node's value, if it is one of those that we know.
    fn ours(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let rooms = [
            Self::axes,
            Self::convolution,
            Self::deconvolution,
            Self::product,
            Self::elementwise,
            Self::pooling,
            Self::reduction,
            Self::copying,
        ];
        for room in rooms {
            if let Some(value) = room(self, node)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn network(mut self, kept: Inputs) -> TractResult<Network> {
        let (model, mut inputs, mut outputs) = (self.model, vec![], vec![]);
        for outlet in model.input_outlets()? {
            inputs.push(match self.value(*outlet)? {
                Value::Slot(slot) => Input::Slot(slot),
                _ => Input::Buffer(self.plain(*outlet)?.place),
            });
        }
        for outlet in model.output_outlets()? {
            self.settle_function(*outlet)?;
            if let Some(slot) = self.slot(*outlet)? {
                outputs.push(Output::Slot(slot));
                continue;
            }
            outputs.push(match self.value(*outlet)? {
                Value::Slot(slot) => Output::Slot(slot),
                _ => {
                    let Dense { place, shape, .. } = self.plain(*outlet)?;
                    Output::Buffer { place, shape: shape.into() }
                }
            });
        }
        let buffer = |place: &Place| match place.home {
            Home::Buffer(buffer) => Some(buffer),
            Home::Constant(_) => None,
        };
        let input = |input: &Input| if let Input::Buffer(place) = input { buffer(place) } else { None };
        let output = |output: &Output| if let Output::Buffer { place, .. } = output { buffer(place) } else { None };
        let (first, mut last): (Vec<usize>, Vec<usize>) =
            (inputs.iter().filter_map(input).collect(), outputs.iter().filter_map(output).collect());
        if kept == Inputs::Kept {
            last.extend(&first);
        }
        needed::keep_needed(&mut self.steps, &outputs);
        shared::share_weights(&mut self.steps);
        let mut network = Network {
            steps: self.steps.into(),
            constants: self.constants.into(),
            inputs: inputs.into(),
            outputs: outputs.into(),
            lengths: self.buffers.into(),
            ends: [first.into(), last.into()],
            offsets: Box::new([]),
            elements: 0,
            slots: self.slots,
            surroundings: Surroundings::of(self.symbols.clone()),
            spare: Default::default(),
        };
        network.place();
        Ok(network)
    }

    /// Weights and a bias as a product takes them.
    fn pack(
        &self,
        [depth, columns]: [usize; 2],
        weight: impl Fn(usize, usize) -> f32,
        bias: impl Fn(usize) -> f32,
    ) -> Packed {
        match self.weights {
            Weights::Packed => Packed::new(depth, columns, weight, bias),
            Weights::LeftOut => Packed::unfilled(depth, columns),
        }
    }

    /// The sizes of a value's axes.
    fn shape(&self, outlet: OutletId) -> TractResult<Vec<usize>> {
        let fact = self.model.outlet_fact(outlet)?;
        fact.shape.iter().map(|dim| Ok(usize::try_from(dim.eval_to_i64(self.symbols)?)?)).collect()
    }

    fn value(&self, outlet: OutletId) -> TractResult<Value> {
        self.values.get(&outlet).cloned().ok_or_else(|| format_err!("a value is missing"))
    }

    /// The constant, if the value is one of float32.
    fn constant(&self, outlet: OutletId) -> TractResult<Option<Arc<Tensor>>> {
        Ok(match self.value(outlet)? {
            Value::Constant(tensor) if tensor.datum_type() == f32::datum_type() => Some(tensor),
            _ => None,
        })
    }

    /// Whether only this node reads the value.
    fn is_read_once(&self, outlet: OutletId) -> TractResult<bool> {
        Ok(self.model.outlet_successors(outlet).len() == 1 && !self.model.output_outlets()?.contains(&outlet))
    }

    /// A new buffer for a value, or a slot where it is not float32.
    fn fresh_value(&mut self, outlet: OutletId) -> TractResult<Value> {
        let fact = self.model.outlet_fact(outlet)?;
        if fact.datum_type != f32::datum_type() {
            self.slots += 1;
            return Ok(Value::Slot(self.slots - 1));
        }
        let shape = self.shape(outlet)?;
        let order = (0..shape.len()).collect();
        Ok(Value::Dense(Dense { place: self.buffer(shape.iter().product()), shape, order }))
    }

    fn buffer(&mut self, length: usize) -> Place {
        self.buffers.push(length);
        Place { home: Home::Buffer(self.buffers.len() - 1), length }
    }

    fn keep(&mut self, constant: Vec<f32>) -> Place {
        let length = constant.len();
        self.constants.push(constant.into());
        Place { home: Home::Constant(self.constants.len() - 1), length }
    }

    fn push(&mut self, work: Work, output: Place, fill: Option<f32>) {
        self.move_writer(output, self.steps.len());
        self.steps.push(Step { work, output, fill });
    }

    /// Notes that a step writes another buffer than before.
    fn move_writer(&mut self, place: Place, step: usize) {
        if let Home::Buffer(buffer) = place.home {
            self.writers.insert(buffer, step);
        }
    }

    /// The step that writes a value, if what it writes may still be changed.
    fn writer(&self, place: &Place) -> Option<usize> {
        match place.home {
            Home::Buffer(buffer) if !self.shared.contains(&buffer) => self.writers.get(&buffer).copied(),
            _ => None,
        }
    }

    /// Notes that a value will have another name: where others read it by its own, it must stay as it is.
    fn rename(&mut self, outlet: OutletId, place: &Place) -> TractResult<()> {
        if let (Home::Buffer(buffer), false) = (place.home, self.is_read_once(outlet)?) {
            self.shared.insert(buffer);
        }
        Ok(())
    }

    /// The value in memory, as it is.
    fn dense(&mut self, outlet: OutletId) -> TractResult<Dense> {
        match self.value(outlet)? {
            Value::Dense(dense) => Ok(dense),
            Value::Pending(pending) => {
                let dense = self.settle(outlet, &pending)?;
                self.values.insert(outlet, Value::Dense(dense.clone()));
                Ok(dense)
            }
            Value::Constant(tensor) => {
                let shape = tensor.shape().to_vec();
                let order: Vec<usize> = (0..shape.len()).collect();
                let key = (outlet, significant(&order, &shape));
                let place = match self.copies.get(&key) {
                    Some(place) => *place,
                    None => self.keep(floats(&tensor)?),
                };
                self.copies.insert(key, place);
                Ok(Dense { place, shape, order })
            }
            Value::Function(_) => {
                self.settle_function(outlet)?;
                self.dense(outlet)
            }
            Value::Slot(_) => Err(format_err!("a value is not float32")),
        }
    }

    /// The value with its axes in the model's order.
    fn plain(&mut self, outlet: OutletId) -> TractResult<Dense> {
        let order: Vec<usize> = (0..self.shape(outlet)?.len()).collect();
        self.ordered(outlet, &order)
    }

    /// The value with its axes in this order.
    fn ordered(&mut self, outlet: OutletId, order: &[usize]) -> TractResult<Dense> {
        let dense = self.dense(outlet)?;
        let result = |place| Dense { place, shape: dense.shape.clone(), order: order.to_vec() };
        if dense.is_in(order) {
            return Ok(result(dense.place));
        }
        let key = (outlet, significant(order, &dense.shape));
        if let Some(place) = self.copies.get(&key) {
            return Ok(result(*place));
        }
        let (from, to) = (dense.strides(), strides(order, &dense.shape));
        let axes = axes_between(&key.1, &dense.shape, [&from, &to]);
        let place = match dense.place.home {
            Home::Constant(index) => {
                let mut moved = vec![0.0; dense.place.length];
                copy::copy(&self.constants[index], &axes, &mut moved);
                self.keep(moved)
            }
            Home::Buffer(_) => {
                let place = self.buffer(dense.place.length);
                self.push(parts_of(dense.place, axes), place, None);
                place
            }
        };
        self.copies.insert(key, place);
        Ok(result(place))
    }
}

/// A copy of one value, from its beginning to the output's.
fn parts_of(input: Place, axes: Box<[Axis]>) -> Work {
    Work::Copy { parts: Box::new([Part { input, axes, starts: [0, 0] }]) }
}

/// The axes in this order, of these sizes, along which a kernel goes through two values.
fn axes_between(order: &[usize], sizes: &[usize], [first, second]: [&[usize]; 2]) -> Box<[Axis]> {
    merged(order.iter().map(|&axis| Axis { size: sizes[axis], strides: [first[axis], second[axis]] }))
}

/// A tensor's elements.
fn floats(tensor: &Tensor) -> TractResult<Vec<f32>> {
    Ok(tensor.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
}
