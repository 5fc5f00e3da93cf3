//! Inputs whose values are sizes, axes or counts, where the model says them.

use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::*;

use super::Numbers;
use crate::eager::broadcast::MOST_ELEMENTS;

/// A tensor of a plan may be twice as large as one of ours.
const MOST: i64 = 2 * MOST_ELEMENTS as i64;

/// Checks what is known of the inputs' values.
///
/// # Errors
/// With the operator's word for the value, and the value.
pub(super) fn check(numbers: &Numbers, facts: &[&InferenceFact]) -> TractResult<()> {
    let ints = |index: usize| numbers.fact(facts, index).and_then(whole);
    let rank = |index: usize| numbers.fact(facts, index).and_then(|fact| fact.shape.rank().concretize());
    match numbers.operator.as_str() {
        "ConstantOfShape" => sizes(ints(0), 0),
        "Expand" => sizes(ints(1), 0),
        "Reshape" => sizes(ints(1), -1),
        "Tile" => within("repeats", ints(1), 0..=MOST),
        "Pad" => within("pads", ints(1), 0..=MOST),
        "OneHot" => within("depth", ints(1), 0..=MOST),
        "TopK" => within("k", ints(1), 0..=MOST),
        "Trilu" => within("k", ints(1), -MOST..=MOST),
        "Split" => {
            let parts = numbers.ints("split").map(<[i64]>::to_vec).or_else(|| ints(1));
            let parts_fit = parts.as_ref().is_none_or(|parts| parts.len() == numbers.outputs);
            ensure!(parts_fit, "split is {parts:?}, the outputs are {}", numbers.outputs);
            within("split", parts, 0..=MOST)
        }
        "HannWindow" | "HammingWindow" | "BlackmanWindow" => within("size", ints(0), 1..=MOST),
        "Gather" => {
            let shape = numbers.fact(facts, 0).and_then(|fact| fact.shape.concretize());
            let axis = numbers.ints("axis").and_then(|ints| ints.first().copied()).unwrap_or(0);
            let size = shape.and_then(|shape| {
                let axis = if axis < 0 { axis + shape.len() as i64 } else { axis };
                shape.get(axis as usize)?.to_i64().ok()
            });
            match size {
                Some(size) => within("an index", ints(1), -size..=size - 1),
                None => Ok(()),
            }
        }
        "Resize" if numbers.fact(facts, 3).is_none() && numbers.fact(facts, 2).is_some_and(is_empty) => {
            bail!("it has neither scales nor sizes")
        }
        "Resize" => sizes(ints(3), 0).and(scales(numbers.fact(facts, 2))),
        "STFT" => {
            let signal = numbers.fact(facts, 0).and_then(|fact| fact.shape.concretize());
            let length = signal.and_then(|shape| shape.get(1)?.to_i64().ok()).unwrap_or(MOST);
            within("frame_step", ints(1), 1..=MOST).and(within("frame_length", ints(3), 1..=length))
        }
        "Upsample" => scales(numbers.fact(facts, 1)),
        "Unsqueeze" => {
            let (axes, rank) = (ints(1), rank(0));
            let Some((axes, rank)) = axes.zip(rank) else { return Ok(()) };
            let rank = rank + axes.len() as i64;
            within("axes", Some(axes), -rank..=rank - 1)
        }
        "Squeeze" | "ReduceSum" | "ReduceMean" | "ReduceMax" | "ReduceMin" | "ReduceProd" | "ReduceL1" | "ReduceL2"
        | "ReduceLogSum" | "ReduceLogSumExp" | "ReduceSumSquare" | "CumSum" => match rank(0) {
            Some(rank) => within("axes", ints(1), -rank.max(1)..=rank.max(1) - 1),
            None => Ok(()),
        },
        "Range" => range([0, 1, 2].map(|index| numbers.fact(facts, index).and_then(number))),
        "Div" | "Mod" => match numbers.fact(facts, 1).filter(|fact| is_whole(fact)).and_then(whole) {
            Some(divisors) => {
                ensure!(!divisors.contains(&0), "an integer is divided by 0");
                Ok(())
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_empty(fact: &InferenceFact) -> bool {
    fact.shape.concretize().is_some_and(|shape| shape.iter().any(|dim| *dim == TDim::from(0)))
}

fn is_whole(fact: &InferenceFact) -> bool {
    fact.datum_type().is_some_and(|dtype| dtype.is_integer() || dtype == TDim::datum_type())
}

/// The whole numbers of a constant.
fn whole(fact: &InferenceFact) -> Option<Vec<i64>> {
    let tensor = fact.value.concretize()?;
    if tensor.datum_type() == TDim::datum_type() {
        let plain = tensor.try_as_plain_ram().ok()?;
        return plain.as_slice::<TDim>().ok()?.iter().map(|dim| dim.to_i64().ok()).collect();
    }
    let wide = tensor.cast_to::<i64>().ok()?;
    Some(wide.try_as_plain_ram().ok()?.as_slice::<i64>().ok()?.to_vec())
}

/// The only number of a constant.
fn number(fact: &InferenceFact) -> Option<f64> {
    let tensor = fact.value.concretize()?;
    let wide = tensor.cast_to::<f64>().ok()?;
    wide.try_as_plain_ram().ok()?.as_slice::<f64>().ok()?.first().copied()
}

fn within(name: &str, values: Option<Vec<i64>>, range: std::ops::RangeInclusive<i64>) -> TractResult<()> {
    match values.iter().flatten().find(|value| !range.contains(value)) {
        Some(value) => bail!("{name} is {value}"),
        None => Ok(()),
    }
}

fn sizes(values: Option<Vec<i64>>, least: i64) -> TractResult<()> {
    let Some(values) = values else { return Ok(()) };
    let count = values.iter().fold(1i64, |count, size| count.saturating_mul((*size).max(1)));
    ensure!(values.iter().all(|size| *size >= least) && count <= MOST, "the shape is {values:?}");
    ensure!(values.iter().filter(|size| **size < 0).count() <= 1, "the shape is {values:?}");
    Ok(())
}

fn scales(fact: Option<&InferenceFact>) -> TractResult<()> {
    let Some(tensor) = fact.and_then(|fact| fact.value.concretize()) else { return Ok(()) };
    let Ok(wide) = tensor.cast_to::<f64>() else { return Ok(()) };
    let plain = wide.try_as_plain_ram()?;
    let scales = plain.as_slice::<f64>()?;
    ensure!(scales.iter().all(|scale| *scale > 0.0 && *scale <= MOST as f64), "the scales are {scales:?}");
    Ok(())
}

fn range([start, limit, step]: [Option<f64>; 3]) -> TractResult<()> {
    let (Some(start), Some(limit), Some(step)) = (start, limit, step) else { return Ok(()) };
    let count = (limit - start) / step;
    ensure!(step != 0.0 && count.is_finite() && count <= MOST as f64, "a range from {start} to {limit} by {step}");
    Ok(())
}
