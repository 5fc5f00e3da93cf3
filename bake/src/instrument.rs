//! The full module with its code marking itself when it runs: what coverage is read from.

use std::ops::Range;

use wasm_encoder::Encode;

use crate::{
    BakeError, Engine,
    coverage::{self, Coverage},
    prepare,
    rewrite::Rewrite,
};

const PAGE: u64 = 65536;

/// A module whose code marks itself.
pub struct Instrumented {
    /// The module.
    pub wasm: Vec<u8>,
    /// Where in its memory the marks lie.
    marks: Range<u64>,
    /// Marks of each function.
    counts: Vec<usize>,
}

impl Instrumented {
    /// What ran, from the memory of an instance of the module.
    #[must_use]
    pub fn coverage(&self, memory: &[u8]) -> Coverage {
        let address = |address| usize::try_from(address).unwrap_or(usize::MAX);
        let marks = memory.get(address(self.marks.start)..address(self.marks.end)).unwrap_or_default();
        Coverage::new(marks.iter().map(|&mark| mark != 0).collect(), &self.counts)
    }
}

/// Adds a mark to the beginning of every function and of every block in it.
///
/// The marks lie in pages between the engine's own memory and what it will grow by. An allocator that takes its pages
/// from `memory.grow` (Rust's does) never touches them.
///
/// # Errors
/// The memory's maximum leaves no room for the marks.
pub fn instrument(engine: &Engine<'_>) -> Result<Instrumented, BakeError> {
    let blocks: Vec<Vec<usize>> = engine.bodies.iter().map(coverage::blocks).collect::<Result<_, _>>()?;
    let counts: Vec<usize> = blocks.iter().map(Vec::len).collect();
    let start = engine.memory.initial * PAGE;
    let marks = start..start + counts.iter().sum::<usize>() as u64;
    let pages = marks.end.div_ceil(PAGE);
    if pages > engine.memory.maximum.unwrap_or(PAGE) {
        return Err(BakeError::MemoryKind("limited to a maximum without room for the marks"));
    }
    let mut rewrite = Rewrite::new(engine);
    rewrite.memory_minimum(pages)?;
    rewrite.add_exports(&prepare::state_exports(engine))?;
    let mut addresses = marks.clone();
    let mut blocks = blocks.iter();
    rewrite.bodies(|_, body| marked(body, blocks.next().map_or(&[], Vec::as_slice), &mut addresses), &[]);
    Ok(Instrumented { wasm: rewrite.finish(), marks, counts })
}

/// `i32.const 0; i32.const 1; i32.store8 offset=address` at the beginning of each block.
fn marked(body: &[u8], blocks: &[usize], addresses: &mut Range<u64>) -> Vec<u8> {
    const STORE: [u8; 6] = [0x41, 0x00, 0x41, 0x01, 0x3a, 0x00];
    let mut out = Vec::with_capacity(body.len() + blocks.len() * (STORE.len() + 4));
    let mut copied = 0;
    for (&block, address) in blocks.iter().zip(addresses) {
        out.extend_from_slice(&body[copied..block]);
        out.extend_from_slice(&STORE);
        address.encode(&mut out);
        copied = block;
    }
    out.extend_from_slice(&body[copied..]);
    out
}
