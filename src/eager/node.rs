//! A node's attributes and what it is given, for those who write operators.

use std::cell::{Cell, RefCell};

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto};
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::constant;
use super::value::{TensorValue, Value};

/// What an operator does with its inputs. The same inputs give the same bits.
pub(crate) type Kernel = Box<dyn Fn(&Arguments) -> TractResult<Vec<Value>> + Send + Sync>;

/// Makes the kernel of a node, once, when the model is loaded. An error refuses the model.
pub(crate) type Build = fn(&Node) -> TractResult<Kernel>;

/// A node of the graph. What is wrong with an attribute is an error that names it.
pub(crate) struct Node<'a> {
    pub(crate) proto: &'a NodeProto,
    /// The version of the node's domain that the model imports.
    pub(crate) opset: i64,
    /// For each input the tensor, where the graph says it.
    pub(crate) constants: Vec<Option<TensorValue>>,
    /// Inputs that the kernel holds in a form of its own: they are left out at calls, and need not be kept.
    pub(crate) held: RefCell<Vec<usize>>,
}

impl<'a> Node<'a> {
    fn attribute(&self, name: &str) -> Option<&'a AttributeProto> {
        self.proto.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |attribute| attribute.i)
    }

    /// An attribute that is 0 or 1.
    pub(crate) fn flag(&self, name: &str, default: i64) -> bool {
        self.int(name, default) != 0
    }

    pub(crate) fn ints(&self, name: &str) -> Option<Vec<i64>> {
        self.attribute(name).map(|attribute| attribute.ints.clone())
    }

    pub(crate) fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).map_or(default, |attribute| attribute.f)
    }

    pub(crate) fn floats(&self, name: &str) -> Option<Vec<f32>> {
        self.attribute(name).map(|attribute| attribute.floats.clone())
    }

    /// # Errors
    /// Where it is not UTF-8.
    pub(crate) fn text(&self, name: &str, default: &str) -> TractResult<String> {
        self.attribute(name).map_or(Ok(default.into()), |attribute| utf8(name, &attribute.s))
    }

    /// # Errors
    /// Where one is not UTF-8.
    pub(crate) fn texts(&self, name: &str) -> TractResult<Option<Vec<String>>> {
        let read = |attribute: &AttributeProto| attribute.strings.iter().map(|text| utf8(name, text)).collect();
        self.attribute(name).map(read).transpose()
    }

    /// # Errors
    /// Where it is not a whole tensor.
    pub(crate) fn tensor(&self, name: &str) -> TractResult<Option<TensorValue>> {
        self.attribute(name).and_then(|attribute| attribute.t.as_ref()).map(constant::load).transpose()
    }

    pub(crate) fn graph(&self, name: &str) -> Option<&'a GraphProto> {
        self.attribute(name).and_then(|attribute| attribute.g.as_ref())
    }

    /// The number of outputs, those without a name included.
    pub(crate) fn outputs(&self) -> usize {
        self.proto.output.len()
    }

    /// Whether somebody may read that output.
    pub(crate) fn has_output(&self, index: usize) -> bool {
        self.proto.output.get(index).is_some_and(|name| !name.is_empty())
    }

    /// Says that the kernel holds an input in a form of its own.
    pub(crate) fn hold(&self, index: usize) {
        self.held.borrow_mut().push(index);
    }

    /// The tensor that the graph itself gives as an input.
    pub(crate) fn constant(&self, index: usize) -> Option<&TensorValue> {
        self.constants.get(index).and_then(Option::as_ref)
    }
}

fn utf8(name: &str, bytes: &[u8]) -> TractResult<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| format_err!("{name} is not UTF-8"))
}

/// What a kernel is given at a call.
pub(crate) struct Arguments<'a> {
    pub(crate) inputs: Vec<Option<Value>>,
    /// What the run may still do in loops.
    pub(crate) fuel: &'a Fuel,
}

/// A bound on the nodes that run inside loops in one run of a model, those of loops within loops included. There is no clock
/// everywhere; a loop that doesn't end has to be told from one that does by what it does.
pub(crate) struct Fuel(Cell<u32>);

impl Fuel {
    /// A decoder that runs a thousand nodes for each of a thousand words takes a fifth of it.
    const MOST_STEPS: u32 = 5_000_000;

    pub(crate) fn new() -> Fuel {
        Fuel(Cell::new(Self::MOST_STEPS))
    }

    /// Takes the fuel of a round of so many nodes.
    ///
    /// # Errors
    /// Where there is no more.
    pub(crate) fn burn(&self, nodes: usize) -> TractResult<()> {
        let rest = u32::try_from(nodes + 1).ok().and_then(|nodes| self.0.get().checked_sub(nodes));
        let Some(rest) = rest else { bail!("its loops did not end after {} nodes", Self::MOST_STEPS) };
        self.0.set(rest);
        Ok(())
    }
}

impl Arguments<'_> {
    /// The number of inputs, those left out included.
    pub(crate) fn len(&self) -> usize {
        self.inputs.len()
    }

    /// The value of an input.
    ///
    /// # Errors
    /// Where it is left out.
    pub(crate) fn value(&self, index: usize) -> TractResult<&Value> {
        match self.inputs.get(index) {
            Some(Some(value)) => Ok(value),
            _ => bail!("input {index} is missing"),
        }
    }

    /// The tensor of an input.
    ///
    /// # Errors
    /// Where it is left out or no tensor.
    pub(crate) fn tensor(&self, index: usize) -> TractResult<&TensorValue> {
        self.value(index)?.tensor()
    }

    /// The tensor of an input that may be left out.
    ///
    /// # Errors
    /// Where it is no tensor.
    pub(crate) fn optional(&self, index: usize) -> TractResult<Option<&TensorValue>> {
        match self.inputs.get(index) {
            Some(Some(Value::Nothing)) | Some(None) | None => Ok(None),
            Some(Some(value)) => value.tensor().map(Some),
        }
    }

    /// Every input, none of which may be left out.
    ///
    /// # Errors
    /// Where one is.
    pub(crate) fn tensors(&self) -> TractResult<Vec<&TensorValue>> {
        (0..self.len()).map(|index| self.tensor(index)).collect()
    }
}

/// An answer of one tensor.
pub(crate) fn one(tensor: TensorValue) -> TractResult<Vec<Value>> {
    Ok(vec![tensor.into()])
}

/// An axis that may count from the end.
///
/// # Errors
/// Where a tensor of that rank has no such axis.
pub(crate) fn axis(axis: i64, rank: usize) -> TractResult<usize> {
    let from_start = if axis < 0 { axis + rank as i64 } else { axis };
    ensure!((0..rank as i64).contains(&from_start), "axis {axis} is none of a tensor of rank {rank}");
    Ok(from_start as usize)
}
