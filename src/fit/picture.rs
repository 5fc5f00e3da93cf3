//! Pictures → the tensor that the card describes.

use base64::Engine;
use tract_onnx::prelude::Tensor;

use super::{Misfit, Target};
use crate::Error;
use crate::array::{Array, Data, Shaped};
use crate::card::{ImageCard, Layout};
use crate::image::{Picture, is_encoded, prepare};
use crate::value::Value;

/// A tensor where `value` is a picture, or a batch of them, for an image input; `None` otherwise.
///
/// # Errors
/// What is wrong with the picture.
pub(super) fn fit(target: &Target, value: &Value) -> Result<Option<Tensor>, Misfit> {
    let Some(card) = target.card.and_then(|card| card.image.as_ref()) else { return Ok(None) };
    let values = match value {
        Value::List(values) => values.as_slice(),
        Value::Map(_) | Value::Bytes(_) | Value::Encoded(_) | Value::Pixels(_) => std::slice::from_ref(value),
        Value::Array(_) | Value::Broken(_) => return Ok(None),
    };
    if !values.iter().all(is_picture) {
        return Ok(None);
    }
    let size = [values.len(), card.width, card.height, card.color.channels()].map(|side| side as u64);
    target.check_size(&size)?;
    let mut elements = Vec::new();
    for value in values {
        elements.extend(prepared(target, card, value)?);
    }
    super::tensor::make(target, array(target, card, values.len(), elements)).map(Some)
}

fn is_picture(value: &Value) -> bool {
    match value {
        Value::Bytes(bytes) => is_encoded(bytes),
        Value::Encoded(_) | Value::Pixels(_) => true,
        value => value.get("base64").is_some(),
    }
}

fn prepared(target: &Target, card: &ImageCard, value: &Value) -> Result<Vec<f64>, Misfit> {
    let decoded;
    let picture = match value {
        Value::Bytes(bytes) | Value::Encoded(bytes) => Picture::Encoded(bytes),
        Value::Pixels(pixels) => Picture::Raw(pixels),
        value => {
            decoded = decode_base64(value)?;
            Picture::Encoded(&decoded)
        }
    };
    prepare(card, picture, target.limits).map_err(|error| {
        Misfit::Fatal(match error {
            Error::Malformed(message) => Error::Malformed(format!("{}: {message}", target.spec.name)),
            other => other,
        })
    })
}

/// `{"base64": "…"}`, also as a data URL.
fn decode_base64(value: &Value) -> Result<Vec<u8>, Misfit> {
    let text = match value {
        Value::Map(entries) if entries.len() == 1 => match &entries[0].1 {
            Value::Array(Array { shape, data: Data::Text(texts), .. }) if shape.is_empty() => texts[0].as_str(),
            other => return Err(Misfit::Problem(format!("base64: expected a text, got {}", other.kind()))),
        },
        other => return Err(Misfit::Problem(format!("expected {{\"base64\": …}} alone, got {}", other.kind()))),
    };
    let text = text.split_once(";base64,").map_or(text, |(_, data)| data);
    base64::engine::general_purpose::STANDARD
        .decode(text.trim())
        .map_err(|e| Misfit::Fatal(Error::Malformed(format!("the base64 text cannot be decoded: {e}"))))
}

fn array(target: &Target, card: &ImageCard, count: usize, elements: Vec<f64>) -> Array {
    let channels = card.color.channels();
    let one = match card.layout {
        Layout::Nchw => vec![channels, card.height, card.width],
        Layout::Nhwc => vec![card.height, card.width, channels],
        Layout::Hw => vec![card.height, card.width],
    };
    let shape = if card.layout == Layout::Hw && count == 1 { one } else { [&[count], one.as_slice()].concat() };
    // Integer tensors take the nearest value; floats are rounded once, by the cast.
    let data = if target.spec.dtype.is_float() { elements } else { elements.into_iter().map(f64::round).collect() };
    Array { shape, shaped: Shaped::Declared, data: Data::F64(data) }
}
