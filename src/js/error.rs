//! [`Error`] → a JavaScript `Error` named `OnnxletError`, with `code`, `status` and `problems`.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::Error;

pub(super) fn to_js(error: &Error) -> JsValue {
    let object = js_sys::Error::new(&error.to_string());
    object.set_name("OnnxletError");
    let problems = Array::new();
    for problem in error.problems() {
        let entry = Object::new();
        set(&entry, "field", &problem.field.as_str().into());
        set(&entry, "message", &problem.message.as_str().into());
        problems.push(&entry);
    }
    set(&object, "code", &error.code().into());
    set(&object, "status", &error.status().into());
    set(&object, "problems", &problems);
    object.into()
}

/// Sets a property of an object that we made, which cannot refuse.
pub(super) fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}
