//! Answers → JavaScript values: plain objects, tensors as typed arrays.

use js_sys::{
    Array, BigInt64Array, BigUint64Array, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Object,
    Uint8Array, Uint16Array, Uint32Array,
};
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::error::{set, to_js};
use crate::{Elements, Error, NamedTensor, Prediction, Ranked};

/// Any serialisable value as plain objects and arrays.
///
/// # Errors
/// An `OnnxletError` where it has no JavaScript form.
pub(super) fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|e| to_js(&Error::Engine(e.to_string())))
}

/// `{outputs: {name: {dtype, shape, data}}, top?, tops?}`.
pub(super) fn prediction(prediction: &Prediction) -> JsValue {
    let object = Object::new();
    let outputs = Object::new();
    for output in prediction.outputs() {
        set(&outputs, output.name(), &tensor(output));
    }
    set(&object, "outputs", &outputs);
    if let Some(tops) = prediction.tops() {
        set(&object, "top", &ranking(prediction.top().unwrap_or_default()));
        set(&object, "tops", &tops.iter().map(|ranked| ranking(ranked)).collect::<Array>());
    }
    object.into()
}

fn ranking(ranked: &[Ranked]) -> Array {
    let entry = |ranked: &Ranked| {
        let object = Object::new();
        set(&object, "label", &ranked.label.as_str().into());
        set(&object, "index", &JsValue::from_f64(ranked.index as f64));
        set(&object, "score", &ranked.score.into());
        object
    };
    ranked.iter().map(entry).collect()
}

fn tensor(tensor: &NamedTensor) -> JsValue {
    let object = Object::new();
    let shape: Array = tensor.shape().iter().map(|&size| JsValue::from_f64(size as f64)).collect();
    set(&object, "dtype", &tensor.dtype().name().into());
    set(&object, "shape", &shape);
    set(&object, "data", &data(tensor.elements()));
    object.into()
}

/// One copy, out of the module's memory.
fn data(elements: Elements) -> JsValue {
    match elements {
        // JavaScript's Float16Array is too new to rely on; widening is exact.
        Elements::F16(values) => {
            let wide: Vec<f32> = values.iter().map(|value| value.to_f32()).collect();
            Float32Array::from(wide.as_slice()).into()
        }
        Elements::F32(values) => Float32Array::from(values).into(),
        Elements::F64(values) => Float64Array::from(values).into(),
        Elements::I8(values) => Int8Array::from(values).into(),
        Elements::I16(values) => Int16Array::from(values).into(),
        Elements::I32(values) => Int32Array::from(values).into(),
        Elements::I64(values) => BigInt64Array::from(values).into(),
        Elements::U8(values) => Uint8Array::from(values).into(),
        Elements::U16(values) => Uint16Array::from(values).into(),
        Elements::U32(values) => Uint32Array::from(values).into(),
        Elements::U64(values) => BigUint64Array::from(values).into(),
        Elements::Bool(values) => {
            let bytes: Vec<u8> = values.iter().map(|&value| u8::from(value)).collect();
            Uint8Array::from(bytes.as_slice()).into()
        }
        Elements::Text(values) => {
            let texts: Array = values.iter().map(|value| JsValue::from_str(value)).collect();
            texts.into()
        }
    }
}
