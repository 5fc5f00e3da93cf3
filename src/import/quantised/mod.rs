//! A network between QuantizeLinear and DequantizeLinear (QDQ) is written in floats, and meant in bytes. Here the operators between
//! become those on bytes: convolutions and products add up whole numbers, which is exact where floats round, and differs from
//! what is written by a byte's last bit at most; functions of one number become tables, and what only moves numbers moves bytes.

mod dynamic;
mod facts;
mod functions;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto};

use crate::ops::kernels::INTERNAL;
use facts::{Bytes, Facts};
use functions::Functions;

/// Operators that only move numbers, or choose among them.
const MOVES: [&str; 7] = ["Flatten", "Identity", "MaxPool", "Reshape", "Squeeze", "Transpose", "Unsqueeze"];

/// Puts operators on bytes in place of those between DequantizeLinear and QuantizeLinear. `opset` is ONNX's own.
pub(super) fn fuse(graph: &mut GraphProto, opset: i64) {
    let facts = Facts::of(graph);
    let mut functions = Functions::new();
    let mut replaced: HashMap<usize, NodeProto> = HashMap::new();
    let nodes = graph.node.iter().enumerate().filter(|(_, node)| facts::is_onnx(node));
    for (index, node) in nodes {
        let made = match node.op_type.as_str() {
            "QuantizeLinear" => between(&facts, &mut functions, node, opset),
            "Relu" | "Add" | "Mul" => dynamic::scaled(&facts, node),
            _ => None,
        };
        if let Some(made) = made {
            replaced.insert(index, NodeProto { output: node.output.clone(), ..made });
        }
    }
    if replaced.is_empty() {
        return;
    }
    for (index, node) in replaced {
        graph.node[index] = node;
    }
    facts::drop_unread(graph);
}

/// The operator on bytes in place of a QuantizeLinear and what is before it.
fn between(facts: &Facts, functions: &mut Functions, quantise: &NodeProto, opset: i64) -> Option<NodeProto> {
    let result = facts.quantised(quantise)?;
    let inner = facts.only_read_once(quantise.input.first()?).filter(|inner| facts::is_onnx(inner))?;
    let made = match inner.op_type.as_str() {
        "Conv" => convolution(facts, inner, &result),
        "Gemm" => gemm(facts, inner, &result),
        "MatMul" => product(facts, inner, &result),
        kind if MOVES.contains(&kind) => moved(facts, inner, &result),
        kind => {
            let table = functions::table(facts, functions, inner, quantise, opset);
            table.or_else(|| if ["Add", "Mul"].contains(&kind) { pairwise(facts, inner, &result) } else { None })
        }
    };
    Some(NodeProto { name: inner.name.clone(), ..made? })
}

fn node(domain: &str, operator: &str, input: Vec<String>, attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto { domain: domain.into(), op_type: operator.into(), input, attribute, ..NodeProto::default() }
}

/// A tensor's name, its scale's and its zero point's.
fn triple(bytes: &Bytes) -> [String; 3] {
    [&bytes.data, &bytes.scale, &bytes.zero].map(|name| String::from(*name))
}

fn convolution(facts: &Facts, conv: &NodeProto, result: &Bytes) -> Option<NodeProto> {
    let x = facts.dequantised(conv.input.first()?)?.by_tensor()?;
    let weights = facts.dequantised(conv.input.get(1)?)?.by_axis(0)?;
    let mut input = [triple(&x), triple(&weights)].concat();
    input.extend([result.scale.into(), result.zero.into()]);
    if let Some(bias) = facts::given(conv, 2) {
        input.push(facts.bias(bias, &x, &weights)?.into());
    }
    Some(node("", "QLinearConv", input, conv.attribute.clone()))
}

fn gemm(facts: &Facts, gemm: &NodeProto, result: &Bytes) -> Option<NodeProto> {
    let attribute = |name: &str| gemm.attribute.iter().find(|attribute| attribute.name == name);
    let is_one = |name: &str| attribute(name).is_none_or(|attribute| attribute.f == 1.0);
    if !is_one("alpha") || !is_one("beta") {
        return None;
    }
    let transposed = attribute("transB").is_some_and(|attribute| attribute.i != 0);
    let x = facts.dequantised(gemm.input.first()?)?.by_tensor()?;
    let weights = facts.dequantised(gemm.input.get(1)?)?.by_axis(if transposed { 0 } else { 1 })?;
    let mut input = [triple(&x), triple(&weights)].concat();
    input.push(match facts::given(gemm, 2) {
        Some(bias) => facts.bias(bias, &x, &weights)?.into(),
        None => String::new(),
    });
    input.extend([result.scale.into(), result.zero.into()]);
    let attributes = gemm.attribute.iter().filter(|attribute| attribute.name.starts_with("trans"));
    Some(node("com.microsoft", "QGemm", input, attributes.cloned().collect()))
}

fn product(facts: &Facts, product: &NodeProto, result: &Bytes) -> Option<NodeProto> {
    let [a, b] = [0, 1].map(|index| facts.dequantised(product.input.get(index)?)?.by_tensor());
    let mut input = [triple(&a?), triple(&b?)].concat();
    input.extend([result.scale.into(), result.zero.into()]);
    Some(node("", "QLinearMatMul", input, vec![]))
}

/// A sum or product of two tensors, in the same floats as it is written.
fn pairwise(facts: &Facts, inner: &NodeProto, result: &Bytes) -> Option<NodeProto> {
    let [a, b] = [0, 1].map(|index| facts.dequantised(inner.input.get(index)?)?.by_tensor());
    let (a, b) = (a?, b?);
    if facts.is_constant(a.data) || facts.is_constant(b.data) {
        return None;
    }
    let mut input = [triple(&a), triple(&b)].concat();
    input.extend([result.scale.into(), result.zero.into()]);
    Some(node(INTERNAL, &inner.op_type, input, vec![]))
}

/// The same operator on bytes, where these mean the same before and after.
fn moved(facts: &Facts, inner: &NodeProto, result: &Bytes) -> Option<NodeProto> {
    let x = facts.dequantised(inner.input.first()?)?.by_tensor()?;
    if inner.output.len() != 1 || !facts.are_equal(x.scale, result.scale) || !facts.are_equal(x.zero, result.zero) {
        return None;
    }
    let mut made = inner.clone();
    made.input[0] = x.data.into();
    Some(made)
}
