//! The door to JavaScript. An instance of the module holds one model.
//!
//! | export | what |
//! |---|---|
//! | `load(model?, card?)` | loads the given model, or the bundled one |
//! | `describe()` | the model's description, a plain object |
//! | `predict(input, options?)` | answers one request |
//! | `lastPanic()` | why this instance trapped, if it did |

mod error;
mod panic;
mod read;
mod write;

use std::sync::OnceLock;

use wasm_bindgen::prelude::*;

use crate::{Error, Inputs, Model};

static MODEL: OnceLock<Model> = OnceLock::new();

/// Loads `model` (ONNX bytes) with the JSON of its `card`; without arguments, the bundled model.
///
/// # Errors
/// An `OnnxletError` whose `code` is `model` or `card`, or `malformed` when a model is loaded already.
#[wasm_bindgen]
pub fn load(model: Option<Vec<u8>>, card: Option<String>) -> Result<(), JsValue> {
    panic::install();
    if MODEL.get().is_some() {
        return Err(error::to_js(&Error::Malformed("this instance holds a model already".into())));
    }
    let loaded = match model {
        Some(bytes) => Model::load(&bytes, card.as_deref()),
        None => bundled(),
    };
    loaded.map(|model| drop(MODEL.set(model))).map_err(|e| error::to_js(&e))
}

#[cfg(feature = "bundled")]
fn bundled() -> Result<Model, Error> {
    Model::bundled()
}

#[cfg(not(feature = "bundled"))]
fn bundled() -> Result<Model, Error> {
    Err(Error::Model("this build bundles no model: give its bytes".into()))
}

/// The model's description.
///
/// # Errors
/// An `OnnxletError` when no model is loaded.
#[wasm_bindgen]
pub fn describe() -> Result<JsValue, JsValue> {
    write::plain(&model()?.describe())
}

/// Answers one request: `input` in any of the forms of docs/ARCHITECTURE.md, `options` with `topK` and `outputs`.
///
/// # Errors
/// An `OnnxletError` with `code` and `problems`.
#[wasm_bindgen]
pub fn predict(input: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let model = model()?;
    let answer = || {
        let value = read::value(&input)?;
        let (inputs, inside) = Inputs::from_value(model, value)?;
        let options = read::options(&options, inside)?;
        model.predict(inputs, &options)
    };
    answer().map_err(|e| error::to_js(&e)).and_then(|prediction| write::prediction(&prediction))
}

/// The message of the panic that trapped this instance; `undefined` if none did.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    panic::last()
}

fn model() -> Result<&'static Model, JsValue> {
    MODEL.get().ok_or_else(|| error::to_js(&Error::Model("no model is loaded".into())))
}
