//! A node's attributes: each by itself, and against the ranks of its inputs.

use tract_onnx::pb::{NodeProto, attribute_proto::AttributeType};
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::*;

use super::Numbers;

/// Nothing of a model is further, longer or more than this.
const FARTHEST: i64 = 1 << 31;

/// Attributes whose numbers are sizes or counts: at least 1.
const POSITIVE: [&str; 9] = [
    "kernel_shape",
    "strides",
    "dilations",
    "group",
    "blocksize",
    "block_size",
    "num_groups",
    "hidden_size",
    "num_outputs",
];

/// Attributes whose numbers must not be negative.
const NATURAL: [&str; 3] = ["pads", "output_padding", "perm"];

/// Checks what an attribute may be in any graph.
///
/// # Errors
/// With the attribute and its number.
pub(super) fn check(node: &NodeProto) -> TractResult<()> {
    for own in &node.attribute {
        for &number in own.ints.iter().chain([&own.i]) {
            ensure!((-FARTHEST..FARTHEST).contains(&number), "{} is {number}", own.name);
        }
        let single = own.r#type == AttributeType::Int as i32;
        for &number in own.ints.iter().chain(single.then_some(&own.i)) {
            let least = match own.name.as_str() {
                name if POSITIVE.contains(&name) => 1,
                name if NATURAL.contains(&name) => 0,
                _ => -FARTHEST,
            };
            ensure!(number >= least, "{} is {number}", own.name);
        }
    }
    Ok(())
}

/// Checks axes, and the lengths of what has one number an axis, against the rank of the first input.
///
/// # Errors
/// With the attribute, its numbers and the rank.
pub(super) fn check_ranks(numbers: &Numbers, facts: &[&InferenceFact]) -> TractResult<()> {
    let rank = numbers.fact(facts, 0).and_then(|fact| fact.shape.rank().concretize());
    let Some(rank) = rank else { return Ok(()) };
    let added = match numbers.operator.as_str() {
        "OneHot" => 1,
        "Unsqueeze" => numbers.ints("axes").map_or(0, |axes| axes.len() as i64),
        _ => 0,
    };
    let reach = rank + added;
    // The end of a range may be behind the last axis.
    let last = if numbers.operator == "Flatten" { rank } else { reach - 1 };
    // With one scale for all, the axis means nothing.
    let means_axes = !numbers.operator.ends_with("quantizeLinear") && !numbers.operator.ends_with("QuantizeLinear");
    for name in ["axis", "axes", "batch_axis", "time_axis"].iter().filter(|_| means_axes) {
        for axis in numbers.ints(name).unwrap_or_default() {
            let is_axis = (-reach..=last).contains(axis) || rank == 0 && (-1..=0).contains(axis);
            ensure!(is_axis, "{name} is {axis}, the rank {rank}");
        }
    }
    if let Some(perm) = numbers.ints("perm") {
        let mut places = perm.to_vec();
        places.sort_unstable();
        ensure!(places.iter().copied().eq(0..rank), "perm is {perm:?}, the rank {rank}");
    }
    check_windows(numbers, rank)
}

/// Points of a window. tract lists them.
const MOST_POINTS: i64 = 1 << 22;

/// Convolution and pooling: a number for each axis but the first two, two for `pads`.
fn check_windows(numbers: &Numbers, rank: i64) -> TractResult<()> {
    if !numbers.operator.contains("Conv") && !numbers.operator.contains("Pool") {
        return Ok(());
    }
    for (name, each) in
        [("kernel_shape", 1), ("strides", 1), ("dilations", 1), ("output_padding", 1), ("output_shape", 1), ("pads", 2)]
    {
        let Some(given) = numbers.ints(name) else { continue };
        let expected = (rank - 2) * each;
        ensure!(rank > 2 && given.len() as i64 == expected, "{name} is {given:?}, the rank {rank}");
    }
    let window = numbers.ints("kernel_shape").unwrap_or_default();
    let points = window.iter().fold(1i64, |points, size| points.saturating_mul(*size));
    ensure!(points <= MOST_POINTS, "kernel_shape is {window:?}");
    Ok(())
}
