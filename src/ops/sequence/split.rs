//! SplitToSequence.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::super::tensor::part;
use crate::eager::node::{Kernel, Node, axis};
use crate::eager::value::{TensorValue, Value};

pub(super) fn to_sequence(node: &Node) -> TractResult<Kernel> {
    let (along, keep) = (node.int("axis", 0), node.flag("keepdims", 1));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let along = axis(along, input.rank())?;
        let length = input.shape()[along];
        let split = arguments.optional(1)?;
        let sizes = sizes(split, length)?;
        ensure!(sizes.iter().sum::<usize>() == length, "{length} can't be split into {sizes:?}");
        let mut first = 0;
        let mut parts: Vec<Value> = vec![];
        for size in sizes {
            let mut piece = part(input, along, first, size)?;
            first += size;
            if split.is_none() && !keep {
                let mut shape = piece.shape().to_vec();
                shape.remove(along);
                piece = piece.reshaped(&shape)?;
            }
            parts.push(piece.into());
        }
        Ok(vec![Value::Sequence(parts)])
    }))
}

/// One by one where nothing is said; a scalar is the size of all but the last.
fn sizes(split: Option<&TensorValue>, length: usize) -> TractResult<Vec<usize>> {
    let Some(split) = split else { return Ok(vec![1; length]) };
    let given = split.to_i64s()?.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>()?;
    match (split.rank(), given.as_slice()) {
        (0, [size]) => {
            ensure!(*size > 0, "the size of a piece is 0");
            Ok((0..length.div_ceil(*size)).map(|place| (*size).min(length - place * size)).collect())
        }
        _ => Ok(given),
    }
}
