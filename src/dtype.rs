//! The element types that models use at their edges.

use serde::{Serialize, Serializer};
use tract_onnx::prelude::DatumType;
use tract_onnx::tract_hir::internal::Datum;

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// IEEE binary32.
    Float32,
    /// Unsigned, 8 bits.
    Uint8,
    /// Signed, 8 bits.
    Int8,
    /// Unsigned, 16 bits.
    Uint16,
    /// Signed, 16 bits.
    Int16,
    /// Signed, 32 bits.
    Int32,
    /// Signed, 64 bits.
    Int64,
    /// UTF-8 text.
    String,
    /// True or false.
    Bool,
    /// IEEE binary16.
    Float16,
    /// IEEE binary64.
    Float64,
    /// Unsigned, 32 bits.
    Uint32,
    /// Unsigned, 64 bits.
    Uint64,
    /// The upper half of a binary32.
    Bfloat16,
    /// 8 bits: 4 of exponent, 3 of fraction; no infinities.
    Float8e4m3fn,
    /// As [`Dtype::Float8e4m3fn`] with another bias, one zero and one NaN.
    Float8e4m3fnuz,
    /// 8 bits: 5 of exponent, 2 of fraction.
    Float8e5m2,
    /// As [`Dtype::Float8e5m2`] with another bias, one zero, one NaN and no infinities.
    Float8e5m2fnuz,
    /// Unsigned, 4 bits.
    Uint4,
    /// Signed, 4 bits.
    Int4,
    /// 4 bits: 2 of exponent, 1 of fraction.
    Float4e2m1,
    /// 8 bits of exponent: powers of two.
    Float8e8m0,
    /// Unsigned, 2 bits.
    Uint2,
    /// Signed, 2 bits.
    Int2,
}

/// Each dtype's name, its short form in messages, and its number in `onnx.TensorProto.DataType`; in the enum's order.
const TABLE: [(Dtype, &str, &str, i32); 24] = [
    (Dtype::Float32, "float32", "f32", 1),
    (Dtype::Uint8, "uint8", "u8", 2),
    (Dtype::Int8, "int8", "i8", 3),
    (Dtype::Uint16, "uint16", "u16", 4),
    (Dtype::Int16, "int16", "i16", 5),
    (Dtype::Int32, "int32", "i32", 6),
    (Dtype::Int64, "int64", "i64", 7),
    (Dtype::String, "string", "string", 8),
    (Dtype::Bool, "bool", "bool", 9),
    (Dtype::Float16, "float16", "f16", 10),
    (Dtype::Float64, "float64", "f64", 11),
    (Dtype::Uint32, "uint32", "u32", 12),
    (Dtype::Uint64, "uint64", "u64", 13),
    (Dtype::Bfloat16, "bfloat16", "bf16", 16),
    (Dtype::Float8e4m3fn, "float8e4m3fn", "f8e4m3fn", 17),
    (Dtype::Float8e4m3fnuz, "float8e4m3fnuz", "f8e4m3fnuz", 18),
    (Dtype::Float8e5m2, "float8e5m2", "f8e5m2", 19),
    (Dtype::Float8e5m2fnuz, "float8e5m2fnuz", "f8e5m2fnuz", 20),
    (Dtype::Uint4, "uint4", "u4", 21),
    (Dtype::Int4, "int4", "i4", 22),
    (Dtype::Float4e2m1, "float4e2m1", "f4e2m1", 23),
    (Dtype::Float8e8m0, "float8e8m0", "f8e8m0", 24),
    (Dtype::Uint2, "uint2", "u2", 25),
    (Dtype::Int2, "int2", "i2", 26),
];

impl Dtype {
    /// The name as numpy writes it: `float32`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The short name of messages: `f32`.
    pub fn short(self) -> &'static str {
        self.row().2
    }

    /// The dtype of that `name`.
    pub fn from_name(name: &str) -> Option<Dtype> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The dtype of `onnx.TensorProto.DataType`'s `number`.
    pub(crate) fn from_onnx(number: i32) -> Option<Dtype> {
        TABLE.iter().find(|row| row.3 == number).map(|row| row.0)
    }

    /// Its number in `onnx.TensorProto.DataType`.
    pub(crate) fn to_onnx(self) -> i32 {
        self.row().3
    }

    /// Whether its elements are floats.
    pub fn is_float(self) -> bool {
        matches!(self.carrier(), Dtype::Float16 | Dtype::Float32 | Dtype::Float64)
    }

    /// The dtype in which its elements come and go: itself, or a wider one where neither JavaScript nor Rust has it.
    pub fn carrier(self) -> Dtype {
        use Dtype::*;
        match self {
            Bfloat16 | Float8e4m3fn | Float8e4m3fnuz | Float8e5m2 | Float8e5m2fnuz | Float4e2m1 | Float8e8m0 => Float32,
            Uint4 | Uint2 => Uint8,
            Int4 | Int2 => Int8,
            own => own,
        }
    }

    /// The type of tract's that holds its elements.
    pub(crate) fn to_tract(self) -> DatumType {
        match self.carrier() {
            Dtype::Float16 => tract_onnx::prelude::f16::datum_type(),
            Dtype::Float32 => f32::datum_type(),
            Dtype::Float64 => f64::datum_type(),
            Dtype::Int8 => i8::datum_type(),
            Dtype::Int16 => i16::datum_type(),
            Dtype::Int32 => i32::datum_type(),
            Dtype::Int64 => i64::datum_type(),
            Dtype::Uint8 => u8::datum_type(),
            Dtype::Uint16 => u16::datum_type(),
            Dtype::Uint32 => u32::datum_type(),
            Dtype::Uint64 => u64::datum_type(),
            Dtype::Bool => bool::datum_type(),
            // A carrier is none of the others.
            _ => String::datum_type(),
        }
    }

    pub(crate) fn from_tract(datum: DatumType) -> Option<Dtype> {
        // TDim is what tract computes shapes in; ONNX knows such a tensor as int64.
        if datum == DatumType::TDim {
            return Some(Dtype::Int64);
        }
        TABLE.iter().map(|row| row.0).find(|dtype| dtype.carrier() == *dtype && dtype.to_tract() == datum)
    }

    fn row(self) -> &'static (Dtype, &'static str, &'static str, i32) {
        &TABLE[self as usize]
    }
}

impl Serialize for Dtype {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.carrier().name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dtype_goes_there_and_back() {
        for number in (1..=26).filter(|number| ![14, 15].contains(number)) {
            let dtype = Dtype::from_onnx(number).unwrap();
            assert_eq!((dtype.row().0, dtype.row().3), (dtype, number));
            assert_eq!(Dtype::from_name(dtype.name()), Some(dtype));
            assert_eq!(Dtype::from_tract(dtype.to_tract()), Some(dtype.carrier()));
        }
        assert_eq!(Dtype::from_onnx(14), None, "complex numbers have no JavaScript or JSON form");
    }
}
