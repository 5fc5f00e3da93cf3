//! `GET /v2/models/{model}`, `…/ready` and `…/config`: what the model is, and takes, and gives.

use onnxlet::{Dim, TensorSpec};
use serde::Serialize;

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::super::render;
use super::super::address;
use super::datatype::Datatype;
use super::server;

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
    versions: [&'a str; 1],
    platform: &'static str,
    inputs: Vec<Tensor<'a>>,
    outputs: Vec<Tensor<'a>>,
}

#[derive(Serialize)]
struct Tensor<'a> {
    name: &'a str,
    datatype: Datatype,
    shape: Vec<i64>,
}

#[derive(Serialize)]
struct Ready<'a> {
    name: &'a str,
    ready: bool,
}

/// Triton's model configuration, as far as it says anything here.
#[derive(Serialize)]
struct Config<'a> {
    name: &'a str,
    platform: &'static str,
    backend: &'static str,
    /// 0: the shapes hold the batch.
    max_batch_size: u32,
    input: Vec<ConfiguredTensor<'a>>,
    output: Vec<ConfiguredTensor<'a>>,
}

#[derive(Serialize)]
struct ConfiguredTensor<'a> {
    name: &'a str,
    data_type: &'static str,
    dims: Vec<i64>,
}

/// The protocol's name for ONNX files.
const PLATFORM: &str = "onnx_onnxv1";

/// Names, datatypes and shapes.
pub(super) fn show(call: &Call) -> Answered {
    let model = address::model(call)?;
    let (card, signature) = (model.card(), model.signature());
    let tensors = |specs: &'static [TensorSpec]| {
        let tensor = |spec: &'static TensorSpec| Tensor {
            name: &spec.name,
            datatype: Datatype::of(spec.dtype),
            shape: shape(spec),
        };
        specs.iter().map(tensor).collect()
    };
    render::json(&Metadata {
        name: &card.name,
        versions: [&card.version],
        platform: PLATFORM,
        inputs: tensors(&signature.inputs),
        outputs: tensors(&signature.outputs),
    })
}

/// The model can predict.
pub(super) fn ready(call: &Call) -> Answered {
    server::check(call)?;
    let model = address::model(call)?;
    render::json(&Ready { name: &model.card().name, ready: true })
}

/// The model as Triton would configure it.
pub(super) fn config(call: &Call) -> Answered {
    let model = address::model(call)?;
    let tensors = |specs: &'static [TensorSpec]| {
        let tensor = |spec: &'static TensorSpec| ConfiguredTensor {
            name: &spec.name,
            data_type: Datatype::of(spec.dtype).config_name(),
            dims: shape(spec),
        };
        specs.iter().map(tensor).collect()
    };
    render::json(&Config {
        name: &model.card().name,
        platform: PLATFORM,
        backend: "onnxlet",
        max_batch_size: 0,
        input: tensors(&model.signature().inputs),
        output: tensors(&model.signature().outputs),
    })
}

/// The sizes, −1 where they are open. The protocol can't say that even their number is: that is one open size here.
fn shape(spec: &TensorSpec) -> Vec<i64> {
    let size = |dim: &Dim| match dim {
        Dim::Fixed(size) => i64::try_from(*size).unwrap_or(-1),
        Dim::Symbol(_) => -1,
    };
    spec.shape.as_ref().map_or_else(|| vec![-1], |dims| dims.iter().map(size).collect())
}
