//! The full module with every function marking itself when it runs: what coverage is read from.

use std::ops::Range;

use wasm_encoder::Encode;

use crate::{BakeError, Engine, prepare, rewrite::Rewrite};

const PAGE: u64 = 65536;

/// A module whose functions mark themselves.
pub struct Instrumented {
    /// The module.
    pub wasm: Vec<u8>,
    /// Where in its memory the marks lie: one byte a defined function, 1 once it has run.
    pub marks: Range<u64>,
}

/// Adds a mark to the beginning of every function.
///
/// The marks lie in pages between the engine's own memory and what it will grow by. An allocator that takes its pages
/// from `memory.grow` (Rust's does) never touches them.
///
/// # Errors
/// The memory's maximum leaves no room for the marks.
pub fn instrument(engine: &Engine<'_>) -> Result<Instrumented, BakeError> {
    let start = engine.memory.initial * PAGE;
    let marks = start..start + engine.functions() as u64;
    let pages = marks.end.div_ceil(PAGE);
    if pages > engine.memory.maximum.unwrap_or(PAGE) {
        return Err(BakeError::MemoryKind("limited to a maximum without room for the marks"));
    }
    let mut rewrite = Rewrite::new(engine);
    rewrite.memory_minimum(pages)?;
    rewrite.add_exports(&prepare::state_exports(engine))?;
    let offsets = locals_ends(engine)?;
    let mut addresses = marks.clone().zip(offsets);
    rewrite.bodies(
        |_, body| match addresses.next() {
            Some((address, locals)) => marked(body, locals, address),
            None => body.to_vec(),
        },
        &[],
    );
    Ok(Instrumented { wasm: rewrite.finish(), marks })
}

/// For each body, the length of its declarations of locals.
fn locals_ends(engine: &Engine<'_>) -> Result<Vec<usize>, BakeError> {
    let mut ends = Vec::with_capacity(engine.bodies.len());
    for body in &engine.bodies {
        let operators = body.get_binary_reader_for_operators()?;
        ends.push(operators.original_position() - body.range().start);
    }
    Ok(ends)
}

/// `i32.const 0; i32.const 1; i32.store8 offset=address` between the locals and the code.
fn marked(body: &[u8], locals: usize, address: u64) -> Vec<u8> {
    const STORE: [u8; 6] = [0x41, 0x00, 0x41, 0x01, 0x3a, 0x00];
    let (locals, code) = body.split_at(locals);
    let mut out = Vec::with_capacity(body.len() + STORE.len() + 5);
    out.extend_from_slice(locals);
    out.extend_from_slice(&STORE);
    address.encode(&mut out);
    out.extend_from_slice(code);
    out
}
