//! rten with its feature `wasm_api`, whose exports this module hands on.

extern crate rten;
