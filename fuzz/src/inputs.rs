//! Bytes as a request: JSON, a picture, a picture inside JSON.

use onnxlet::{Inputs, Model, Options};

use super::models;

/// Asks a model. The first byte says which one, and through which door.
pub fn run(bytes: &[u8]) {
    let Some((&first, body)) = bytes.split_first() else { return };
    let held = match first & 3 {
        0 | 1 => models::digits(),
        2 => models::iris(),
        _ => models::every_dtype(),
    };
    let Ok(model) = held else { panic!("a model of ours does not load: {held:?}") };
    if first & 4 == 0 { json(model, body) } else { picture(model, body) }
}

fn json(model: &Model, body: &[u8]) {
    let Ok((inputs, mut options)) = Inputs::from_json(model, body) else { return };
    options.limits = small();
    answer(model, inputs, &options);
}

fn picture(model: &Model, body: &[u8]) {
    let Ok(inputs) = Inputs::from_image(model, body.to_vec()) else { return };
    answer(model, inputs, &Options { limits: small(), ..Options::default() });
}

fn answer(model: &Model, inputs: Inputs, options: &Options) {
    let answer = model.predict(inputs, options);
    assert!(answer.iter().all(|answer| serde_json::to_vec(answer).is_ok()), "an answer is JSON");
}

/// Small enough for many requests a second; sizes that are only declared are as large as they like.
fn small() -> onnxlet::Limits {
    onnxlet::Limits { image_pixels: 1 << 20, elements: 1 << 18, ..onnxlet::Limits::default() }
}
