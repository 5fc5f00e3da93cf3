//! What makes, changes and reads sequences.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::super::tensor::joined;
use crate::eager::node::{Arguments, Kernel, Node, axis, one};
use crate::eager::stack::stack;
use crate::eager::value::{TensorValue, Value};

pub(super) fn construct(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let values = arguments.tensors()?.into_iter().map(|tensor| tensor.clone().into()).collect();
        Ok(vec![Value::Sequence(values)])
    }))
}

pub(super) fn empty(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|_| Ok(vec![Value::Sequence(vec![])])))
}

pub(super) fn length(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| one(TensorValue::scalar(arguments.value(0)?.sequence()?.len() as i64)?)))
}

/// A place that may count from the end, of `count` places.
fn place(arguments: &Arguments, index: usize, count: usize) -> TractResult<usize> {
    let given = arguments.tensor(index)?.to_i64s()?;
    ensure!(given.len() == 1, "expected one place, got {}", given.len());
    axis(given[0], count)
}

pub(super) fn at(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let values = arguments.value(0)?.sequence()?;
        Ok(vec![values[place(arguments, 1, values.len())?].clone()])
    }))
}

pub(super) fn insert(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let mut values = arguments.value(0)?.sequence()?.to_vec();
        let place = match arguments.optional(2)? {
            // Behind the last is a place, too, but what counts from the end counts without it.
            Some(given) if given.to_i64s()?.first().is_some_and(|place| *place < 0) => {
                place(arguments, 2, values.len())?
            }
            Some(_) => place(arguments, 2, values.len() + 1)?,
            None => values.len(),
        };
        values.insert(place, arguments.value(1)?.clone());
        Ok(vec![Value::Sequence(values)])
    }))
}

pub(super) fn erase(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let mut values = arguments.value(0)?.sequence()?.to_vec();
        ensure!(!values.is_empty(), "the sequence is empty");
        let last = values.len() - 1;
        values.remove(if arguments.optional(1)?.is_some() { place(arguments, 1, values.len())? } else { last });
        Ok(vec![Value::Sequence(values)])
    }))
}

pub(super) fn concat(node: &Node) -> TractResult<Kernel> {
    let (along, new_axis) = (node.int("axis", 0), node.flag("new_axis", 0));
    Ok(Box::new(move |arguments| {
        let values = arguments.value(0)?.sequence()?;
        if new_axis {
            return one(stack(values, along)?);
        }
        let parts = values.iter().map(Value::tensor).collect::<TractResult<Vec<_>>>()?;
        let rank = parts.first().map_or(0, |part| part.rank());
        one(joined(&parts, axis(along, rank)?)?)
    }))
}
