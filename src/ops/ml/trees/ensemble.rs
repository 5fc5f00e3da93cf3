//! TreeEnsemble, of `ai.onnx.ml` 5: the trees of both older operators in one form.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::super::post::PostTransform;
use super::super::rows::rows;
use super::forest::{Entry, Forest, Mode, Number, Weight};
use super::regressor::{Aggregate, Scorer};
use crate::Dtype;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// `nodes_modes`, as numbers.
const MODES: [&str; 7] =
    ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER"];
const POSTS: [PostTransform; 5] = [
    PostTransform::None,
    PostTransform::Softmax,
    PostTransform::Logistic,
    PostTransform::SoftmaxZero,
    PostTransform::Probit,
];

pub(in super::super) fn build(node: &Node) -> TractResult<Kernel> {
    let aggregates = [Aggregate::Average, Aggregate::Sum, Aggregate::Min, Aggregate::Max];
    let aggregate = pick(&aggregates, node.int("aggregate_function", 1), "aggregate_function")?;
    let post = pick(&POSTS, node.int("post_transform", 0), "post_transform")?;
    let targets = usize::try_from(node.int("n_targets", 1))?;
    // onnxruntime 1.23 takes 1 for LOGISTIC and 2 for SOFTMAX.
    let swapped = matches!(post, PostTransform::Softmax | PostTransform::Logistic);
    ensure!(!swapped, "post_transform {post:?} is one thing in ONNX and another in onnxruntime");
    post.check_targets(targets)?;
    let splits = node.tensor("nodes_splits")?.ok_or_else(|| format_err!("nodes_splits is missing"))?;
    if splits.dtype() == Dtype::Float64 {
        ensure!(post == PostTransform::None, "post_transform of float64 trees is not supported");
        let scorer = Scorer::new(forest::<f64>(node, &splits)?, targets, &[], aggregate)?;
        return Ok(Box::new(move |arguments| {
            let input = arguments.tensor(0)?;
            one(TensorValue::new(&[rows(input)?.0, targets], scorer.sums::<f64>(input)?)?)
        }));
    }
    let scorer = Scorer::new(forest::<f32>(node, &splits)?, targets, &[], aggregate)?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let mut scores = scorer.sums::<f32>(input)?;
        scores.chunks_mut(targets.max(1)).for_each(|row| post.apply(row));
        let sums: Vec<f64> = scores.into_iter().map(f64::from).collect();
        one(TensorValue::from_f64s(input.dtype(), &[rows(input)?.0, targets], sums)?)
    }))
}

fn pick<T: Copy>(from: &[T], number: i64, name: &str) -> TractResult<T> {
    let place = usize::try_from(number).ok();
    place.and_then(|place| from.get(place)).copied().ok_or_else(|| format_err!("{name} {number} is unknown"))
}

/// Branches first, then the leaves.
fn forest<T: Number>(node: &Node, splits: &TensorValue) -> TractResult<Forest<T>> {
    let splits = splits.to_f64s()?;
    let ints = |name: &str| node.ints(name).ok_or_else(|| format_err!("{name} is missing"));
    let modes = node.tensor("nodes_modes")?.ok_or_else(|| format_err!("nodes_modes is missing"))?.to_i64s()?;
    let (truths, falsehoods) = (ints("nodes_truenodeids")?, ints("nodes_falsenodeids")?);
    let (true_leafs, false_leafs) = (ints("nodes_trueleafs")?, ints("nodes_falseleafs")?);
    let features = ints("nodes_featureids")?;
    let missing = node.ints("nodes_missing_value_tracks_true").unwrap_or_default();
    let count = splits.len();
    let lengths = [&modes, &truths, &falsehoods, &true_leafs, &false_leafs, &features].map(|list| list.len());
    ensure!(lengths.iter().all(|length| *length == count), "the attributes of nodes differ in length");
    let leaf_targets = ints("leaf_targetids")?;
    let leaf_weights = node.tensor("leaf_weights")?.ok_or_else(|| format_err!("leaf_weights is missing"))?.to_f64s()?;
    ensure!(leaf_targets.len() == leaf_weights.len(), "leaf_targetids and leaf_weights differ in length");
    let mut sets = member_sets::<T>(node)?.into_iter();
    let mut kept = vec![];
    // A leaf may be reached from several nodes: each gets a copy, so that every entry has one parent.
    let mut entries: Vec<Entry<T>> = vec![];
    let mut leaves: Vec<Entry<T>> = vec![];
    for place in 0..count {
        let mut child = |id: i64, is_leaf: bool| -> TractResult<u32> {
            let bound = if is_leaf { leaf_weights.len() } else { count };
            let number = u32::try_from(id).ok().filter(|number| (*number as usize) < bound);
            let number = number.ok_or_else(|| format_err!("a node goes on at {id}, which isn't there"))?;
            if !is_leaf {
                return Ok(number);
            }
            leaves.push(Entry::Leaf { first: number, end: number + 1 });
            Ok((count + leaves.len() - 1) as u32)
        };
        let truth = child(truths[place], true_leafs[place] != 0)?;
        let falsehood = child(falsehoods[place], false_leafs[place] != 0)?;
        let Some(mode) = Mode::of(pick(&MODES, modes[place], "nodes_modes")?)? else { bail!("a node decides nothing") };
        let mut threshold = T::of(splits[place]);
        if mode == Mode::Member {
            threshold = T::of(kept.len() as f64);
            kept.push(sets.next().ok_or_else(|| format_err!("membership_values has too few sets"))?);
        }
        let feature =
            u32::try_from(features[place]).map_err(|_| format_err!("nodes_featureids: {}", features[place]))?;
        let missing_is_true = missing.get(place) == Some(&1);
        entries.push(Entry::Branch { feature, threshold, mode, missing_is_true, truth, falsehood });
    }
    entries.extend(leaves);
    let target = |(target, value): (i64, f64)| Ok(Weight { target: u32::try_from(target)?, value: T::of(value) });
    let weights = leaf_targets.into_iter().zip(leaf_weights).map(target).collect::<TractResult<_>>()?;
    let roots = ints("tree_roots")?.into_iter().map(u32::try_from).collect::<Result<_, _>>()?;
    Ok(Forest { entries, roots, weights, sets: kept })
}

/// The sets, which NaN ends.
fn member_sets<T: Number>(node: &Node) -> TractResult<Vec<Vec<T>>> {
    let Some(values) = node.tensor("membership_values")? else { return Ok(vec![]) };
    let values = values.to_f64s()?;
    let mut sets: Vec<Vec<T>> =
        values.split(|value| value.is_nan()).map(|set| set.iter().map(|value| T::of(*value)).collect()).collect();
    if sets.last().is_some_and(Vec::is_empty) {
        sets.pop();
    }
    Ok(sets)
}
