//! The door to JavaScript. An instance of the module holds one model.
//!
//! | export | what |
//! |---|---|
//! | `load(model?, card?)` | loads the given model, or the bundled one |
//! | `describe()` | the model's description, a plain object |
//! | `predict(input, options?)` | answers one request |
//! | `lastPanic()` | why this instance trapped, if it did |

mod error;
#[cfg(not(feature = "pictures"))]
mod host;
mod panic;
#[cfg(feature = "profile")]
mod profile;
mod read;
mod write;

use wasm_bindgen::prelude::*;

use crate::{Inputs, Model, slot};

#[cfg(not(feature = "pictures"))]
pub(crate) use host::{Decoded, decode_picture};

/// Loads `model` (ONNX bytes) with the JSON of its `card`; without arguments, sees that the bundled (or baked) one is
/// there.
///
/// # Errors
/// An `OnnxletError` whose `code` is `model` (also where a model is loaded already) or `card`.
#[wasm_bindgen]
pub fn load(model: Option<Vec<u8>>, card: Option<String>) -> Result<(), JsValue> {
    panic::install();
    match model {
        Some(bytes) => Model::load(&bytes, card.as_deref()).and_then(slot::hold).map_err(|e| error::to_js(&e)),
        None => held().map(drop),
    }
}

/// The model's description.
///
/// # Errors
/// An `OnnxletError` when no model is loaded.
#[wasm_bindgen]
pub fn describe() -> Result<JsValue, JsValue> {
    write::plain(&held()?.describe())
}

/// Answers one request: `input` in any of the forms of docs/ARCHITECTURE.md, `options` with `topK` and `outputs`.
///
/// # Errors
/// An `OnnxletError` with `code` and `problems`.
#[wasm_bindgen]
pub fn predict(input: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let model = held()?;
    let answer = || {
        let value = read::value(&input)?;
        let (inputs, inside) = Inputs::from_value(model, value)?;
        let options = read::options(&options, inside)?;
        model.predict(inputs, &options)
    };
    answer().map(|prediction| write::prediction(&prediction)).map_err(|e| error::to_js(&e))
}

/// The message of the panic that trapped this instance; `undefined` if none did.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    panic::last()
}

fn held() -> Result<&'static Model, JsValue> {
    slot::held().map_err(error::to_js)
}
