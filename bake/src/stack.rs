//! The shadow stack: what a finished call left below the stack pointer is garbage, and garbage must not ship.

use std::ops::Range;

use wasmparser::ValType;

use crate::{Engine, engine::constant_i32};

/// The stack pointer's global and the stack it starts at the top of.
pub(crate) struct Stack {
    pub(crate) global: u32,
    pub(crate) range: Range<u32>,
}

/// Finds the stack where `wasm-ld` puts it for Rust: first in memory, below all data, growing down.
///
/// That is so when exactly one mutable global of type `i32` starts at an address that all data starts at or above. Any other
/// layout is left alone: nothing is scrubbed.
pub(crate) fn find(engine: &Engine<'_>) -> Option<Stack> {
    let first_data = engine.data.iter().map(|segment| segment.address).min()?;
    let mut candidates = engine.mutable_globals().into_iter().filter_map(|global| {
        let definition = &engine.globals[global as usize];
        let top = constant_i32(&definition.init_expr).ok().flatten()?;
        let pointer = definition.ty.content_type == ValType::I32 && (1..=first_data).contains(&top);
        pointer.then_some(Stack { global, range: 0..top })
    });
    candidates.next().filter(|_| candidates.next().is_none())
}
