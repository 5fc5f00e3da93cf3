//! The bare door, for the baker: numbers in, numbers out, no JavaScript value.
//!
//! The baker loads the model and runs examples through it, then takes the memory as it stands. Bytes go in through
//! [`onnxlet_alloc`]; answers, always UTF-8 JSON, lie at [`onnxlet_answer`].
#![allow(unsafe_code)]

use std::sync::{Mutex, PoisonError};

use crate::{Error, Inputs, Model, arena, slot};

static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// `length` zeroed bytes for the caller to fill; the call that they are given to frees them.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_alloc(length: usize) -> *mut u8 {
    Box::into_raw(vec![0u8; length].into_boxed_slice()).cast()
}

/// The bytes of [`onnxlet_alloc`], owned again.
///
/// # Safety
/// `at` must come from [`onnxlet_alloc`] of the same `length`, and not have been given to a call before.
unsafe fn own(at: *mut u8, length: usize) -> Vec<u8> {
    // SAFETY: the caller promises that this is the box that `onnxlet_alloc` leaked.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(at, length)) }.into_vec()
}

/// Starts a bake: see [`arena`]. To be called first of all, before the constructors. Returns the address of the records.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_bake_begin(reserve: usize) -> *mut u8 {
    arena::begin(reserve)
}

/// Ends a bake. Returns the number of allocations that have a record.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_bake_end() -> usize {
    arena::end()
}

/// The address at which the image ends.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_bake_limit() -> usize {
    arena::limit()
}

/// Loads ONNX bytes and, where `card_length` is not 0, the card's JSON. 0 when it worked, 1 with `{"code", "message"}` as
/// the answer when not.
///
/// # Safety
/// Both ranges must come from [`onnxlet_alloc`]; they are freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onnxlet_load(onnx: *mut u8, onnx_length: usize, card: *mut u8, card_length: usize) -> u32 {
    // SAFETY: as promised by the caller.
    let (onnx, card) = unsafe { (own(onnx, onnx_length), own(card, card_length)) };
    let card = if card.is_empty() { Ok(None) } else { String::from_utf8(card).map(Some) };
    let outcome = card
        .map_err(|_| Error::Card { path: ".".into(), message: "the card is not UTF-8".into() })
        .and_then(|card| Model::load(&onnx, card.as_deref()))
        .and_then(slot::hold);
    drop(onnx);
    match outcome {
        Ok(()) => 0,
        Err(error) => fail(&error),
    }
}

/// Answers a JSON request, as `POST /predict` would. 0 when it worked, 1 with an error as the answer when not.
///
/// # Safety
/// The range must come from [`onnxlet_alloc`]; it is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onnxlet_predict(body: *mut u8, length: usize) -> u32 {
    // SAFETY: as promised by the caller.
    let body = unsafe { own(body, length) };
    let outcome = slot::held().map_err(Error::clone).and_then(|model| {
        let (inputs, options) = Inputs::from_json(model, &body)?;
        model.predict(inputs, &options)
    });
    match outcome {
        Ok(prediction) => answer(&prediction),
        Err(error) => fail(&error),
    }
}

/// The model's description. 0 when there is a model, 1 when not.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_describe() -> u32 {
    match slot::held() {
        Ok(model) => answer(&model.describe()),
        Err(error) => fail(error),
    }
}

/// Where the last call's answer begins; it lasts until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_answer() -> *const u8 {
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner).as_ptr()
}

/// How many bytes the last call's answer has.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_answer_length() -> usize {
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner).len()
}

/// Frees the last answer, so that the image doesn't hold it.
#[unsafe(no_mangle)]
pub extern "C" fn onnxlet_forget() {
    keep(vec![]);
}

fn answer(value: &impl serde::Serialize) -> u32 {
    match serde_json::to_vec(value) {
        Ok(json) => {
            keep(json);
            0
        }
        Err(e) => fail(&Error::Engine(e.to_string())),
    }
}

fn fail(error: &Error) -> u32 {
    let problem = serde_json::json!({"code": error.code(), "message": error.to_string(), "problems": error.problems()});
    keep(problem.to_string().into_bytes());
    1
}

fn keep(answer: Vec<u8>) {
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = answer;
}
