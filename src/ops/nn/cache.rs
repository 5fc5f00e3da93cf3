//! TensorScatter: new entries written into a cache.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::{TensorValue, with_element};

pub(super) fn scatter(node: &Node) -> TractResult<Kernel> {
    let along = node.int("axis", -2);
    let circular = match node.text("mode", "linear")?.as_str() {
        "linear" => false,
        "circular" => true,
        other => bail!("mode is {other:?}"),
    };
    Ok(Box::new(move |arguments| {
        let (cache, update) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let along = axis(along, cache.rank())?;
        ensure!(along > 0, "the axis is the batch's");
        let fits = cache.rank() == update.rank()
            && cache
                .shape()
                .iter()
                .zip(update.shape())
                .enumerate()
                .all(|(at, (size, new))| if at == along { new <= size } else { new == size });
        ensure!(fits, "an update of {:?} does not fit {:?}", update.shape(), cache.shape());
        let (batch, size, new) = (cache.shape()[0], cache.shape()[along], update.shape()[along]);
        let starts = arguments.optional(2)?.map(TensorValue::to_i64s).transpose()?;
        let starts = starts.unwrap_or_else(|| vec![0; batch]);
        ensure!(starts.len() == batch, "{} write_indices for a batch of {batch}", starts.len());
        let inner: usize = cache.shape()[along + 1..].iter().product();
        let rows: usize = cache.shape()[..along].iter().product();
        with_element!(cache.dtype(), T => {
            let mut output = cache.slice::<T>()?.to_vec();
            let data = update.slice::<T>()?;
            for row in 0..rows {
                let start = starts[row / (rows / batch)];
                let Ok(start) = usize::try_from(start) else { bail!("the write index {start} is negative") };
                ensure!(circular || start.checked_add(new).is_some_and(|end| end <= size), "{new} entries at {start} are beyond {size}");
                for entry in 0..new {
                    let place = if circular { (start % size + entry) % size } else { start + entry };
                    let (to, from) = ((row * size + place) * inner, (row * new + entry) * inner);
                    output[to..to + inner].clone_from_slice(&data[from..from + inner]);
                }
            }
            one(TensorValue::tagged(cache.dtype(), cache.shape(), output)?)
        })
    }))
}
