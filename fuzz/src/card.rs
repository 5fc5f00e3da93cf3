//! Bytes as a card.

use onnxlet::{Card, Model};

use super::models::{self, Files, Held};
use super::onnx;

/// Reads a card. One that agrees with a model of ours, or gives sizes to its inputs, is loaded with it, and the model asked.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(card) = Card::parse(text) else { return };
    let again = serde_json::to_string(&card).map(|json| Card::parse(&json).is_ok());
    assert!(matches!(again, Ok(true)), "a card that was read can be read again: {again:?}");
    let pairs: [(fn() -> Held, Files); 2] = [(models::iris, models::IRIS), (models::digits, models::DIGITS)];
    for (held, (model, _)) in pairs {
        let agrees = held().is_ok_and(|held| card.check(held.signature()).is_ok());
        let tried = agrees || card.inputs.values().any(|input| input.shape.is_some());
        if tried && let Ok(model) = Model::load(model, Some(text)) {
            onnx::ask(&model, 1, 0);
        }
    }
}
