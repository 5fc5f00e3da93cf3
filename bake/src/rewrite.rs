//! A module written again with some of its sections replaced, everything else copied byte for byte.

use std::collections::BTreeMap;

use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, GlobalSection, MemorySection, Module, RawSection, Section,
    reencode::{Reencode, RoundtripReencoder},
};

use crate::{BakeError, Engine};

/// Section ids in the order in which a module must hold them.
const ORDER: [u8; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
const START: u8 = 8;
const DATA_COUNT: u8 = 12;

/// Replacements for an engine's sections. Custom sections are dropped.
pub(crate) struct Rewrite<'e, 'a> {
    engine: &'e Engine<'a>,
    replaced: BTreeMap<u8, Vec<u8>>,
}

impl<'e, 'a> Rewrite<'e, 'a> {
    pub(crate) fn new(engine: &'e Engine<'a>) -> Self {
        let mut rewrite = Self { engine, replaced: BTreeMap::new() };
        // No instruction that needs the count of data segments passes `check::code`.
        rewrite.drop_section(DATA_COUNT);
        rewrite
    }

    pub(crate) fn replace(&mut self, section: &impl Section) {
        let mut bytes = Vec::new();
        section.append_to(&mut bytes);
        self.replaced.insert(section.id(), bytes);
    }

    fn drop_section(&mut self, id: u8) {
        self.replaced.insert(id, Vec::new());
    }

    pub(crate) fn drop_start(&mut self) {
        self.drop_section(START);
    }

    /// Gives the memory another minimum, in pages.
    pub(crate) fn memory_minimum(&mut self, pages: u64) -> Result<(), BakeError> {
        let mut section = MemorySection::new();
        let memory = wasmparser::MemoryType { initial: pages, ..self.engine.memory };
        section.memory(RoundtripReencoder.memory_type(memory).map_err(never)?);
        self.replace(&section);
        Ok(())
    }

    /// Gives the mutable globals other initial values.
    pub(crate) fn global_values(&mut self, value: impl Fn(u32) -> Option<ConstExpr>) -> Result<(), BakeError> {
        let mut section = GlobalSection::new();
        for (index, global) in (0u32..).zip(&self.engine.globals) {
            let expression = match value(index) {
                Some(expression) => expression,
                None => RoundtripReencoder.const_expr(global.init_expr.clone()).map_err(never)?,
            };
            section.global(RoundtripReencoder.global_type(global.ty).map_err(never)?, &expression);
        }
        if !section.is_empty() {
            self.replace(&section);
        }
        Ok(())
    }

    /// The module's exports and these more.
    pub(crate) fn add_exports(&mut self, more: &[(String, ExportKind, u32)]) -> Result<(), BakeError> {
        let mut section = ExportSection::new();
        for export in &self.engine.exports {
            RoundtripReencoder.parse_export(&mut section, *export).map_err(never)?;
        }
        for (name, kind, index) in more {
            section.export(name, *kind, *index);
        }
        self.replace(&section);
        Ok(())
    }

    /// Every function's body, changed or not.
    pub(crate) fn bodies(&mut self, mut body: impl FnMut(u32, &'a [u8]) -> Vec<u8>, more: &[&[u8]]) {
        let mut section = CodeSection::new();
        let first = self.engine.imported_functions;
        for (index, original) in (first..).zip(&self.engine.bodies) {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            section.raw(&body(index, original.as_bytes()));
        }
        for body in more {
            section.raw(body);
        }
        self.replace(&section);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let mut out = Module::HEADER.to_vec();
        for id in ORDER {
            if let Some(bytes) = self.replaced.get(&id) {
                out.extend_from_slice(bytes);
            } else if let Some(data) = self.engine.section(id) {
                RawSection { id, data }.append_to(&mut out);
            }
        }
        out
    }
}

/// The round trip itself has no errors of its own.
pub(crate) fn never(error: wasm_encoder::reencode::Error) -> BakeError {
    match error {
        wasm_encoder::reencode::Error::ParseError(error) => error.into(),
        _ => BakeError::Unsupported("an encoding outside of core WebAssembly modules"),
    }
}
