//! EmbedLayerNormalization: a token's word, place and segment, summed and normalised.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::node::{Kernel, Node};
use crate::eager::value::{TensorValue, Value};
use crate::ops::OutOfRange;
use crate::ops::nn::layer_norm::{Centre, affine, normalised};
use crate::ops::nn::real::{Real, Rounding, with_real, write};

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let epsilon = f64::from(node.float("epsilon", 1e-12));
    ensure!(node.int("mask_index_type", 0) == 0, "mask_index_type is {}", node.int("mask_index_type", 0));
    Ok(Box::new(move |arguments| {
        let (ids, words) = (arguments.tensor(0)?, arguments.tensor(2)?);
        let (&[batch, length], &[_, hidden]) = (ids.shape(), words.shape()) else {
            bail!("expected ids and words of rank 2, got {:?} and {:?}", ids.shape(), words.shape())
        };
        let places = match arguments.optional(8)? {
            Some(places) => places.to_i64s()?,
            None => (0..length as i64).collect(),
        };
        let segments = arguments.optional(1)?.zip(arguments.optional(4)?);
        let dtype = words.dtype();
        with_real!(dtype, T => {
            let round = Rounding::of(dtype);
            let mut sums = rows::<T>(words, &ids.to_i64s()?, hidden)?;
            let segments = segments.map(|(ids, table)| rows::<T>(table, &ids.to_i64s()?, hidden)).transpose()?;
            for extra in [Some(rows::<T>(arguments.tensor(3)?, &places, hidden)?), segments].into_iter().flatten() {
                let fits = !extra.is_empty() && sums.len().is_multiple_of(extra.len());
                ensure!(fits || sums.is_empty(), "places or segments don't fit ids of {:?}", ids.shape());
                sums.iter_mut().zip(extra.iter().cycle()).for_each(|(x, extra)| *x = round.round(*x + *extra));
            }
            let shape = [batch, length, hidden];
            let data = normalised(sums.clone(), hidden, epsilon, Centre::Mean).data;
            let output = affine(data, &shape, arguments.tensor(5)?, Some(arguments.tensor(6)?), dtype)?;
            let lengths = lengths(arguments.optional(7)?, batch)?;
            Ok(vec![output.into(), lengths, write(dtype, &shape, sums)?.into()])
        })
    }))
}

/// The rows of a table, one after the other.
fn rows<T: Real>(table: &TensorValue, ids: &[i64], hidden: usize) -> TractResult<Vec<T>> {
    let &[count, width] = table.shape() else { bail!("expected a table, got {:?}", table.shape()) };
    ensure!(width == hidden, "a table of rows of {width} beside one of {hidden}");
    let data = T::read(table)?;
    let mut rows = Vec::with_capacity(crate::ops::nn::real::count(&[ids.len(), width])?);
    for &id in ids {
        let row = usize::try_from(id).ok().filter(|row| *row < count).ok_or(OutOfRange::new(id, count))?;
        rows.extend_from_slice(&data[row * width..(row + 1) * width]);
    }
    Ok(rows)
}

/// How many of each example's tokens the mask shows: 0 where there is none.
fn lengths(mask: Option<&TensorValue>, batch: usize) -> TractResult<Value> {
    let mut lengths = vec![0i32; batch];
    if let Some(mask) = mask {
        ensure!(
            mask.rank() == 2 && mask.shape()[0] == batch,
            "expected a mask of {batch} rows, got {:?}",
            mask.shape()
        );
        let mask_values = mask.to_i64s()?;
        let rows = mask_values.chunks(mask.shape()[1].max(1));
        lengths.iter_mut().zip(rows).for_each(|(length, row)| *length = row.iter().filter(|x| **x == 1).count() as i32);
    }
    Ok(TensorValue::new(&[batch], lengths)?.into())
}
