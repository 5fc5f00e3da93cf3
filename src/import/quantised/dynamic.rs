//! What a dynamic quantiser writes behind a ConvInteger (Cast, Mul by the scales, Add of the bias, Relu) in one operator, which
//! does the same to each number.

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, NodeProto};

use super::facts::Facts;
use crate::ops::kernels::INTERNAL;

/// The operator in place of a `Mul`, an `Add` or a `Relu` that ends such a row.
pub(super) fn scaled(facts: &Facts, last: &NodeProto) -> Option<NodeProto> {
    let before = |node: &NodeProto, index: usize| facts.only_read_once(node.input.get(index)?);
    let (node, rectifies) = match last.op_type.as_str() {
        "Relu" => (before(last, 0)?, 1),
        _ => (last, 0),
    };
    let (product, bias) = match node.op_type.as_str() {
        "Add" => match (before(node, 0), before(node, 1)) {
            (Some(product), _) if product.op_type == "Mul" => (product, node.input.get(1)?.as_str()),
            (_, Some(product)) => (product, node.input.first()?.as_str()),
            _ => return None,
        },
        _ => (node, ""),
    };
    let cast = before(product, 0)?;
    let casts =
        cast.op_type == "Cast" && cast.attribute.iter().any(|to| to.name == "to" && to.i == DataType::Float as i64);
    let conv = before(cast, 0)?;
    if product.op_type != "Mul" || !casts || conv.op_type != "ConvInteger" {
        return None;
    }
    let mut input = conv.input.clone();
    input.resize(4, String::new());
    input.extend([product.input.get(1)?.clone(), bias.to_owned()]);
    let mut attributes = conv.attribute.clone();
    attributes.push(AttributeProto {
        name: "relu".into(),
        r#type: AttributeType::Int as i32,
        i: rectifies,
        ..AttributeProto::default()
    });
    Some(NodeProto { name: conv.name.clone(), ..super::node(INTERNAL, "ConvScaled", input, attributes) })
}
