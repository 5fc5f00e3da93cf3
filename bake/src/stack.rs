//! The shadow stack: what a finished call left below the stack pointer is garbage, and garbage must not ship.

use std::ops::Range;

use wasmparser::ValType;

use crate::{Engine, engine::constant_i32};

/// Alignment of the stack, in bytes.
const ALIGNMENT: u32 = 16;
/// More than any data's alignment leaves free between the stack and the first data.
const PADDING: u32 = 4096;

/// The stack pointer's global and the stack it starts at the top of.
pub(crate) struct Stack {
    pub(crate) global: u32,
    pub(crate) range: Range<u32>,
}

/// Finds the stack where `wasm-ld` puts it for Rust: first in memory, below all data, growing down.
///
/// That is so when exactly one mutable global of type `i32` starts at a multiple of 16 right below the first data. Any other
/// layout is left alone: nothing is scrubbed.
pub(crate) fn find(engine: &Engine<'_>) -> Option<Stack> {
    let first_data = engine.data.iter().map(|segment| segment.address).min()?;
    let mut candidates = engine.mutable_globals().into_iter().filter_map(|global| {
        let definition = &engine.globals[global as usize];
        let top = constant_i32(&definition.init_expr).ok().flatten()?;
        let below = first_data.checked_sub(top)?;
        let pointer = definition.ty.content_type == ValType::I32 && top > 0 && top % ALIGNMENT == 0 && below < PADDING;
        pointer.then_some(Stack { global, range: 0..top })
    });
    candidates.next().filter(|_| candidates.next().is_none())
}
