//! What each step of a network takes: exports that only `cargo xtask profile` has.

use wasm_bindgen::prelude::*;

use super::{error, held, read, write};
use crate::Inputs;
use onnxlet_kernels::activation::Activation;
use onnxlet_kernels::conv::{Packed, Task, convolve};
use onnxlet_kernels::tile::Run;
use onnxlet_kernels::window::Windows;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// A list of `{kind, sizes, operations, time}`, in milliseconds: one for each step of a run. Empty where tract runs the model.
///
/// # Errors
/// As `predict`.
#[wasm_bindgen]
pub fn profile(input: JsValue) -> Result<JsValue, JsValue> {
    let model = held()?;
    let lines = || {
        let (inputs, _) = Inputs::from_value(model, read::value(&input)?)?;
        model.profile(inputs, &now)
    };
    write::plain(&lines().map_err(|e| error::to_js(&e))?)
}

/// Multiplications and additions a second (in 10⁹) of the tile that convolutions and products are made of, with all that it reads
/// in the first cache: what a kernel can reach at best.
#[wasm_bindgen]
pub fn peak() -> f64 {
    const DEPTH: usize = 512;
    const ROUNDS: usize = 4000;
    let packed = Packed::new(DEPTH, 8, |row, column| (row + column) as f32, |_| 0.0);
    let (input, mut output) = (vec![1.0; 4 * DEPTH], vec![0.0; 32]);
    let task = Task {
        input: &input,
        windows: Windows { output: [1, 4], stride: [0, DEPTH], pitch: [0, 8], start: 0 },
        runs: &[Run { at: 0, length: DEPTH }],
        residual: None,
        activation: Activation::None,
    };
    let since = now();
    for _ in 0..ROUNDS {
        convolve(&task, &packed, &mut output);
    }
    (2 * 4 * 8 * DEPTH * ROUNDS) as f64 / (now() - since) / 1e6
}
