//! The engine read: every section of the module that the bake needs, borrowed from its bytes.

use std::ops::Range;

use wasmparser::{
    BinaryReaderError, DataKind, Element, Export, FuncType, FunctionBody, Global, Import, MemoryType, Parser, Payload,
    Table, TypeRef,
};

use crate::{BakeError, Statics, check, constructors, statics};

/// A module of WebAssembly that can be baked: the output of wasm-bindgen, or a module that this library made from it.
///
/// Function indices count imports first, as WebAssembly does; marks count defined functions only.
pub struct Engine<'a> {
    pub(crate) wasm: &'a [u8],
    pub(crate) sections: Vec<Section>,
    pub(crate) types: Vec<FuncType>,
    pub(crate) imports: Vec<Import<'a>>,
    /// Type index of every function, imports first.
    pub(crate) function_types: Vec<u32>,
    pub(crate) imported_functions: usize,
    pub(crate) tables: Vec<Table<'a>>,
    pub(crate) memory: MemoryType,
    pub(crate) globals: Vec<Global<'a>>,
    pub(crate) exports: Vec<Export<'a>>,
    pub(crate) start: Option<u32>,
    pub(crate) elements: Vec<Element<'a>>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) data: Vec<DataSegment>,
    /// The function that runs the module's constructors, where exports begin by calling it.
    pub(crate) constructors: Option<u32>,
    statics: Option<&'a [u8]>,
}

/// Where a section's contents lie in the module.
pub(crate) struct Section {
    pub(crate) id: u8,
    pub(crate) range: Range<usize>,
}

/// An active data segment.
pub(crate) struct DataSegment {
    /// Address in memory.
    pub(crate) address: u32,
    /// Where its bytes lie in the module.
    pub(crate) range: Range<usize>,
}

impl<'a> Engine<'a> {
    /// Reads an engine and checks that all its state can be captured.
    ///
    /// # Errors
    /// The bytes are not a module, or the module has state that a snapshot would miss: see [`BakeError`].
    pub fn parse(wasm: &'a [u8]) -> Result<Self, BakeError> {
        let engine = Self::read(wasm)?;
        check::code(&engine)?;
        Ok(engine)
    }

    /// Reads an engine whose code has been checked before.
    pub(crate) fn read(wasm: &'a [u8]) -> Result<Self, BakeError> {
        let mut parts = Parts::default();
        for payload in Parser::new(0).parse_all(wasm) {
            parts.add(payload?)?;
        }
        let memory = check::memory(&parts.memories, &parts.imports)?;
        let mut engine = Engine {
            wasm,
            sections: parts.sections,
            types: parts.types,
            imports: parts.imports,
            function_types: parts.function_types,
            imported_functions: parts.imported_functions,
            tables: parts.tables,
            memory,
            globals: parts.globals,
            exports: parts.exports,
            start: parts.start,
            elements: parts.elements,
            bodies: parts.bodies,
            data: parts.data,
            constructors: None,
            statics: parts.statics,
        };
        check::structure(&engine)?;
        engine.constructors = constructors::find(&engine)?;
        Ok(engine)
    }

    /// Number of functions that the module defines: one mark each.
    #[must_use]
    pub fn functions(&self) -> usize {
        self.bodies.len()
    }

    /// Indices of the mutable globals, whose values a snapshot needs.
    #[must_use]
    pub fn mutable_globals(&self) -> Vec<u32> {
        (0u32..).zip(&self.globals).filter(|(_, global)| global.ty.mutable).map(|(index, _)| index).collect()
    }

    /// Sizes of the tables at the start, in slots.
    #[must_use]
    pub fn table_sizes(&self) -> Vec<u64> {
        self.tables.iter().map(|table| table.ty.initial).collect()
    }

    /// Whether the module's constructors still have to run before a snapshot.
    #[must_use]
    pub fn has_constructors(&self) -> bool {
        self.constructors.is_some()
    }

    /// The body of a function, or nothing for an imported one.
    pub(crate) fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        let defined = (function as usize).checked_sub(self.imported_functions)?;
        self.bodies.get(defined)
    }

    /// The type of a function.
    pub(crate) fn function_type(&self, function: u32) -> Result<&FuncType, BakeError> {
        self.function_types
            .get(function as usize)
            .and_then(|&index| self.types.get(index as usize))
            .ok_or_else(|| malformed(format!("function {function} has no type")))
    }

    /// The memory as the data segments leave it, up to the end of the last one.
    pub(crate) fn initial_memory(&self) -> Vec<u8> {
        let ends = self.data.iter().map(|segment| segment.address as usize + segment.range.len());
        let mut memory = vec![0; ends.max().unwrap_or(0)];
        for segment in &self.data {
            let address = segment.address as usize;
            let bytes = &self.wasm[segment.range.clone()];
            memory[address..address + bytes.len()].copy_from_slice(bytes);
        }
        memory
    }

    /// What the linker knew of the engine's statics, where [`describe_data`](crate::describe_data) has added it.
    ///
    /// # Errors
    /// The description is damaged.
    pub fn statics(&self) -> Result<Option<Statics>, BakeError> {
        self.statics.map(Statics::decode).transpose()
    }

    /// The bytes of a section, or nothing when the module has none of that kind.
    pub(crate) fn section(&self, id: u8) -> Option<&'a [u8]> {
        self.sections.iter().find(|section| section.id == id).map(|section| &self.wasm[section.range.clone()])
    }
}

pub(crate) fn malformed(message: String) -> BakeError {
    BakeError::Malformed { message, offset: 0 }
}

#[derive(Default)]
struct Parts<'a> {
    sections: Vec<Section>,
    types: Vec<FuncType>,
    imports: Vec<Import<'a>>,
    function_types: Vec<u32>,
    imported_functions: usize,
    tables: Vec<Table<'a>>,
    memories: Vec<MemoryType>,
    globals: Vec<Global<'a>>,
    exports: Vec<Export<'a>>,
    start: Option<u32>,
    elements: Vec<Element<'a>>,
    bodies: Vec<FunctionBody<'a>>,
    data: Vec<DataSegment>,
    statics: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn add(&mut self, payload: Payload<'a>) -> Result<(), BakeError> {
        if let Some((id, range)) = payload.as_section() {
            self.sections.push(Section { id, range });
        }
        match payload {
            Payload::TypeSection(reader) => {
                self.types = reader.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.import(import?)?;
                }
            }
            Payload::FunctionSection(reader) => {
                for ty in reader {
                    self.function_types.push(ty?);
                }
            }
            Payload::TableSection(reader) => self.tables = all(reader)?,
            Payload::MemorySection(reader) => self.memories = all(reader)?,
            Payload::GlobalSection(reader) => self.globals = all(reader)?,
            Payload::ExportSection(reader) => self.exports = all(reader)?,
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(reader) => self.elements = all(reader)?,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(reader) => {
                for (index, segment) in (0u32..).zip(reader) {
                    self.data.push(data_segment(index, &segment?)?);
                }
            }
            Payload::CustomSection(section) if section.name() == statics::SECTION => {
                self.statics = Some(section.data());
            }
            Payload::TagSection(_) => return Err(BakeError::Unsupported("exceptions")),
            Payload::Version { encoding, .. } if encoding != wasmparser::Encoding::Module => {
                return Err(BakeError::Unsupported("the component model"));
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: Import<'a>) -> Result<(), BakeError> {
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.imported_functions += 1;
                self.function_types.push(ty);
            }
            _ => {}
        }
        self.imports.push(import);
        Ok(())
    }
}

fn all<'a, T: wasmparser::FromReader<'a>>(
    reader: wasmparser::SectionLimited<'a, T>,
) -> Result<Vec<T>, BinaryReaderError> {
    reader.into_iter().collect()
}

pub(crate) fn data_segment(index: u32, segment: &wasmparser::Data<'_>) -> Result<DataSegment, BakeError> {
    let DataKind::Active { offset_expr, .. } = &segment.kind else {
        return Err(BakeError::PassiveSegment { kind: "data", index });
    };
    let address = constant_i32(offset_expr)?.ok_or(BakeError::SegmentKind { kind: "data", index })?;
    let end = segment.range.end;
    Ok(DataSegment { address, range: end - segment.data.len()..end })
}

/// The value of a constant expression that is one `i32.const`, as an address.
pub(crate) fn constant_i32(expression: &wasmparser::ConstExpr<'_>) -> Result<Option<u32>, BinaryReaderError> {
    let mut operators = expression.get_operators_reader();
    let value = match operators.read()? {
        wasmparser::Operator::I32Const { value } => Some(value.cast_unsigned()),
        _ => None,
    };
    Ok(value.filter(|_| operators.is_end_then_eof()))
}
