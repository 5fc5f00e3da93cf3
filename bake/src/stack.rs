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
/// That is so when the engine has one mutable global of type `i32` and all its data starts at or above that global's
/// initial value. Any other layout is left alone: nothing is scrubbed.
pub(crate) fn find(engine: &Engine<'_>) -> Option<Stack> {
    let mut mutable = engine.mutable_globals().into_iter();
    let global = mutable.next().filter(|_| mutable.next().is_none())?;
    let definition = &engine.globals[global as usize];
    if definition.ty.content_type != ValType::I32 {
        return None;
    }
    let top = constant_i32(&definition.init_expr).ok().flatten().filter(|&top| top > 0)?;
    let first_data = engine.data.iter().map(|segment| segment.address).min()?;
    (first_data >= top).then_some(Stack { global, range: 0..top })
}
