//! What a snapshot can capture, and the refusal of everything else.

use wasmparser::{ElementKind, ExternalKind, Import, MemoryType, Operator, RefType, TypeRef, ValType};

use crate::{BakeError, Engine, engine::malformed, names};

/// The engine's only memory.
pub(crate) fn memory(defined: &[MemoryType], imports: &[Import<'_>]) -> Result<MemoryType, BakeError> {
    let imported = imports.iter().filter(|import| matches!(import.ty, TypeRef::Memory(_))).count();
    let &[memory] = defined else {
        return Err(BakeError::Memories { defined: defined.len(), imported });
    };
    if imported > 0 {
        return Err(BakeError::Memories { defined: 1, imported });
    }
    if memory.shared {
        return Err(BakeError::MemoryKind("shared between threads"));
    }
    if memory.memory64 {
        return Err(BakeError::MemoryKind("addressed with 64 bits"));
    }
    if memory.page_size_log2.is_some() {
        return Err(BakeError::MemoryKind("made of pages of an unusual size"));
    }
    Ok(memory)
}

/// Everything that can be told without reading code.
pub(crate) fn structure(engine: &Engine<'_>) -> Result<(), BakeError> {
    indices(engine)?;
    for import in &engine.imports {
        let kind = match import.ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => continue,
            TypeRef::Memory(_) => continue,
            TypeRef::Global(global) if !global.mutable => "global",
            TypeRef::Global(_) => "mutable global",
            TypeRef::Table(_) => "table",
            TypeRef::Tag(_) => "tag",
        };
        return Err(BakeError::ImportedState { kind, module: import.module.to_owned(), name: import.name.to_owned() });
    }
    for (index, global) in (0u32..).zip(&engine.globals) {
        let number = matches!(global.ty.content_type, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64);
        if global.ty.mutable && !number {
            return Err(BakeError::GlobalType { index, ty: global.ty.content_type.to_string() });
        }
    }
    for segment in &engine.data {
        if segment.address as u64 + segment.range.len() as u64 > engine.memory.initial * 65536 {
            return Err(malformed(format!("the data at address {} lies outside of the memory", segment.address)));
        }
    }
    for (index, element) in (0u32..).zip(&engine.elements) {
        if matches!(element.kind, ElementKind::Passive) {
            return Err(BakeError::PassiveSegment { kind: "element", index });
        }
    }
    match engine.exports.iter().find(|export| names::is_reserved(export.name)) {
        Some(export) => Err(BakeError::ReservedExport(export.name.to_owned())),
        None => Ok(()),
    }
}

/// The indices that later steps rely on.
fn indices(engine: &Engine<'_>) -> Result<(), BakeError> {
    let functions = engine.function_types.len();
    if functions != engine.imported_functions + engine.bodies.len() {
        return Err(malformed("the module does not have one body for each of its functions".to_owned()));
    }
    if engine.function_types.iter().any(|&ty| ty as usize >= engine.types.len()) {
        return Err(malformed("a function has a type that does not exist".to_owned()));
    }
    let exports = engine.exports.iter().filter(|export| export.kind == ExternalKind::Func);
    if exports.map(|export| export.index).chain(engine.start).any(|function| function as usize >= functions) {
        return Err(malformed("a function is exported or started that does not exist".to_owned()));
    }
    Ok(())
}

/// What only the code tells: nothing may change a table of functions, and the start function stays inside.
///
/// Tables of other references (wasm-bindgen's `externref` table) may change: their size is checked at the snapshot.
pub(crate) fn code(engine: &Engine<'_>) -> Result<(), BakeError> {
    let first = u32::try_from(engine.imported_functions).unwrap_or(u32::MAX);
    for (function, body) in (first..).zip(&engine.bodies) {
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            if let Some(table) = changed_table(&operators.read()?)?
                && function_table(engine, table)
            {
                return Err(BakeError::TableChanged { function, table });
            }
        }
    }
    start(engine)
}

fn changed_table(operator: &Operator<'_>) -> Result<Option<u32>, BakeError> {
    Ok(match *operator {
        Operator::TableSet { table }
        | Operator::TableGrow { table }
        | Operator::TableFill { table }
        | Operator::TableInit { table, .. }
        | Operator::TableCopy { dst_table: table, .. } => Some(table),
        Operator::MemoryInit { .. } | Operator::DataDrop { .. } => {
            return Err(BakeError::Unsupported("instructions that use data segments after the start"));
        }
        Operator::Try { .. } | Operator::TryTable { .. } => {
            return Err(BakeError::Unsupported("exceptions"));
        }
        _ => None,
    })
}

fn function_table(engine: &Engine<'_>, table: u32) -> bool {
    engine.tables.get(table as usize).is_none_or(|table| table.ty.element_type == RefType::FUNCREF)
}

fn start(engine: &Engine<'_>) -> Result<(), BakeError> {
    let Some(start) = engine.start else {
        return Ok(());
    };
    let Some(body) = engine.body(start) else {
        return Err(start_calls(engine, start));
    };
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        if let Operator::Call { function_index } = operators.read()?
            && engine.body(function_index).is_none()
        {
            return Err(start_calls(engine, function_index));
        }
    }
    Ok(())
}

fn start_calls(engine: &Engine<'_>, function: u32) -> BakeError {
    let import = engine
        .imports
        .iter()
        .filter(|import| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)))
        .nth(function as usize);
    BakeError::StartCallsImport {
        module: import.map(|import| import.module.to_owned()).unwrap_or_default(),
        name: import.map(|import| import.name.to_owned()).unwrap_or_default(),
    }
}
