//! Answers → JavaScript values: plain objects, tensors as typed arrays.

use js_sys::{
    Array, BigInt64Array, BigUint64Array, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Object,
    Uint8Array, Uint16Array, Uint32Array,
};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::{set, to_js};
use crate::{Elements, Error, NamedTensor, Prediction, Ranked};

#[wasm_bindgen]
extern "C" {
    /// An answer, a tensor, or a label of a ranking. The glue names their properties: no text crosses over for them.
    #[wasm_bindgen(extends = Object)]
    type Plain;
    #[wasm_bindgen(method, setter, structural)]
    fn set_outputs(this: &Plain, outputs: &Object);
    #[wasm_bindgen(method, setter, structural)]
    fn set_top(this: &Plain, top: &Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_tops(this: &Plain, tops: &Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_dtype(this: &Plain, dtype: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_shape(this: &Plain, shape: &Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_data(this: &Plain, data: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_label(this: &Plain, label: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_index(this: &Plain, index: f64);
    #[wasm_bindgen(method, setter, structural)]
    fn set_score(this: &Plain, score: f64);
}

fn plain_object() -> Plain {
    Object::new().unchecked_into()
}

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
    let object = plain_object();
    let outputs = Object::new();
    for output in prediction.outputs() {
        set(&outputs, output.name(), &tensor(output));
    }
    object.set_outputs(&outputs);
    if let Some(tops) = prediction.tops() {
        object.set_top(&ranking(prediction.top().unwrap_or_default()));
        object.set_tops(&tops.iter().map(|ranked| ranking(ranked)).collect::<Array>());
    }
    object.into()
}

fn ranking(ranked: &[Ranked]) -> Array {
    let entry = |ranked: &Ranked| {
        let object = plain_object();
        object.set_label(&ranked.label);
        object.set_index(ranked.index as f64);
        object.set_score(ranked.score);
        object
    };
    ranked.iter().map(entry).collect()
}

fn tensor(tensor: &NamedTensor) -> JsValue {
    let object = plain_object();
    let shape: Array = tensor.shape().iter().map(|&size| JsValue::from_f64(size as f64)).collect();
    object.set_dtype(tensor.dtype().name());
    object.set_shape(&shape);
    object.set_data(&data(tensor.elements()));
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
