//! What a model answers, and how it is written as JSON.

use std::sync::Arc;

use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};
use tract_onnx::prelude::{Tensor, f16};

use crate::ranking::Ranked;
use crate::{Dtype, Error, TensorSpec};

/// The answer to one request.
#[derive(Clone, Debug)]
pub struct Prediction {
    pub(crate) outputs: Vec<NamedTensor>,
    pub(crate) tops: Option<Vec<Vec<Ranked>>>,
}

impl Prediction {
    /// The outputs, in the order asked for.
    pub fn outputs(&self) -> &[NamedTensor] {
        &self.outputs
    }

    /// The ranking of the first example, where an output has labels.
    pub fn top(&self) -> Option<&[Ranked]> {
        self.tops()?.first().map(Vec::as_slice)
    }

    /// The ranking of each example of the batch, where an output has labels.
    pub fn tops(&self) -> Option<&[Vec<Ranked>]> {
        self.tops.as_deref()
    }
}

/// One output.
#[derive(Clone, Debug)]
pub struct NamedTensor {
    name: String,
    dtype: Dtype,
    tensor: Arc<Tensor>,
}

/// A tensor's elements, row-major.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Elements<'a> {
    F16(&'a [f16]),
    F32(&'a [f32]),
    F64(&'a [f64]),
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
    U64(&'a [u64]),
    Bool(&'a [bool]),
    Text(&'a [String]),
}

impl NamedTensor {
    /// Names a result; one that tract holds in another form than its ONNX type (shapes) becomes that type.
    pub(crate) fn new(spec: &TensorSpec, tensor: Arc<Tensor>) -> Result<NamedTensor, Error> {
        let wanted = spec.dtype.to_tract();
        let engine = |e| Error::Engine(format!("output {:?}: {e:#}", spec.name));
        let tensor = if tensor.datum_type() == wanted && tensor.is_plain_ram() {
            tensor
        } else {
            Arc::new(tensor.cast_to_dt(wanted).map_err(engine)?.into_owned())
        };
        let named = NamedTensor { name: spec.name.clone(), dtype: spec.dtype, tensor };
        named.view().map_err(engine)?;
        Ok(named)
    }

    /// The name in the model's graph.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The elements' type.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// The dimensions, outermost first.
    pub fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    /// The elements, row-major.
    pub fn elements(&self) -> Elements<'_> {
        // `new` has seen that they can be viewed.
        self.view().unwrap_or(Elements::F32(&[]))
    }

    fn view(&self) -> Result<Elements<'_>, tract_onnx::prelude::TractError> {
        let plain = self.tensor.try_as_plain_ram()?;
        Ok(match self.dtype.carrier() {
            Dtype::Float16 => Elements::F16(plain.as_slice()?),
            Dtype::Float32 => Elements::F32(plain.as_slice()?),
            Dtype::Float64 => Elements::F64(plain.as_slice()?),
            Dtype::Int8 => Elements::I8(plain.as_slice()?),
            Dtype::Int16 => Elements::I16(plain.as_slice()?),
            Dtype::Int32 => Elements::I32(plain.as_slice()?),
            Dtype::Int64 => Elements::I64(plain.as_slice()?),
            Dtype::Uint8 => Elements::U8(plain.as_slice()?),
            Dtype::Uint16 => Elements::U16(plain.as_slice()?),
            Dtype::Uint32 => Elements::U32(plain.as_slice()?),
            Dtype::Uint64 => Elements::U64(plain.as_slice()?),
            Dtype::Bool => Elements::Bool(plain.as_slice()?),
            // A carrier is none of the others.
            _ => Elements::Text(plain.as_slice()?),
        })
    }
}

impl Serialize for Prediction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("outputs", &ByName(&self.outputs))?;
        if let Some(tops) = &self.tops {
            map.serialize_entry("top", tops.first().map_or(&[][..], Vec::as_slice))?;
            map.serialize_entry("tops", tops)?;
        }
        map.end()
    }
}

struct ByName<'a>(&'a [NamedTensor]);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|tensor| (tensor.name(), tensor)))
    }
}

impl Serialize for NamedTensor {
    /// `{"dtype", "shape", "data"}`; NaN and infinities, which JSON lacks, as `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Tensor", 3)?;
        fields.serialize_field("dtype", &self.dtype)?;
        fields.serialize_field("shape", self.shape())?;
        fields.serialize_field("data", &self.elements())?;
        fields.end()
    }
}

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Elements::F16(values) => {
                let mut seq = serializer.serialize_seq(Some(values.len()))?;
                values.iter().try_for_each(|value| seq.serialize_element(&value.to_f32()))?;
                seq.end()
            }
            Elements::F32(values) => values.serialize(serializer),
            Elements::F64(values) => values.serialize(serializer),
            Elements::I8(values) => values.serialize(serializer),
            Elements::I16(values) => values.serialize(serializer),
            Elements::I32(values) => values.serialize(serializer),
            Elements::I64(values) => values.serialize(serializer),
            Elements::U8(values) => values.serialize(serializer),
            Elements::U16(values) => values.serialize(serializer),
            Elements::U32(values) => values.serialize(serializer),
            Elements::U64(values) => values.serialize(serializer),
            Elements::Bool(values) => values.serialize(serializer),
            Elements::Text(values) => values.serialize(serializer),
        }
    }
}
