//! The module's constructors: where `wasm-ld` put them, and how they come to run exactly once.
//!
//! A "command" module has no start function. Its linker wraps every export in a function named
//! `<export>.command_export`, which first calls `__wasm_call_ctors`: the constructors run at every call. Linked with
//! `--export=__wasm_call_ctors`, the module leaves them to its host.

use wasmparser::{ExternalKind, Operator};

use crate::{BakeError, Engine};

/// Name of the constructors, where the link exported them (`-C link-arg=--export=__wasm_call_ctors`).
const EXPORTED: &str = "__wasm_call_ctors";

const WRAPPED: &str = "_command_export";

/// The function that runs the constructors: exported by its name, or the one that every wrapped export calls first.
///
/// wasm-bindgen keeps the suffix in the export's name, with or without a name section, for the exports that it makes itself
/// (`__wbindgen_malloc_command_export`), so that one of them is enough to recognise the constructors.
pub(crate) fn find(engine: &Engine<'_>) -> Result<Option<u32>, BakeError> {
    let exported = |export: &&wasmparser::Export<'_>| export.kind == ExternalKind::Func && export.name == EXPORTED;
    if let Some(export) = engine.exports.iter().find(exported) {
        return Ok((!is_empty(engine, export.index)?).then_some(export.index));
    }
    let mut found = None;
    for export in &engine.exports {
        if export.kind != ExternalKind::Func || !export.name.ends_with(WRAPPED) {
            continue;
        }
        let Some(callee) = first_call(engine, export.index)? else {
            continue;
        };
        match found {
            Some(first) if first != callee => {
                return Err(BakeError::Constructors { first, second: callee });
            }
            _ => found = Some(callee),
        }
    }
    Ok(found)
}

/// The defined function without parameters or results that a function's first instruction calls.
///
/// A function that is only a call of another (an export without parameters) does not count as wrapped: there would be
/// nothing left to wrap.
fn first_call(engine: &Engine<'_>, function: u32) -> Result<Option<u32>, BakeError> {
    let Some(body) = engine.body(function) else {
        return Ok(None);
    };
    let mut operators = body.get_operators_reader()?;
    let Operator::Call { function_index } = operators.read()? else {
        return Ok(None);
    };
    if operators.is_end_then_eof() || engine.body(function_index).is_none() {
        return Ok(None);
    }
    let ty = engine.function_type(function_index)?;
    let bare = ty.params().is_empty() && ty.results().is_empty();
    Ok((bare && !is_empty(engine, function_index)?).then_some(function_index))
}

/// Whether a function does nothing, as the constructors of a full module do.
fn is_empty(engine: &Engine<'_>, function: u32) -> Result<bool, BakeError> {
    match engine.body(function) {
        Some(body) => Ok(body.get_operators_reader()?.is_end_then_eof()),
        None => Ok(false),
    }
}
