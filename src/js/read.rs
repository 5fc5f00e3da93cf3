//! JavaScript values → [`Value`].

use js_sys::{
    Array as JsArray, ArrayBuffer, BigInt, BigInt64Array, BigUint64Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Object, Reflect, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array,
};
use wasm_bindgen::prelude::*;

use crate::array::{Array, ArrayBuilder, Data};
use crate::value::Pixels;
use crate::{Error, Options, Problem, Value};

#[wasm_bindgen]
extern "C" {
    /// What may be a picture's pixels. The glue names its properties: no text crosses over to ask for them.
    type Picture;
    #[wasm_bindgen(catch, method, getter, structural)]
    fn width(this: &Picture) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, getter, structural)]
    fn height(this: &Picture) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, getter, structural)]
    fn data(this: &Picture) -> Result<JsValue, JsValue>;
}

/// A request's input.
///
/// # Errors
/// [`Error::Invalid`] for what is neither data nor an object of data, and for nesting without end.
pub(super) fn value(js: &JsValue) -> Result<Value, Error> {
    read(js, 0).map_err(|message| Error::Invalid(vec![Problem::new("input", message)]))
}

/// Objects in objects deeper than this are refused: a cycle, or nothing that a model takes.
const MAX_DEPTH: usize = 8;

fn read(js: &JsValue, depth: usize) -> Result<Value, String> {
    if depth > MAX_DEPTH {
        return Err(format!("objects are nested more than {MAX_DEPTH} deep"));
    }
    if js.is_object() {
        if let Some(bytes) = bytes(js) {
            return Ok(Value::Bytes(bytes));
        }
        if let Some(data) = typed(js) {
            return Ok(Value::Array(Array::flat(data)));
        }
        if let Some(array) = js.dyn_ref::<JsArray>() {
            return list(array, depth);
        }
        return object(js.unchecked_ref(), depth);
    }
    let mut builder = ArrayBuilder::default();
    scalar(js, &mut builder)?;
    builder.finish().map(Value::Array)
}

/// An array: of numbers and arrays, or of objects (records, images).
fn list(array: &JsArray, depth: usize) -> Result<Value, String> {
    let whole =
        |item: &JsValue| item.is_object() && !item.is_array() && (bytes(item).is_some() || typed(item).is_none());
    if array.length() > 0 && array.iter().all(|item| whole(&item)) {
        let items: Result<Vec<Value>, String> = array.iter().map(|item| read(&item, depth + 1)).collect();
        return items.map(Value::List);
    }
    let mut builder = ArrayBuilder::default();
    nested(array, &mut builder)?;
    Ok(builder.finish().map_or_else(Value::Broken, Value::Array))
}

fn nested(array: &JsArray, builder: &mut ArrayBuilder) -> Result<(), String> {
    builder.enter()?;
    for item in array.iter() {
        // Nearly all are numbers, and each question is a call.
        if let Some(number) = item.as_f64() {
            builder.push_float(number);
        } else if let Some(inner) = item.dyn_ref::<JsArray>() {
            nested(inner, builder)?;
        } else if let Some(row) = typed(&item) {
            push_row(row, builder)?;
        } else {
            scalar(&item, builder)?;
        }
    }
    builder.leave();
    Ok(())
}

/// A typed array inside an array: one row.
fn push_row(row: Data, builder: &mut ArrayBuilder) -> Result<(), String> {
    builder.enter()?;
    match row {
        Data::F32(v) => v.into_iter().for_each(|x| builder.push_float(f64::from(x))),
        Data::F64(v) => v.into_iter().for_each(|x| builder.push_float(x)),
        Data::I8(v) => v.into_iter().for_each(|x| builder.push_int(i64::from(x))),
        Data::I16(v) => v.into_iter().for_each(|x| builder.push_int(i64::from(x))),
        Data::I32(v) => v.into_iter().for_each(|x| builder.push_int(i64::from(x))),
        Data::I64(v) => v.into_iter().for_each(|x| builder.push_int(x)),
        Data::U8(v) => v.into_iter().for_each(|x| builder.push_int(i64::from(x))),
        Data::U16(v) => v.into_iter().for_each(|x| builder.push_int(i64::from(x))),
        Data::U32(v) => v.into_iter().for_each(|x| builder.push_int(i64::from(x))),
        Data::U64(v) => v.into_iter().for_each(|x| builder.push_big(x)),
        // `typed` makes no other kind.
        Data::Bool(_) | Data::Text(_) | Data::Mixed(_) => {}
    }
    builder.leave();
    Ok(())
}

fn scalar(js: &JsValue, builder: &mut ArrayBuilder) -> Result<(), String> {
    if let Some(number) = js.as_f64() {
        builder.push_float(number);
    } else if let Some(truth) = js.as_bool() {
        builder.push_bool(truth);
    } else if let Some(text) = js.as_string() {
        builder.push_text(text);
    } else if js.is_bigint() {
        let int = js.unchecked_ref::<BigInt>();
        match (i64::try_from(int.clone()), u64::try_from(int.clone())) {
            (Ok(int), _) => builder.push_int(int),
            (_, Ok(int)) => builder.push_big(int),
            _ => return Err("a BigInt is beyond 64 bits".into()),
        }
    } else if js.is_null() {
        builder.push_null();
    } else {
        return Err(format!("expected numbers, texts or arrays of them, got {}", kind(js)));
    }
    Ok(())
}

/// An object: a picture's pixels, or named values.
fn object(js: &Object, depth: usize) -> Result<Value, String> {
    if let Some(pixels) = pixels(js)? {
        return Ok(Value::Pixels(pixels));
    }
    let entries = Object::entries(js);
    let mut named = Vec::with_capacity(entries.length() as usize);
    for entry in entries.iter() {
        let entry: JsArray = entry.unchecked_into();
        let key = entry.get(0).as_string().unwrap_or_default();
        let item = entry.get(1);
        // A key that is there with no value is an option left out.
        if !item.is_undefined() {
            named.push((key.clone(), read(&item, depth + 1).map_err(|message| format!("{key}: {message}"))?));
        }
    }
    if named.is_empty() && entries.length() == 0 && !is_plain(js) {
        return Err(format!("expected numbers, arrays, typed arrays or objects of them, got {}", kind(js)));
    }
    Ok(Value::Map(named))
}

/// An object literal, not an instance of some class.
fn is_plain(js: &Object) -> bool {
    let prototype = Object::get_prototype_of(js);
    prototype.is_null() || js_sys::Object::get_prototype_of(&prototype).is_null()
}

/// `ImageData`, or what looks like it: RGBA bytes with width and height.
pub(super) fn pixels(js: &Object) -> Result<Option<Pixels>, String> {
    let picture: &Picture = js.unchecked_ref();
    // A getter of the caller's may throw.
    let number = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64());
    let Some(width) = number(picture.width()) else { return Ok(None) };
    let Some(height) = number(picture.height()) else { return Ok(None) };
    let data = picture.data().unwrap_or(JsValue::UNDEFINED);
    let rgba = match (data.dyn_ref::<Uint8ClampedArray>(), data.dyn_ref::<Uint8Array>()) {
        (Some(clamped), _) => clamped.to_vec(),
        (_, Some(bytes)) => bytes.to_vec(),
        _ => return Ok(None),
    };
    let side = |length: f64| {
        let whole = length.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&length);
        if whole { Ok(length as u32) } else { Err(format!("expected width and height in pixels, got {length}")) }
    };
    Ok(Some(Pixels { width: side(width)?, height: side(height)?, rgba }))
}

/// Bytes that may be an encoded picture.
fn bytes(js: &JsValue) -> Option<Vec<u8>> {
    if ArrayBuffer::is_view(js) {
        return js.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    }
    js.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer).to_vec())
}

/// The elements of a typed array, copied once.
fn typed(js: &JsValue) -> Option<Data> {
    if !ArrayBuffer::is_view(js) {
        return None;
    }
    macro_rules! one_of {
        ($($class:ty => $variant:ident),*) => {
            $(if let Some(array) = js.dyn_ref::<$class>() { return Some(Data::$variant(array.to_vec())); })*
        };
    }
    one_of!(Float32Array => F32, Float64Array => F64, Int32Array => I32, BigInt64Array => I64, Int8Array => I8,
        Int16Array => I16, Uint8Array => U8, Uint8ClampedArray => U8, Uint16Array => U16, Uint32Array => U32,
        BigUint64Array => U64);
    // js-sys has no stable Float16Array: the host converts it, exactly.
    (kind(js) == "a Float16Array").then(|| Data::F32(Float32Array::new(js).to_vec()))
}

/// `options` given beside the input, over those inside it.
///
/// # Errors
/// [`Error::Invalid`] naming the option.
pub(super) fn options(js: &JsValue, inside: Options) -> Result<Options, Error> {
    if js.is_undefined() || js.is_null() {
        return Ok(inside);
    }
    let get = |key: &str| Reflect::get(js, &key.into()).ok().filter(|value| !value.is_undefined());
    let bad = |field: &str, message: &str| Error::Invalid(vec![Problem::new(field, message)]);
    let mut options = inside;
    if let Some(k) = get("topK") {
        let k = k.as_f64().filter(|k| k.fract() == 0.0 && *k >= 1.0 && *k < 1e9);
        options.top_k = Some(k.ok_or_else(|| bad("topK", "expected a whole number of at least 1"))? as usize);
    }
    if let Some(outputs) = get("outputs") {
        let names = outputs.dyn_ref::<JsArray>().and_then(|list| list.iter().map(|name| name.as_string()).collect());
        options.outputs = Some(names.ok_or_else(|| bad("outputs", "expected an array of output names"))?);
    }
    Ok(options)
}

/// A value's type as a JavaScript programmer would name it.
fn kind(js: &JsValue) -> String {
    if js.is_object() {
        let class = Reflect::get(js, &"constructor".into()).and_then(|class| Reflect::get(&class, &"name".into()));
        return class.ok().and_then(|name| name.as_string()).map_or("an object".into(), |name| format!("a {name}"));
    }
    js.js_typeof().as_string().unwrap_or_else(|| "something else".into())
}
