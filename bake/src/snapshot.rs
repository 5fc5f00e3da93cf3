//! The full module: the engine with a model in it, which instantiating restores.

use std::borrow::Cow;

use wasm_encoder::{ConstExpr, Ieee32, Ieee64};
use wasmparser::ValType;

use crate::{BakeError, Engine, image, prepare, rewrite::Rewrite, stack};

/// Size of a page of WebAssembly memory, in bytes.
const PAGE: usize = 65536;

/// What a prepared engine holds after it has loaded a model, with no call under way.
pub struct State<'s> {
    /// The whole memory.
    pub memory: &'s [u8],
    /// The mutable globals, each with its index and the bits of its value, in the order of [`Engine::mutable_globals`].
    pub globals: &'s [(u32, u64)],
    /// The sizes of the tables, in slots, in the order of [`Engine::table_sizes`].
    pub tables: &'s [u64],
}

/// The engine that starts in a given state: memory as data segments, globals as initial values, start function and
/// constructors gone.
///
/// # Errors
/// The state is not one of this engine at rest, or holds JavaScript values: see [`BakeError`].
pub fn snapshot(engine: &Engine<'_>, state: &State<'_>) -> Result<Vec<u8>, BakeError> {
    check_memory(engine, state.memory)?;
    check_tables(engine, state.tables)?;
    let globals = check_globals(engine, state.globals)?;
    let memory = without_dead_stack(engine, state)?;

    let mut rewrite = Rewrite::new(engine);
    rewrite.drop_start();
    rewrite.memory_minimum((memory.len() / PAGE) as u64)?;
    rewrite.global_values(|index| {
        let (_, value) = globals.iter().find(|(global, _)| *global == index)?;
        Some(value.clone())
    })?;
    if let Some(constructors) = engine.constructors {
        rewrite.bodies(|index, body| prepare::without(constructors, index, body), &[]);
    }
    rewrite.replace(&image::data_section(&memory, &image::segments(&memory)));
    Ok(rewrite.finish())
}

fn check_memory(engine: &Engine<'_>, memory: &[u8]) -> Result<(), BakeError> {
    let pages = (memory.len() / PAGE) as u64;
    let most = engine.memory.maximum.unwrap_or(PAGE as u64);
    if memory.len().is_multiple_of(PAGE) && (engine.memory.initial..=most).contains(&pages) {
        return Ok(());
    }
    Err(BakeError::ImageSize {
        expected: format!("from {} to {most} pages of {PAGE}", engine.memory.initial),
        got: memory.len(),
    })
}

fn check_tables(engine: &Engine<'_>, sizes: &[u64]) -> Result<(), BakeError> {
    let initial = engine.table_sizes();
    if sizes.len() != initial.len() {
        return Err(BakeError::Tables { expected: initial.len(), got: sizes.len() });
    }
    for (table, (&expected, &got)) in (0u32..).zip(initial.iter().zip(sizes)) {
        if got != expected {
            return Err(BakeError::TableGrew { table, expected, got });
        }
    }
    Ok(())
}

fn check_globals(engine: &Engine<'_>, values: &[(u32, u64)]) -> Result<Vec<(u32, ConstExpr)>, BakeError> {
    let expected = engine.mutable_globals();
    let got: Vec<u32> = values.iter().map(|(index, _)| *index).collect();
    if got != expected {
        return Err(BakeError::Globals { expected, got });
    }
    Ok(values.iter().map(|&(index, bits)| (index, constant(engine, index, bits))).collect())
}

/// A global's value as a constant. `check::structure` has let only numbers pass.
fn constant(engine: &Engine<'_>, index: u32, bits: u64) -> ConstExpr {
    #[expect(clippy::cast_possible_truncation, reason = "a 32-bit value comes in the low bits")]
    let low = bits as u32;
    match engine.globals[index as usize].ty.content_type {
        ValType::I64 => ConstExpr::i64_const(bits.cast_signed()),
        ValType::F32 => ConstExpr::f32_const(Ieee32::new(low)),
        ValType::F64 => ConstExpr::f64_const(Ieee64::new(bits)),
        _ => ConstExpr::i32_const(low.cast_signed()),
    }
}

fn without_dead_stack<'s>(engine: &Engine<'_>, state: &State<'s>) -> Result<Cow<'s, [u8]>, BakeError> {
    let Some(stack) = stack::find(engine) else {
        return Ok(Cow::Borrowed(state.memory));
    };
    for &(global, bits) in state.globals {
        if global == stack.global && bits != u64::from(stack.range.end) {
            #[expect(clippy::cast_possible_truncation, reason = "the stack pointer has 32 bits")]
            let got = bits as u32;
            return Err(BakeError::StackInUse { expected: stack.range.end, got });
        }
    }
    let mut memory = state.memory.to_vec();
    let dead = stack.range.start as usize..(stack.range.end as usize).min(memory.len());
    memory[dead].fill(0);
    Ok(Cow::Owned(memory))
}
