//! `GET /v1/models/{model}/metadata`: the signature, as TensorFlow writes one.

use onnxlet::{Dim, Dtype, TensorSpec};
use serde::{Serialize, Serializer};

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::super::render;
use super::super::address;
use super::SIGNATURE;

#[derive(Serialize)]
struct Document<'a> {
    model_spec: ModelSpec<'a>,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct ModelSpec<'a> {
    name: &'a str,
    signature_name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    signature_def: Definitions<'a>,
}

#[derive(Serialize)]
struct Definitions<'a> {
    signature_def: Signatures<'a>,
}

/// Its field is [`SIGNATURE`].
#[derive(Serialize)]
struct Signatures<'a> {
    serving_default: Signature<'a>,
}

#[derive(Serialize)]
struct Signature<'a> {
    inputs: Tensors<'a>,
    outputs: Tensors<'a>,
    method_name: &'static str,
}

struct Tensors<'a>(&'a [TensorSpec]);

#[derive(Serialize)]
struct Tensor<'a> {
    dtype: &'static str,
    tensor_shape: Shape<'a>,
    name: &'a str,
}

#[derive(Serialize)]
struct Shape<'a> {
    dim: Vec<Size<'a>>,
    unknown_rank: bool,
}

#[derive(Serialize)]
struct Size<'a> {
    /// A number in quotes, as protobuf's JSON has those of 64 bits.
    size: String,
    name: &'a str,
}

impl Serialize for Tensors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|spec| (&spec.name, tensor(spec))))
    }
}

fn tensor(spec: &TensorSpec) -> Tensor<'_> {
    let size = |dim| match dim {
        &Dim::Fixed(size) => Size { size: size.to_string(), name: "" },
        Dim::Symbol(name) => Size { size: "-1".into(), name },
    };
    let dim = spec.dims().iter().map(size).collect();
    let tensor_shape = Shape { dim, unknown_rank: spec.shape.is_none() };
    Tensor { dtype: dtype(spec.dtype), tensor_shape, name: &spec.name }
}

/// TensorFlow's name of an element type.
fn dtype(dtype: Dtype) -> &'static str {
    match dtype.carrier() {
        Dtype::Float16 => "DT_HALF",
        Dtype::Float32 => "DT_FLOAT",
        Dtype::Float64 => "DT_DOUBLE",
        Dtype::Int8 => "DT_INT8",
        Dtype::Int16 => "DT_INT16",
        Dtype::Int32 => "DT_INT32",
        Dtype::Int64 => "DT_INT64",
        Dtype::Uint8 => "DT_UINT8",
        Dtype::Uint16 => "DT_UINT16",
        Dtype::Uint32 => "DT_UINT32",
        Dtype::Uint64 => "DT_UINT64",
        Dtype::Bool => "DT_BOOL",
        // A carrier is none of the others.
        _ => "DT_STRING",
    }
}

pub(super) fn show(call: &Call) -> Answered {
    let model = address::model(call)?;
    let (card, signature) = (model.card(), model.signature());
    let serving_default = Signature {
        inputs: Tensors(&signature.inputs),
        outputs: Tensors(&signature.outputs),
        method_name: "tensorflow/serving/predict",
    };
    let signature_def = Definitions { signature_def: Signatures { serving_default } };
    render::json(&Document {
        model_spec: ModelSpec { name: &card.name, signature_name: SIGNATURE, version: &card.version },
        metadata: Metadata { signature_def },
    })
}
