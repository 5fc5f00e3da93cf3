//! What was made, in numbers.

use serde::Serialize;

use crate::{BakeError, Engine, table};

/// What a module consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Size {
    /// Bytes of the whole module.
    pub module_bytes: usize,
    /// Functions that it defines.
    pub functions: usize,
    /// Functions that it imports.
    pub imports: usize,
    /// Types of functions.
    pub types: usize,
    /// Bytes of code.
    pub code_bytes: usize,
    /// Data segments.
    pub segments: usize,
    /// Bytes of data in them.
    pub data_bytes: usize,
    /// Table slots that hold a function.
    pub table_slots: usize,
    /// Bytes of memory at the start.
    pub memory_bytes: u64,
}

impl Size {
    /// Measures a module.
    ///
    /// # Errors
    /// Its element segments are not plain constants.
    pub fn of(engine: &Engine<'_>) -> Result<Self, BakeError> {
        let slots = table::slots(engine)?;
        Ok(Self {
            module_bytes: engine.wasm.len(),
            functions: engine.functions(),
            imports: engine.imported_functions,
            types: engine.types.len(),
            code_bytes: engine.bodies.iter().map(|body| body.range().len()).sum(),
            segments: engine.data.len(),
            data_bytes: engine.data.iter().map(|segment| segment.range.len()).sum(),
            table_slots: slots.iter().map(std::collections::BTreeMap::len).sum(),
            memory_bytes: engine.memory.initial * 65536,
        })
    }
}

/// What a trim did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The full module.
    pub full: Size,
    /// The lean module.
    pub lean: Size,
    /// Functions that ran in the examples.
    pub ran: usize,
    /// Exports that the lean module answers by trapping, because no example called them.
    pub trapping_exports: Vec<String>,
}
