//! The attributes of TreeEnsembleClassifier and TreeEnsembleRegressor → trees.

use std::collections::{HashMap, HashSet};

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::forest::{Entry, Forest, Mode, Number, Weight};
use crate::eager::node::Node;

/// Reads the trees; `leaf` is what the attributes of leaves begin with: `class` or `target`.
///
/// # Errors
/// The attribute that is missing, too short, or wrong.
pub(super) fn forest<T: Number>(node: &Node, leaf: &str) -> TractResult<Forest<T>> {
    let ints = |name: &str| node.ints(name).ok_or_else(|| format_err!("{name} is missing"));
    let (trees, ids) = (ints("nodes_treeids")?, ints("nodes_nodeids")?);
    let count = ids.len();
    let modes = node.texts("nodes_modes")?.unwrap_or_default();
    let features = ints("nodes_featureids")?;
    let values = numbers(node, "nodes_values")?;
    let (truths, falsehoods) = (ints("nodes_truenodeids")?, ints("nodes_falsenodeids")?);
    let missing = node.ints("nodes_missing_value_tracks_true").unwrap_or_default();
    for (name, length) in [
        ("nodes_treeids", trees.len()),
        ("nodes_modes", modes.len()),
        ("nodes_featureids", features.len()),
        ("nodes_values", values.len()),
        ("nodes_truenodeids", truths.len()),
        ("nodes_falsenodeids", falsehoods.len()),
    ] {
        ensure!(length == count, "{name} has {length} entries, nodes_nodeids {count}");
    }
    let keys = trees.iter().zip(&ids).enumerate().map(|(place, (tree, id))| ((*tree, *id), place as u32));
    let places: HashMap<(i64, i64), u32> = keys.collect();
    ensure!(places.len() == count, "a node is there twice");
    let (weights, ranges) = weights::<T>(node, leaf, &places, count)?;
    let mut entries = Vec::with_capacity(count);
    let mut is_child = vec![false; count];
    for place in 0..count {
        let Some(mode) = Mode::of(&modes[place])? else {
            let (first, end) = ranges[place];
            entries.push(Entry::Leaf { first, end });
            continue;
        };
        let child = |id: i64| {
            let child = places.get(&(trees[place], id)).copied();
            child.ok_or_else(|| {
                format_err!("node {} of tree {} goes on at {id}, which isn't there", ids[place], trees[place])
            })
        };
        let (truth, falsehood) = (child(truths[place])?, child(falsehoods[place])?);
        is_child[truth as usize] = true;
        is_child[falsehood as usize] = true;
        let feature =
            u32::try_from(features[place]).map_err(|_| format_err!("nodes_featureids: {}", features[place]))?;
        let missing_is_true = missing.get(place) == Some(&1);
        entries.push(Entry::Branch {
            feature,
            threshold: T::of(values[place]),
            mode,
            missing_is_true,
            truth,
            falsehood,
        });
    }
    let roots: Vec<u32> = (0..count as u32).filter(|place| !is_child[*place as usize]).collect();
    let rooted: HashSet<i64> = roots.iter().map(|root| trees[*root as usize]).collect();
    ensure!(rooted.len() == roots.len(), "a tree has several roots");
    Ok(Forest { entries, roots, weights, sets: vec![] })
}

/// An attribute of floats, or its double: `…_as_tensor`.
///
/// # Errors
/// For a tensor that can't be read.
pub(super) fn numbers(node: &Node, name: &str) -> TractResult<Vec<f64>> {
    if let Some(tensor) = node.tensor(&format!("{name}_as_tensor"))? {
        return tensor.to_f64s();
    }
    Ok(node.floats(name).unwrap_or_default().into_iter().map(f64::from).collect())
}

/// The weights in the order of their nodes, and each node's range of them.
type Weights<T> = (Vec<Weight<T>>, Vec<(u32, u32)>);

fn weights<T: Number>(
    node: &Node,
    leaf: &str,
    places: &HashMap<(i64, i64), u32>,
    count: usize,
) -> TractResult<Weights<T>> {
    let ints = |name: &str| node.ints(&format!("{leaf}_{name}")).unwrap_or_default();
    let (trees, nodes, targets) = (ints("treeids"), ints("nodeids"), ints("ids"));
    let values = numbers(node, &format!("{leaf}_weights"))?;
    let same = trees.len() == values.len() && nodes.len() == values.len() && targets.len() == values.len();
    ensure!(same, "{leaf}_treeids, {leaf}_nodeids, {leaf}_ids and {leaf}_weights differ in length");
    let mut of_node: Vec<Vec<Weight<T>>> = vec![vec![]; count];
    for (index, value) in values.iter().enumerate() {
        let place = places.get(&(trees[index], nodes[index]));
        let place = place.ok_or_else(|| format_err!("{leaf}_nodeids: there is no node {}", nodes[index]))?;
        let target = u32::try_from(targets[index]).map_err(|_| format_err!("{leaf}_ids: {}", targets[index]))?;
        of_node[*place as usize].push(Weight { target, value: T::of(*value) });
    }
    let mut ranges = vec![];
    let mut all = Vec::with_capacity(values.len());
    for weights in of_node {
        let first = all.len() as u32;
        all.extend(weights);
        ranges.push((first, all.len() as u32));
    }
    Ok((all, ranges))
}
