//! Models that requests are made to.

use std::sync::OnceLock;

use onnxlet::{Error, Model};
use prost::Message;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value as DimValue};
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};

/// A model's ONNX bytes and its card.
pub type Files = (&'static [u8], &'static str);

/// A picture in, ten probabilities out.
pub const DIGITS: Files =
    (include_bytes!("../../models/digits/model.onnx"), include_str!("../../models/digits/card.json"));

/// Four features in, a label and three probabilities out.
pub const IRIS: Files = (include_bytes!("../../models/iris/model.onnx"), include_str!("../../models/iris/card.json"));

/// A model, the same each time.
pub type Held = Result<&'static Model, &'static Error>;

/// [`DIGITS`].
pub fn digits() -> Held {
    static HELD: OnceLock<Result<Model, Error>> = OnceLock::new();
    HELD.get_or_init(|| Model::load(DIGITS.0, Some(DIGITS.1))).as_ref()
}

/// [`IRIS`].
pub fn iris() -> Held {
    static HELD: OnceLock<Result<Model, Error>> = OnceLock::new();
    HELD.get_or_init(|| Model::load(IRIS.0, Some(IRIS.1))).as_ref()
}

/// An input `i1: [N,2]` of each element type that ONNX numbers from 1 to 13, given back as `o1`.
pub fn every_dtype() -> Held {
    static HELD: OnceLock<Result<Model, Error>> = OnceLock::new();
    HELD.get_or_init(|| Model::load(&identities(), None)).as_ref()
}

fn identities() -> Vec<u8> {
    let edges = |prefix: &str| (1..=13).map(|number| edge(&format!("{prefix}{number}"), number)).collect();
    let node = |number: i32| NodeProto {
        op_type: "Identity".into(),
        input: vec![format!("i{number}")],
        output: vec![format!("o{number}")],
        ..Default::default()
    };
    let graph = GraphProto {
        name: "identities".into(),
        node: (1..=13).map(node).collect(),
        input: edges("i"),
        output: edges("o"),
        ..Default::default()
    };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 17 }];
    ModelProto { ir_version: 8, opset_import, graph: Some(graph), ..Default::default() }.encode_to_vec()
}

fn edge(name: &str, elem_type: i32) -> ValueInfoProto {
    let dims = [DimValue::DimParam("N".into()), DimValue::DimValue(2)];
    let dim = dims.map(|value| Dimension { value: Some(value), ..Default::default() }).to_vec();
    let shape = Some(TensorShapeProto { dim });
    let value = Some(type_proto::Value::TensorType(type_proto::Tensor { elem_type, shape }));
    ValueInfoProto { name: name.into(), r#type: Some(TypeProto { value, ..Default::default() }), ..Default::default() }
}
