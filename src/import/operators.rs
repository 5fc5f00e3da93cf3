//! Whether every operator of a graph can be run faithfully.

use std::collections::BTreeMap;

use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

use crate::Error;
use crate::ops;

/// Operator domains whose names mean what the engine takes them to mean.
const DOMAINS: [&str; 4] = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

/// Checks every node, also of subgraphs.
///
/// # Errors
/// [`Error::Model`] listing each absent operator and a node that uses it.
pub(super) fn check(proto: &ModelProto, graph: &GraphProto) -> Result<(), Error> {
    let known = ops::register();
    if let Some(function) = proto.functions.first() {
        let name = function.name.as_deref().unwrap_or_default();
        return Err(Error::Model(format!("the model defines functions of its own ({name}), which are not supported")));
    }
    let mut absent: BTreeMap<String, String> = BTreeMap::new();
    each_node(graph, &mut |node| {
        let name = if node.name.is_empty() { node.output.first().cloned() } else { Some(node.name.clone()) };
        let place = name.unwrap_or_default();
        if !DOMAINS.contains(&node.domain.as_str()) {
            absent.entry(format!("{}.{}", node.domain, node.op_type)).or_insert(place);
        } else if !known.0.contains_key(&node.op_type) {
            absent.entry(node.op_type.clone()).or_insert(place);
        }
    });
    if !absent.is_empty() {
        let each: Vec<String> = absent.iter().map(|(op, node)| format!("{op} (node {node:?})")).collect();
        return Err(Error::Model(format!("unsupported operators: {}", each.join(", "))));
    }
    let mut wrong = None;
    each_node(graph, &mut |node| wrong = wrong.take().or_else(|| unfaithful(node)));
    wrong.map_or(Ok(()), |reason| Err(Error::Model(reason)))
}

fn each_node(graph: &GraphProto, visit: &mut impl FnMut(&NodeProto)) {
    for node in &graph.node {
        visit(node);
        for attribute in &node.attribute {
            attribute.g.iter().chain(&attribute.graphs).for_each(|inner| each_node(inner, &mut *visit));
        }
    }
}

/// Operators that the engine has, but would answer wrongly in this form.
fn unfaithful(node: &NodeProto) -> Option<String> {
    let labels = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
    let ints = labels("classlabels_int64s").map_or(0, |attribute| attribute.ints.len());
    let texts = labels("classlabels_strings").map_or(0, |attribute| attribute.strings.len());
    if node.op_type == "TreeEnsembleClassifier" && ints + texts <= 2 {
        return Some(format!(
            "unsupported operators: TreeEnsembleClassifier (node {:?}) with two classes: the engine would give a wrong label",
            node.name
        ));
    }
    None
}
