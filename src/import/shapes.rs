//! Arithmetic on shapes that a model does in 32 bits (exporters of TensorFlow and Paddle do) is done in 64: only there can tract
//! keep a dimension open. The numbers are the same, as no size comes near the limits of either.

use std::collections::HashSet;

use tract_onnx::pb::{GraphProto, NodeProto, tensor_proto::DataType};

/// Operators whose result has the type of their first input (of all, where they take several numbers).
const SAME_TYPE: [&str; 14] = [
    "Identity",
    "Slice",
    "Gather",
    "Concat",
    "Squeeze",
    "Unsqueeze",
    "Reshape",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Max",
    "Min",
    "ReduceProd",
];
/// Of these, every input has the type of the result.
const ALL_SAME: [&str; 7] = ["Concat", "Add", "Sub", "Mul", "Div", "Max", "Min"];
/// Operators that take indices or sizes of either type behind their first input.
const TAKES_EITHER: [&str; 4] = ["Slice", "Gather", "GatherElements", "GatherND"];

/// Widens each Cast of a shape to int32 whose result nothing needs as int32. Gives their nodes' places.
pub(super) fn widen(graph: &mut GraphProto) -> Vec<usize> {
    let shapes = derived_from_shapes(graph);
    let candidates: Vec<usize> = (0..graph.node.len())
        .filter(|index| {
            let node = &graph.node[*index];
            is_cast_to(node, DataType::Int32) && node.input.first().is_some_and(|input| shapes.contains(input))
        })
        .collect();
    let widened: Vec<usize> = candidates.into_iter().filter(|index| may_widen(graph, &graph.node[*index])).collect();
    cast_to(graph, &widened, DataType::Int64);
    widened
}

/// Undoes [`widen`]: beside 32-bit constants, only tract takes 64 bits.
pub(super) fn narrow(graph: &mut GraphProto, widened: &[usize]) {
    cast_to(graph, widened, DataType::Int32);
}

fn cast_to(graph: &mut GraphProto, nodes: &[usize], dtype: DataType) {
    for &index in nodes {
        for attribute in graph.node[index].attribute.iter_mut().filter(|attribute| attribute.name == "to") {
            attribute.i = dtype as i64;
        }
    }
}

fn is_cast_to(node: &NodeProto, dtype: DataType) -> bool {
    node.op_type == "Cast"
        && node.attribute.iter().any(|attribute| attribute.name == "to" && attribute.i == dtype as i64)
}

/// Names of the tensors that are computed of shapes, and of constants beside them.
fn derived_from_shapes(graph: &GraphProto) -> HashSet<String> {
    let mut constants: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let mut derived = HashSet::new();
    for node in &graph.node {
        let operands =
            if ALL_SAME.contains(&&*node.op_type) { &node.input[..] } else { &node.input[..1.min(node.input.len())] };
        let follows = SAME_TYPE.contains(&&*node.op_type) || node.op_type == "Cast";
        let known = |name: &String| derived.contains(name) || constants.contains(name.as_str());
        if node.op_type == "Constant" || follows && operands.iter().all(|name| constants.contains(name.as_str())) {
            constants.extend(node.output.iter().map(String::as_str));
        } else if matches!(&*node.op_type, "Shape" | "Size") || follows && operands.iter().all(known) {
            derived.extend(node.output.iter().cloned());
        }
    }
    derived
}

/// Whether every use of the node's result leaves it to another Cast, or takes whole numbers of either type.
fn may_widen(graph: &GraphProto, cast: &NodeProto) -> bool {
    let mut pending: Vec<&str> = cast.output.iter().map(String::as_str).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    while let Some(name) = pending.pop() {
        if !seen.insert(name) {
            continue;
        }
        if graph.output.iter().any(|output| output.name == name)
            || graph.node.iter().any(|node| reads_inside(node, name))
        {
            return false;
        }
        for node in &graph.node {
            for (position, _) in node.input.iter().enumerate().filter(|(_, input)| *input == name) {
                let carries = position == 0 || ALL_SAME.contains(&&*node.op_type);
                if node.op_type == "Cast" || !carries && TAKES_EITHER.contains(&&*node.op_type) {
                    continue;
                }
                if !carries || !SAME_TYPE.contains(&&*node.op_type) {
                    return false;
                }
                pending.extend(node.output.iter().map(String::as_str));
            }
        }
    }
    true
}

/// Whether a branch or loop body of the node reads the tensor from outside.
fn reads_inside(node: &NodeProto, name: &str) -> bool {
    let graphs = node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs));
    graphs
        .flat_map(|graph| &graph.node)
        .any(|inner| inner.input.iter().any(|input| input == name) || reads_inside(inner, name))
}
