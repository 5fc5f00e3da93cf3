//! Changes to a graph: its nodes, edges and weights.

use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value as DimValue};
use tract_onnx::pb::{GraphProto, NodeProto, TensorShapeProto, ValueInfoProto, type_proto};

use super::{Dice, attributes, tensors};

pub(super) fn change(graph: &mut GraphProto, dice: &mut Dice) {
    match dice.below(10) {
        0..=4 => change_nodes(&mut graph.node, dice),
        5 | 6 => change_weight(graph, dice),
        7 => change_edge(&mut graph.input, dice),
        8 => rewire(graph, dice),
        _ => match dice.below(3) {
            0 => change_edge(&mut graph.output, dice),
            1 => _ = dice.place(&graph.input).map(|place| graph.input.remove(place)),
            _ => expose(graph, dice),
        },
    }
}

pub(super) fn change_nodes(nodes: &mut Vec<NodeProto>, dice: &mut Dice) {
    let Some(place) = dice.place(nodes) else { return };
    match dice.below(16) {
        0 => _ = nodes.remove(place),
        1 => {
            let other = dice.below(nodes.len());
            nodes.swap(place, other);
        }
        2 => {
            let mut copy = nodes[place].clone();
            copy.output.iter_mut().for_each(|name| name.push('\''));
            nodes.push(copy);
        }
        3 => rename(&mut nodes[place], dice),
        4 => nodes[place].op_type = attributes::operator(dice).into(),
        5 | 6 => {
            // A name that another node reads or makes: a cycle, where it is a later one.
            let names: Vec<String> =
                nodes.iter().flat_map(|node| node.input.iter().chain(&node.output)).cloned().collect();
            let Some(name) = dice.place(&names).map(|place| names[place].clone()) else { return };
            put(&mut nodes[place].input, name, dice);
        }
        7 => put(&mut nodes[place].input, String::new(), dice),
        8 => _ = nodes[place].input.pop(),
        9 => nodes[place].output.push("another".into()),
        10 => {
            let borrowed = nodes[dice.below(nodes.len())].attribute.clone();
            nodes[place].attribute.extend(borrowed);
        }
        _ => attributes::change(&mut nodes[place].attribute, dice),
    }
}

fn rename(node: &mut NodeProto, dice: &mut Dice) {
    node.domain = dice.pick(&["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "made.up"]).to_string();
}

fn put(names: &mut Vec<String>, name: String, dice: &mut Dice) {
    let place = dice.below(names.len() + 1);
    match names.get_mut(place) {
        Some(own) => *own = name,
        None => names.push(name),
    }
}

fn change_weight(graph: &mut GraphProto, dice: &mut Dice) {
    let Some(place) = dice.place(&graph.initializer) else { return };
    match dice.below(8) {
        0 => _ = graph.initializer.remove(place),
        1 => {
            // What was a constant comes with the request.
            let name = graph.initializer.remove(place).name;
            graph.input.push(edge(name, dice));
        }
        _ => tensors::change(&mut graph.initializer[place], dice),
    }
}

/// An initialiser where a node read something else.
fn rewire(graph: &mut GraphProto, dice: &mut Dice) {
    let (Some(weight), Some(node)) = (dice.place(&graph.initializer), dice.place(&graph.node)) else { return };
    let name = graph.initializer[weight].name.clone();
    put(&mut graph.node[node].input, name, dice);
}

/// What stood between nodes becomes an output.
fn expose(graph: &mut GraphProto, dice: &mut Dice) {
    let Some(place) = dice.place(&graph.node) else { return };
    let Some(name) = graph.node[place].output.first().cloned() else { return };
    graph.output.push(edge(name, dice));
}

fn edge(name: String, dice: &mut Dice) -> ValueInfoProto {
    let elem_type = dice.below(17) as i32;
    let shape = Some(TensorShapeProto { dim: vec![dim(dice)] });
    let value = Some(type_proto::Value::TensorType(type_proto::Tensor { elem_type, shape }));
    let r#type = Some(tract_onnx::pb::TypeProto { value, ..Default::default() });
    ValueInfoProto { name, r#type, ..Default::default() }
}

fn dim(dice: &mut Dice) -> Dimension {
    let value = match dice.below(4) {
        0 => DimValue::DimParam(dice.pick(&["N", "M", "N+1", "2*N", "N/0", "", "?", "((((("]).to_string()),
        _ => DimValue::DimValue(dice.size()),
    };
    Dimension { value: Some(value), ..Default::default() }
}

fn change_edge(edges: &mut [ValueInfoProto], dice: &mut Dice) {
    let Some(place) = dice.place(edges) else { return };
    let edge = &mut edges[place];
    let Some(type_proto::Value::TensorType(tensor)) = edge.r#type.as_mut().and_then(|t| t.value.as_mut()) else {
        return;
    };
    match (dice.below(6), &mut tensor.shape) {
        (0, shape) => *shape = None,
        (1, _) => tensor.elem_type = dice.below(24) as i32,
        (2, Some(shape)) => shape.dim.push(dim(dice)),
        (3, Some(shape)) => _ = shape.dim.pop(),
        (_, Some(shape)) => {
            if let Some(place) = dice.place(&shape.dim) {
                shape.dim[place] = dim(dice);
            }
        }
        (_, shape) => *shape = Some(TensorShapeProto { dim: vec![dim(dice), dim(dice)] }),
    }
}
