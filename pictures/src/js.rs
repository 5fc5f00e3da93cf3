//! The door to JavaScript.

use js_sys::{Object, Reflect, Uint8ClampedArray};
use wasm_bindgen::prelude::*;

use crate::{Failure, decode};

/// Decodes a picture of at most `pixels` pixels.
///
/// The answer is `{width, height, data}`, RGBA as a canvas gives it; `{width, height}` without `data` where the picture
/// has more pixels than that; or `{malformed}`, which says what is wrong.
#[wasm_bindgen(js_name = decodePicture)]
pub fn decode_picture(bytes: &[u8], pixels: f64) -> Object {
    let answer = Object::new();
    let size = |width: u32, height: u32| {
        set(&answer, "width", &width.into());
        set(&answer, "height", &height.into());
    };
    match decode(bytes, pixels as u64) {
        Ok(rgba) => {
            size(rgba.width, rgba.height);
            set(&answer, "data", &Uint8ClampedArray::from(rgba.data.as_slice()));
        }
        Err(Failure::TooLarge { width, height }) => size(width, height),
        Err(Failure::Malformed(message)) => set(&answer, "malformed", &message.into()),
    }
    answer
}

/// Sets a property of an object that we made, which cannot refuse.
fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}
