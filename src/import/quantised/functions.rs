//! Functions of one number, between bytes: tables of 256, which the kernel makes by the operators as they are written.

use std::collections::BTreeSet;

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto};

use super::facts::Facts;
use crate::ops::kernels::INTERNAL;

/// Functions of each number on its own; of the others' numbers, too, where these are single constants.
const EACH: [&str; 24] = [
    "Abs",
    "Add",
    "Clip",
    "Div",
    "Elu",
    "Erf",
    "Exp",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "LeakyRelu",
    "Max",
    "Min",
    "Mish",
    "Mul",
    "Neg",
    "Pow",
    "Relu",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Sub",
    "Tanh",
];

/// A node that looks its bytes up; the graph in its attribute says what for.
pub(super) fn table(facts: &Facts, inner: &NodeProto, quantise: &NodeProto, opset: i64) -> Option<NodeProto> {
    if !EACH.contains(&inner.op_type.as_str()) {
        return None;
    }
    let mut nodes = vec![];
    let mut data = None;
    for name in inner.input.iter().filter(|name| !name.is_empty()) {
        if facts.constant(name).is_some_and(|tensor| tensor.dims.iter().all(|size| *size == 1)) {
            continue;
        }
        let bytes = facts.dequantised(name)?.by_tensor()?;
        match facts.constant(bytes.data) {
            Some(tensor) if tensor.dims.iter().all(|size| *size == 1) => {}
            Some(_) => return None,
            None if data.is_some_and(|(data, _)| data != bytes.data) => return None,
            None => data = Some((bytes.data, facts.constant(bytes.zero)?.data_type)),
        }
        let maker = facts.maker(name)?;
        if !nodes.contains(maker) {
            nodes.push(maker.clone());
        }
    }
    let (data, dtype) = data?;
    // In the order in which they are run.
    nodes.extend([inner.clone(), quantise.clone()]);
    let names: BTreeSet<&String> = nodes.iter().flat_map(|node| &node.input).collect();
    let constant = |name: &String| Some(TensorProto { name: name.clone(), ..facts.constant(name)?.clone() });
    let initializer = names.into_iter().filter_map(constant).collect();
    let named = |name: &str| vec![ValueInfoProto { name: name.into(), ..ValueInfoProto::default() }];
    let output = named(quantise.output.first()?);
    let graph = GraphProto { input: named(data), node: nodes, initializer, output, ..GraphProto::default() };
    let graph = AttributeProto {
        name: "function".into(),
        r#type: AttributeType::Graph as i32,
        g: Some(graph),
        ..AttributeProto::default()
    };
    let number = |name: &str, i: i64| AttributeProto {
        name: name.into(),
        r#type: AttributeType::Int as i32,
        i,
        ..AttributeProto::default()
    };
    let attributes = vec![graph, number("opset", opset), number("dtype", dtype.into())];
    Some(super::node(INTERNAL, "Table", vec![data.into()], attributes))
}
