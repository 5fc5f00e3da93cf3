//! Elements put into places: ScatterElements, Scatter, ScatterND.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::indexed::{element_offsets, slices};
use crate::Dtype;
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::{Element, TensorValue, with_element};

/// What happens where there is an element already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reduction {
    Replace,
    Add,
    Multiply,
    Min,
    Max,
}

impl Reduction {
    fn of(node: &Node) -> TractResult<Reduction> {
        Ok(match node.text("reduction", "none")?.as_str() {
            "none" => Reduction::Replace,
            "add" => Reduction::Add,
            "mul" => Reduction::Multiply,
            "min" => Reduction::Min,
            "max" => Reduction::Max,
            other => bail!("reduction {other:?} is unknown"),
        })
    }
}

pub(super) fn elements(node: &Node) -> TractResult<Kernel> {
    let (along, reduction) = (node.int("axis", 0), Reduction::of(node)?);
    Ok(Box::new(move |arguments| {
        let (input, indices, updates) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
        ensure!(indices.shape() == updates.shape(), "{:?} indices, {:?} updates", indices.shape(), updates.shape());
        let offsets = element_offsets(input, indices, axis(along, input.rank())?)?;
        one(put(input, &offsets, updates, reduction)?)
    }))
}

pub(super) fn nd(node: &Node) -> TractResult<Kernel> {
    let reduction = Reduction::of(node)?;
    Ok(Box::new(move |arguments| {
        let (input, indices, updates) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
        let slices = slices(input, indices, 0)?;
        let offsets: Vec<usize> = slices.firsts.iter().flat_map(|first| *first..first + slices.size).collect();
        ensure!(updates.len() == offsets.len(), "{} updates for {} places", updates.len(), offsets.len());
        one(put(input, &offsets, updates, reduction)?)
    }))
}

fn put(
    input: &TensorValue,
    offsets: &[usize],
    updates: &TensorValue,
    reduction: Reduction,
) -> TractResult<TensorValue> {
    ensure!(input.dtype() == updates.dtype(), "updates are {}, not {}", updates.dtype().name(), input.dtype().name());
    if reduction == Reduction::Replace {
        return with_element!(input.dtype(), T => replaced::<T>(input, offsets, updates));
    }
    if matches!(input.dtype(), Dtype::Int64 | Dtype::Uint64) {
        let mut data = input.to_i64s()?;
        for (offset, update) in offsets.iter().zip(updates.to_i64s()?) {
            let own = &mut data[*offset];
            *own = match reduction {
                Reduction::Add => own.wrapping_add(update),
                Reduction::Multiply => own.wrapping_mul(update),
                Reduction::Min => update.min(*own),
                Reduction::Max | Reduction::Replace => update.max(*own),
            };
        }
        let tensor = TensorValue::new(input.shape(), data)?;
        let cast = tensor.as_tract().cast_to_dt(input.dtype().to_tract())?.into_owned();
        return TensorValue::from_tract(Some(input.dtype()), std::sync::Arc::new(cast));
    }
    let mut data = input.to_f64s()?;
    for (offset, update) in offsets.iter().zip(updates.to_f64s()?) {
        let own = &mut data[*offset];
        *own = match reduction {
            Reduction::Add => *own + update,
            Reduction::Multiply => *own * update,
            Reduction::Min => update.min(*own),
            Reduction::Max | Reduction::Replace => update.max(*own),
        };
    }
    TensorValue::from_f64s(input.dtype(), input.shape(), data)
}

fn replaced<T: Element>(input: &TensorValue, offsets: &[usize], updates: &TensorValue) -> TractResult<TensorValue> {
    let mut data = input.slice::<T>()?.to_vec();
    for (offset, update) in offsets.iter().zip(updates.slice::<T>()?) {
        data[*offset] = update.clone();
    }
    TensorValue::tagged(input.dtype(), input.shape(), data)
}
