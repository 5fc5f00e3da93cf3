//! Functions of one number, between bytes: tables of 256, which the kernel makes by the operators as they are written.

use std::collections::{BTreeSet, HashMap};

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

/// What makes bytes of other bytes, one by one.
pub(super) struct Function {
    /// What it is a function of, and the dtype of that.
    of: String,
    dtype: i32,
    /// The least number of axes of the result.
    rank: usize,
    /// In the order in which they are run.
    nodes: Vec<NodeProto>,
}

/// The functions so far, by the bytes that they make.
pub(super) type Functions = HashMap<String, Function>;

/// A node that looks its bytes up; the graph in its attribute says what for. What is a function of a function is one itself, and so
/// is what is made of several functions of the same bytes.
pub(super) fn table(
    facts: &Facts,
    functions: &mut Functions,
    inner: &NodeProto,
    quantise: &NodeProto,
    opset: i64,
) -> Option<NodeProto> {
    if !EACH.contains(&inner.op_type.as_str()) {
        return None;
    }
    let one = |name: &str| facts.constant(name).filter(|tensor| tensor.dims.iter().all(|size| *size == 1));
    let mut nodes: Vec<NodeProto> = vec![];
    let mut data: Option<(&str, i32)> = None;
    let mut rank = 0;
    for name in inner.input.iter().filter(|name| !name.is_empty()) {
        if let Some(constant) = one(name) {
            rank = rank.max(constant.dims.len());
            continue;
        }
        let bytes = facts.dequantised(name)?.by_tensor()?;
        if let Some(constant) = one(bytes.data) {
            rank = rank.max(constant.dims.len());
        } else {
            let before = functions.get(bytes.data);
            let of = match before {
                Some(function) => (function.of.as_str(), function.dtype),
                None => (bytes.data, facts.constant(bytes.zero)?.data_type),
            };
            if facts.is_constant(of.0) || data.is_some_and(|data| data != of) {
                return None;
            }
            data = Some(of);
            rank = rank.max(before.map_or(0, |function| function.rank));
            let before = before.map_or(&[][..], |function| &function.nodes);
            nodes.extend(before.iter().filter(|node| !nodes.contains(node)).cloned().collect::<Vec<_>>());
        }
        let maker = facts.maker(name)?;
        if !nodes.contains(maker) {
            nodes.push(maker.clone());
        }
    }
    let (data, dtype) = data?;
    let data = &data.to_owned();
    nodes.extend([inner.clone(), quantise.clone()]);
    let function = Function { of: data.clone(), dtype, rank, nodes: nodes.clone() };
    functions.insert(quantise.output.first()?.clone(), function);
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
    let attributes = vec![graph, number("opset", opset), number("dtype", dtype.into()), number("rank", rank as i64)];
    Some(super::node(INTERNAL, "Table", vec![data.clone()], attributes))
}
