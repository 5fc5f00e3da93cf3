//! Typed arrays ↔ tract's tensors.

use js_sys::{Array, BigInt64Array, Float32Array, Int32Array, Uint8Array};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::bail;
use wasm_bindgen::{JsCast, JsValue};

fn as_array<T: JsCast + Clone>(value: &JsValue, dtype: DatumType) -> TractResult<T> {
    match value.dyn_ref::<T>() {
        Some(array) => Ok(array.clone()),
        None => bail!("expected the typed array of {dtype:?}"),
    }
}

/// A typed array as a tensor.
pub fn read(dtype: DatumType, shape: &[usize], value: &JsValue) -> TractResult<Tensor> {
    match dtype {
        DatumType::F32 => Tensor::from_shape(shape, &as_array::<Float32Array>(value, dtype)?.to_vec()),
        DatumType::I64 => Tensor::from_shape(shape, &as_array::<BigInt64Array>(value, dtype)?.to_vec()),
        DatumType::I32 => Tensor::from_shape(shape, &as_array::<Int32Array>(value, dtype)?.to_vec()),
        DatumType::U8 => Tensor::from_shape(shape, &as_array::<Uint8Array>(value, dtype)?.to_vec()),
        DatumType::Bool => {
            let bools: Vec<bool> =
                as_array::<Uint8Array>(value, dtype)?.to_vec().iter().map(|&byte| byte != 0).collect();
            Tensor::from_shape(shape, &bools)
        }
        _ => bail!("inputs of type {dtype:?} are not supported"),
    }
}

/// A tensor as `[shape, typed array]`.
pub fn write(tensor: &Tensor) -> TractResult<Array> {
    let shape: Array = tensor.shape().iter().map(|&size| JsValue::from(size as u32)).collect();
    let plain = || tensor.try_as_plain_ram();
    let array: JsValue = match tensor.datum_type() {
        DatumType::F32 => Float32Array::from(plain()?.as_slice::<f32>()?).into(),
        DatumType::I64 => BigInt64Array::from(plain()?.as_slice::<i64>()?).into(),
        DatumType::TDim => BigInt64Array::from(tensor.cast_to::<i64>()?.try_as_plain_ram()?.as_slice::<i64>()?).into(),
        DatumType::I32 => Int32Array::from(plain()?.as_slice::<i32>()?).into(),
        DatumType::U8 => Uint8Array::from(plain()?.as_slice::<u8>()?).into(),
        DatumType::Bool => {
            let bytes: Vec<u8> = plain()?.as_slice::<bool>()?.iter().map(|&value| value.into()).collect();
            Uint8Array::from(&bytes[..]).into()
        }
        dtype => bail!("outputs of type {dtype:?} are not supported"),
    };
    Ok(Array::of2(&shape, &array))
}
