//! What the host does for an engine that decodes no pictures itself.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::value::Pixels;

#[wasm_bindgen]
extern "C" {
    /// As `decodePicture` of the crate `onnxlet-pictures`; or `{pending}` where the decoder is still to be loaded, after
    /// which the call is made again.
    #[wasm_bindgen(js_name = decodePicture)]
    fn host_decode_picture(bytes: &[u8], pixels: f64) -> Object;
}

/// What became of an encoded picture.
pub(crate) enum Decoded {
    /// Its pixels.
    Pixels(Pixels),
    /// Nothing: its header declares more pixels than the limit.
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// Has the host decode a picture of at most `limit` pixels.
///
/// # Errors
/// [`Error::Malformed`] where the decoder says so; [`Error::Engine`] where there is none yet.
pub(crate) fn decode_picture(bytes: &[u8], limit: u64) -> Result<Decoded, Error> {
    let answer = host_decode_picture(bytes, limit as f64);
    if let Some(pixels) = super::read::pixels(&answer).map_err(Error::Malformed)? {
        return Ok(Decoded::Pixels(pixels));
    }
    let get = |key: &str| Reflect::get(&answer, &key.into()).unwrap_or(JsValue::UNDEFINED);
    match (get("width").as_f64(), get("height").as_f64(), get("malformed").as_string()) {
        (Some(width), Some(height), _) => Ok(Decoded::TooLarge { width: width as u32, height: height as u32 }),
        (.., Some(message)) => Err(Error::Malformed(message)),
        _ => Err(Error::Engine("the decoder of pictures is not loaded".into())),
    }
}
