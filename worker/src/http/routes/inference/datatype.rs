//! The protocol's names of element types.

use onnxlet::Dtype;
use serde::{Serialize, Serializer};

/// An element type, under the protocol's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Datatype(Dtype);

/// The texts of a string tensor are bytes to the protocol.
pub(super) const BYTES: Datatype = Datatype(Dtype::String);

impl Datatype {
    /// Of a tensor's elements.
    pub(super) fn of(dtype: Dtype) -> Datatype {
        Datatype(dtype.carrier())
    }

    /// `FP32`.
    pub(super) fn name(self) -> &'static str {
        match self.0 {
            Dtype::Bool => "BOOL",
            Dtype::Uint8 => "UINT8",
            Dtype::Uint16 => "UINT16",
            Dtype::Uint32 => "UINT32",
            Dtype::Uint64 => "UINT64",
            Dtype::Int8 => "INT8",
            Dtype::Int16 => "INT16",
            Dtype::Int32 => "INT32",
            Dtype::Int64 => "INT64",
            Dtype::Float16 => "FP16",
            Dtype::Float32 => "FP32",
            Dtype::Float64 => "FP64",
            // A carrier is none of the others.
            _ => "BYTES",
        }
    }

    /// `TYPE_FP32`, as a model configuration has it.
    pub(super) fn config_name(self) -> &'static str {
        match self.0 {
            Dtype::Bool => "TYPE_BOOL",
            Dtype::Uint8 => "TYPE_UINT8",
            Dtype::Uint16 => "TYPE_UINT16",
            Dtype::Uint32 => "TYPE_UINT32",
            Dtype::Uint64 => "TYPE_UINT64",
            Dtype::Int8 => "TYPE_INT8",
            Dtype::Int16 => "TYPE_INT16",
            Dtype::Int32 => "TYPE_INT32",
            Dtype::Int64 => "TYPE_INT64",
            Dtype::Float16 => "TYPE_FP16",
            Dtype::Float32 => "TYPE_FP32",
            Dtype::Float64 => "TYPE_FP64",
            // A carrier is none of the others.
            _ => "TYPE_STRING",
        }
    }
}

impl Serialize for Datatype {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
