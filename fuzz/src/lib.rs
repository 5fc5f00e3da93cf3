//! What the fuzzers call. The tests of the crates include these modules by their paths, and replay `corpus/` and `regressions/`.

pub mod bounded;
pub mod card;
pub mod codecs;
pub mod inputs;
pub mod models;
pub mod mutate;
pub mod onnx;
pub mod wrapping;
