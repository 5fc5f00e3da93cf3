//! RotaryEmbedding, ONNX's and onnxruntime's: pairs of a head's entries turned by an angle of their place.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::heads::{Heads, number};
use super::real::{Real, Rounding, with_real};
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

struct Settings {
    interleaved: bool,
    size: Option<usize>,
    heads: Option<usize>,
}

fn settings(node: &Node) -> TractResult<Settings> {
    Ok(Settings {
        interleaved: node.flag("interleaved", 0),
        size: number(node, "rotary_embedding_dim")?,
        heads: number(node, "num_heads")?,
    })
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let settings = settings(node)?;
    Ok(Box::new(move |arguments| {
        let (cos, sin) = (arguments.tensor(1)?, arguments.tensor(2)?);
        run(&settings, arguments.tensor(0)?, cos, sin, arguments.optional(3)?)
    }))
}

/// `com.microsoft`'s, whose places come second, and may be the first one's alone.
pub(in crate::ops) fn microsoft(node: &Node) -> TractResult<Kernel> {
    let settings = settings(node)?;
    ensure!(!node.flag("is_packed_batching", 0), "is_packed_batching is not supported");
    let scale = node.float("scale", 1.0);
    ensure!(scale == 1.0, "scale is {scale}, which is not supported");
    Ok(Box::new(move |arguments| {
        let (input, places) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let (cos, sin) = (arguments.tensor(2)?, arguments.tensor(3)?);
        let (batch, length) = match *input.shape() {
            [batch, length, _] | [batch, _, length, _] => (batch, length),
            _ => bail!("expected rank 3 or 4, got {:?}", input.shape()),
        };
        let places = match *places.to_i64s()?.as_slice() {
            [first] if places.rank() < 2 => {
                let each = (0..batch * length).map(|index| first.saturating_add((index % length) as i64));
                TensorValue::new(&[batch, length], each.collect())?
            }
            _ => places.clone(),
        };
        let rotated = cos.shape().last().map_or(0, |half| half * 2);
        let heads = match (input.shape(), settings.heads) {
            ([_, _, hidden], None) if rotated > 0 => Some(hidden / rotated),
            (_, heads) => heads,
        };
        run(&Settings { heads, ..settings }, input, cos, sin, Some(&places))
    }))
}

fn run(
    settings: &Settings,
    input: &TensorValue,
    cos: &TensorValue,
    sin: &TensorValue,
    places: Option<&TensorValue>,
) -> TractResult<Vec<crate::eager::value::Value>> {
    let flat = input.rank() == 3;
    with_real!(input.dtype(), T => {
        let mut heads = Heads::<T>::new(input, settings.heads)?;
        let size = settings.size.unwrap_or(heads.size);
        ensure!(size <= heads.size && size.is_multiple_of(2), "{size} of {} entries can't be turned", heads.size);
        let half = size / 2;
        ensure!(cos.shape().last() == Some(&half), "expected angles for {half} pairs, got {:?}", cos.shape());
        turn(&mut heads, [cos, sin], places, settings.interleaved, Rounding::of(input.dtype()))?;
        one(heads.tensor(input.dtype(), flat)?)
    })
}

/// Turns twice as many entries of each head as there are angles, in place.
///
/// # Errors
/// Where caches or places don't fit.
pub(in crate::ops) fn turn<T: Real>(
    heads: &mut Heads<T>,
    [cos, sin]: [&TensorValue; 2],
    places: Option<&TensorValue>,
    interleaved: bool,
    round: Rounding,
) -> TractResult<()> {
    ensure!(cos.shape() == sin.shape(), "the caches are of {:?} and {:?}", cos.shape(), sin.shape());
    let half = cos.shape().last().copied().unwrap_or(0);
    ensure!(2 * half <= heads.size, "{half} angles turn more than {} entries", heads.size);
    let (cos, sin, rows) = (T::read(cos)?, T::read(sin)?, row_of(places, cos.shape(), [heads.batch, heads.length])?);
    for (index, entries) in heads.data.chunks_exact_mut(heads.size.max(1)).enumerate() {
        let (batch, place) = (index / (heads.heads * heads.length), index % heads.length);
        let row = rows[batch * heads.length + place];
        for pair in 0..half {
            let (first, second) = if interleaved { (2 * pair, 2 * pair + 1) } else { (pair, half + pair) };
            let (x, y) = (entries[first], entries[second]);
            let (cos, sin) = (cos[row * half + pair], sin[row * half + pair]);
            entries[first] = round.round(cos * x) - round.round(sin * y);
            entries[second] = round.round(sin * x) + round.round(cos * y);
        }
    }
    Ok(())
}

/// For each place of each example, its row of the caches.
fn row_of(places: Option<&TensorValue>, cache: &[usize], shape: [usize; 2]) -> TractResult<Vec<usize>> {
    match (places, cache) {
        (Some(places), [count, _]) => {
            ensure!(places.shape() == shape, "expected places of {shape:?}, got {:?}", places.shape());
            let row = |index: i64| match usize::try_from(if index < 0 { index + *count as i64 } else { index }) {
                Ok(row) if row < *count => Ok(row),
                _ => bail!("the place {index} is out of range: the caches have {count}"),
            };
            places.to_i64s()?.into_iter().map(row).collect()
        }
        (None, [batch, length, _]) if [*batch, *length] == shape => Ok((0..batch * length).collect()),
        (None, [1, length, _]) if *length == shape[1] => Ok((0..shape[0]).flat_map(|_| 0..*length).collect()),
        _ => bail!("caches of {cache:?} don't fit a batch of {} with {} places", shape[0], shape[1]),
    }
}
