//! The engine made ready to load a model in: its state reachable, its constructors under the host's control.

use wasm_encoder::{ExportKind, FunctionSection};

use crate::{BakeError, Engine, names, rewrite::Rewrite};

/// A function body without locals that only returns.
pub(crate) const EMPTY_BODY: [u8; 2] = [0x00, 0x0b];

/// The engine with its memory, mutable globals and tables exported under [`names`], and with its start function and
/// constructors, if any, taken out of every call and exported, to be called once and first.
///
/// # Errors
/// The module can't be written again.
pub fn prepare(engine: &Engine<'_>) -> Result<Vec<u8>, BakeError> {
    let mut rewrite = Rewrite::new(engine);
    let mut exports = state_exports(engine);
    if let Some(start) = engine.start {
        rewrite.drop_start();
        exports.push((names::START.to_owned(), ExportKind::Func, start));
    }
    if let Some(constructors) = engine.constructors {
        let moved = u32::try_from(engine.function_types.len()).unwrap_or(u32::MAX);
        exports.push((names::CONSTRUCTORS.to_owned(), ExportKind::Func, moved));
        move_constructors(engine, &mut rewrite, constructors);
    }
    rewrite.add_exports(&exports)?;
    Ok(rewrite.finish())
}

pub(crate) fn state_exports(engine: &Engine<'_>) -> Vec<(String, ExportKind, u32)> {
    let memory = (names::MEMORY.to_owned(), ExportKind::Memory, 0);
    let globals = engine.mutable_globals().into_iter().map(|index| (names::global(index), ExportKind::Global, index));
    let tables = (0u32..).zip(&engine.tables).map(|(index, _)| (names::table(index), ExportKind::Table, index));
    std::iter::once(memory).chain(globals).chain(tables).collect()
}

/// The constructors' code goes to a new function at the end, so that no index changes; calls to the old one do nothing.
fn move_constructors(engine: &Engine<'_>, rewrite: &mut Rewrite<'_, '_>, constructors: u32) {
    let defined = &engine.function_types[engine.imported_functions..];
    let mut functions = FunctionSection::new();
    for &ty in defined {
        functions.function(ty);
    }
    functions.function(engine.function_types[constructors as usize]);
    rewrite.replace(&functions);
    let moved = engine.body(constructors).map_or(&EMPTY_BODY[..], wasmparser::FunctionBody::as_bytes);
    rewrite.bodies(|index, body| without(constructors, index, body), &[moved]);
}

/// A function's body, or an empty one for the constructors.
pub(crate) fn without(constructors: u32, index: u32, body: &[u8]) -> Vec<u8> {
    if index == constructors { EMPTY_BODY.to_vec() } else { body.to_vec() }
}
