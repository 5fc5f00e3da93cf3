//! Whether every operator of a graph can be run faithfully.

use std::collections::BTreeMap;

use tract_onnx::pb::{GraphProto, NodeProto};

use crate::Error;
use crate::ops::{self, kernels};

/// Operator domains whose names mean what the engine takes them to mean.
const DOMAINS: [&str; 4] = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

/// What can run a model's operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// tract has them all, and answers rightly.
    Tract,
    /// Those that tract lacks are quantised ones, which plans can have: if all goes well, it is a network.
    Quantised,
    /// Some are ours only.
    Eager,
}

impl Runner {
    /// tract only where both are.
    pub(super) fn or(self, other: Runner) -> Runner {
        if self == Runner::Tract { other } else { self }
    }
}

/// Operators that hold graphs, which `eager` runs itself.
const CONTROL: [&str; 5] = ["If", "Loop", "Scan", "SequenceMap", "FlexAttention"];

/// Operators that give other numbers at each call, which a prediction must not.
const RANDOM: [&str; 6] =
    ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"];

/// Checks every node, also of subgraphs.
///
/// # Errors
/// [`Error::Model`] listing each absent operator and a node that uses it.
pub(super) fn check(graph: &GraphProto) -> Result<Runner, Error> {
    let known = ops::register();
    let mut runner = Runner::Tract;
    let mut random = None;
    let mut absent: BTreeMap<String, String> = BTreeMap::new();
    each_node(graph, &mut |node| {
        let name = if node.name.is_empty() { node.output.first().cloned() } else { Some(node.name.clone()) };
        let place = name.unwrap_or_default();
        if RANDOM.contains(&node.op_type.as_str()) {
            random.get_or_insert_with(|| format!("{} (node {place:?})", node.op_type));
        }
        // tract finds ONNX's operators by their names, whatever the domain.
        let other = match node.domain.as_str() {
            "ai.onnx.ml" => true,
            "com.microsoft" => kernels::replaces_tracts("", &node.op_type),
            _ => false,
        };
        let in_tract = DOMAINS.contains(&node.domain.as_str()) && known.0.contains_key(&node.op_type) && !other;
        if !in_tract || kernels::replaces_tracts(&node.domain, &node.op_type) || kernels::is_misread(node) {
            runner = Runner::Eager;
        }
        let is_ours = node.domain != kernels::INTERNAL && kernels::find(&node.domain, &node.op_type).is_some();
        if !in_tract && !is_ours && !CONTROL.contains(&node.op_type.as_str()) {
            let name = match DOMAINS.contains(&node.domain.as_str()) {
                true => node.op_type.clone(),
                false => format!("{}.{}", node.domain, node.op_type),
            };
            absent.entry(name).or_insert(place);
        }
    });
    if let Some(node) = random {
        let reason = "it gives other numbers at each call, and the same input must give the same answer";
        return Err(Error::Model(format!("unsupported operators: {node}: {reason}")));
    }
    if !absent.is_empty() {
        let each: Vec<String> = absent.iter().map(|(op, node)| format!("{op} (node {node:?})")).collect();
        return Err(Error::Model(format!("unsupported operators: {}", each.join(", "))));
    }
    Ok(runner)
}

/// Whether plans can have every node, once `quantised` has put operators on bytes in place of others.
pub(super) fn are_in_plans(graph: &GraphProto) -> bool {
    let known = ops::register();
    let holds_graphs = |node: &NodeProto| node.attribute.iter().any(|attribute| attribute.g.is_some());
    let in_tract = |node: &NodeProto| {
        let is_own = ["", "ai.onnx"].contains(&node.domain.as_str());
        is_own && known.0.contains_key(&node.op_type) && !kernels::replaces_tracts(&node.domain, &node.op_type)
    };
    let fits = |node: &NodeProto| in_tract(node) && !kernels::is_misread(node) && !holds_graphs(node);
    graph.node.iter().all(|node| ops::quantised::knows(node) || fits(node))
        && graph.node.iter().any(ops::quantised::knows)
}

fn each_node(graph: &GraphProto, visit: &mut impl FnMut(&NodeProto)) {
    for node in &graph.node {
        visit(node);
        for attribute in &node.attribute {
            attribute.g.iter().chain(&attribute.graphs).for_each(|inner| each_node(inner, &mut *visit));
        }
    }
}
