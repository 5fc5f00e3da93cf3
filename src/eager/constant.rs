//! Tensors that a model holds → values, of every dtype.

use std::sync::Arc;

use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::value::TensorValue;
use super::{broadcast, narrow};
use crate::Dtype;

/// The tensor.
///
/// # Errors
/// Where it is cut off, outside the model, or of a type that is not supported.
pub(crate) fn load(proto: &TensorProto) -> TractResult<TensorValue> {
    let external = proto.data_location == Some(DataLocation::External as i32);
    ensure!(!external, "the data of {:?} is outside the model", proto.name);
    let dtype = Dtype::from_onnx(proto.data_type).ok_or_else(|| {
        format_err!("{:?} has ONNX element type {}, which is not supported", proto.name, proto.data_type)
    })?;
    let sizes = proto.dims.iter().map(|&size| usize::try_from(size)).collect::<Result<Vec<usize>, _>>()?;
    let count = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    // What holds nothing can say anything of its axes.
    let count = if count == Some(0) { Some(broadcast::count(&sizes)?) } else { count };
    let count = count.ok_or_else(|| format_err!("{:?} is too large: {sizes:?}", proto.name))?;
    if dtype.carrier() != dtype {
        return narrow_tensor(proto, dtype, &sizes, count);
    }
    let size = dtype.to_tract().size_of();
    let held = if proto.raw_data.is_empty() { stored(proto, dtype) } else { proto.raw_data.len() / size };
    ensure!(held == count, "{:?} holds {held} elements, its shape {sizes:?} has {count}", proto.name);
    // tract reads unsigned 32 and 64 bits from the fields as it finds them.
    let tensor = match dtype {
        Dtype::Uint32 if proto.raw_data.is_empty() => {
            return TensorValue::new(&sizes, proto.uint64_data.iter().map(|&x| x as u32).collect());
        }
        Dtype::Uint64 if proto.raw_data.is_empty() => return TensorValue::new(&sizes, proto.uint64_data.clone()),
        _ => tract_onnx::tensor::load_tensor(&tract_onnx::data_resolver::FopenDataResolver, proto, None)?,
    };
    TensorValue::from_tract(Some(dtype), Arc::new(tensor))
}

/// How many elements the typed fields hold.
fn stored(proto: &TensorProto, dtype: Dtype) -> usize {
    match dtype {
        Dtype::Float32 => proto.float_data.len(),
        Dtype::Float64 => proto.double_data.len(),
        Dtype::Int64 => proto.int64_data.len(),
        Dtype::Uint32 | Dtype::Uint64 => proto.uint64_data.len(),
        Dtype::String => proto.string_data.len(),
        _ => proto.int32_data.len(),
    }
}

fn narrow_tensor(proto: &TensorProto, dtype: Dtype, sizes: &[usize], count: usize) -> TractResult<TensorValue> {
    // Typed fields and raw data are packed the same way, but for the width of an entry.
    let bytes: Vec<u16> = match dtype {
        Dtype::Bfloat16 if !proto.raw_data.is_empty() => {
            proto.raw_data.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
        }
        _ if proto.raw_data.is_empty() => proto.int32_data.iter().map(|&entry| entry as u16).collect(),
        _ => proto.raw_data.iter().map(|&byte| u16::from(byte)).collect(),
    };
    let width = match dtype {
        Dtype::Uint2 | Dtype::Int2 => 2,
        Dtype::Uint4 | Dtype::Int4 | Dtype::Float4e2m1 => 4,
        _ => 8,
    };
    let per_entry = 8 / width;
    ensure!(bytes.len() == count.div_ceil(per_entry), "{:?} does not hold {count} elements", proto.name);
    let part = |index: usize| {
        let entry = bytes[index / per_entry];
        if per_entry == 1 { entry } else { entry >> (index % per_entry * width) & ((1 << width) - 1) }
    };
    match dtype {
        Dtype::Uint2 | Dtype::Uint4 => {
            TensorValue::tagged(dtype, sizes, (0..count).map(|index| part(index) as u8).collect())
        }
        Dtype::Int2 | Dtype::Int4 => {
            let signed = |bits: u16| ((bits << (16 - width)) as i16 >> (16 - width)) as i8;
            TensorValue::tagged(dtype, sizes, (0..count).map(|index| signed(part(index))).collect())
        }
        _ => TensorValue::tagged(dtype, sizes, (0..count).map(|index| narrow::from_bits(dtype, part(index))).collect()),
    }
}
