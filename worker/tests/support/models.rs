//! Models beside digits: made here, of one operator a tensor, or read from `models/`.

use std::sync::OnceLock;

use onnxlet::{Dtype, Error, Model};
use onnxlet_worker::http::{Config, HeldModel, Service};
use prost::Message;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value as DimValue};
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};

type Held = OnceLock<Result<Model, Error>>;

/// Every dtype, in the order of ONNX's numbers.
pub const DTYPES: [Dtype; 13] = [
    Dtype::Float32,
    Dtype::Uint8,
    Dtype::Int8,
    Dtype::Uint16,
    Dtype::Int16,
    Dtype::Int32,
    Dtype::Int64,
    Dtype::String,
    Dtype::Bool,
    Dtype::Float16,
    Dtype::Float64,
    Dtype::Uint32,
    Dtype::Uint64,
];

/// An input `float32: f32[N,2]` of every dtype, each given back as `float32_out`. No card.
pub fn every_dtype() -> Service {
    static HELD: Held = OnceLock::new();
    fn model() -> HeldModel {
        let edges = |suffix: &str| {
            let name = |dtype: &Dtype| format!("{}{suffix}", dtype.name());
            DTYPES.iter().zip(1..).map(|(dtype, number)| edge(&name(dtype), number, &["N", "2"])).collect()
        };
        let node = |dtype: &Dtype| node("Identity", &[dtype.name()], &format!("{}_out", dtype.name()));
        let load = || load(DTYPES.iter().map(node).collect(), edges(""), edges("_out"), None);
        HELD.get_or_init(load).as_ref()
    }
    Service::new(Ok(Config::default()), model)
}

/// `left: f32[N,2]` and `right: f32[N,2]`, given back as `sum: f32[N,2]`. The card has labels for it, and version 2.3.1.
pub fn sum() -> Service {
    static HELD: Held = OnceLock::new();
    fn model() -> HeldModel {
        let card = r#"{"name": "sum", "version": "2.3.1", "outputs": {"sum": {"labels": ["first", "second"]}}}"#;
        let inputs = ["left", "right"].map(|name| edge(name, 1, &["N", "2"])).to_vec();
        let load = || {
            load(vec![node("Add", &["left", "right"], "sum")], inputs, vec![edge("sum", 1, &["N", "2"])], Some(card))
        };
        HELD.get_or_init(load).as_ref()
    }
    Service::new(Ok(Config::default()), model)
}

/// `models/iris`: an input of four features, two outputs.
pub fn iris() -> Service {
    static HELD: Held = OnceLock::new();
    fn model() -> HeldModel {
        let load = || {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/iris");
            let onnx = std::fs::read(folder.join("model.onnx")).expect("the model is there");
            let card = std::fs::read_to_string(folder.join("card.json")).expect("the card is there");
            Model::load(&onnx, Some(&card))
        };
        HELD.get_or_init(load).as_ref()
    }
    Service::new(Ok(Config::default()), model)
}

fn load(
    node: Vec<NodeProto>,
    input: Vec<ValueInfoProto>,
    output: Vec<ValueInfoProto>,
    card: Option<&str>,
) -> Result<Model, Error> {
    let graph = GraphProto { name: "made".into(), node, input, output, ..Default::default() };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 17 }];
    let model = ModelProto { ir_version: 8, opset_import, graph: Some(graph), ..Default::default() };
    Model::load(&model.encode_to_vec(), card)
}

fn node(op_type: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op_type.into(),
        name: output.into(),
        input: inputs.iter().map(|name| name.to_string()).collect(),
        output: vec![output.into()],
        ..Default::default()
    }
}

fn edge(name: &str, elem_type: i32, dims: &[&str]) -> ValueInfoProto {
    let dim = |text: &&str| {
        let value = text.parse().map_or_else(|_| DimValue::DimParam(text.to_string()), DimValue::DimValue);
        Dimension { value: Some(value), ..Default::default() }
    };
    let shape = Some(TensorShapeProto { dim: dims.iter().map(dim).collect() });
    let value = Some(type_proto::Value::TensorType(type_proto::Tensor { elem_type, shape }));
    ValueInfoProto { name: name.into(), r#type: Some(TypeProto { value, ..Default::default() }), ..Default::default() }
}
