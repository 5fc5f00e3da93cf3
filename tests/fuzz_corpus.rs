//! What fuzzing has found, and a little of what it went through: nothing panics, within bounds of time and memory.
//! The worker's part is in its own tests.

#[path = "../fuzz/src/bounded.rs"]
mod bounded;
#[path = "../fuzz/src/card.rs"]
mod card;
#[path = "../fuzz/src/inputs.rs"]
mod inputs;
#[path = "../fuzz/src/models.rs"]
#[allow(dead_code, reason = "the targets of the other crate use the rest")]
mod models;
#[path = "../fuzz/src/onnx.rs"]
mod onnx;
#[path = "../fuzz/src/replay.rs"]
mod replay;
#[path = "../fuzz/src/wrapping.rs"]
mod wrapping;

use replay::replay;

#[global_allocator]
static MEMORY: bounded::Bounded = bounded::Bounded::new(3 << 30);

#[test]
fn models_are_refused_or_answer() {
    replay("onnx", onnx::run);
}

#[test]
fn cards_are_refused_or_agree() {
    replay("card", card::run);
}

#[test]
fn requests_are_refused_or_answered() {
    replay("inputs", inputs::run);
}
