//! Workers Analytics Engine: a data point for each request, where `ONNXLET_ANALYTICS` is bound.

use js_sys::{Function, JSON, Reflect};
use wasm_bindgen::prelude::*;
use worker::{Env, console_log};

use crate::http::DataPoint;

/// Writes a data point. The platform takes it at once and sends it later; an answer never waits for it, nor fails with it.
pub(super) fn write(env: &Env, point: impl FnOnce() -> DataPoint) {
    let Ok(dataset) = Reflect::get(env, &"ONNXLET_ANALYTICS".into()) else { return };
    // Asking nothing for a property would throw, which takes a tenth of a small request's time.
    if !dataset.is_object() {
        return;
    }
    // What is bound but is no dataset is among the settings that make no sense, which /readyz tells.
    let Some(write) =
        Reflect::get(&dataset, &"writeDataPoint".into()).ok().and_then(|it| it.dyn_into::<Function>().ok())
    else {
        return;
    };
    let text = serde_json::to_string(&point()).unwrap_or_default();
    if let Err(error) = JSON::parse(&text).and_then(|point| write.call1(&dataset, &point)) {
        let error = String::from(js_sys::Object::from(error).to_string());
        let line = serde_json::json!({"level": "error", "message": "data point not written", "error": error});
        console_log!("{line}");
    }
}
