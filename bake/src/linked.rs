//! What the linker knows of statics, read from a module linked with `--emit-relocs`.

use std::ops::Range;

use wasmparser::{
    CustomSectionReader, DefinedDataSymbol, KnownCustom, Linking, Parser, Payload, RelocationEntry, RelocationType,
    SymbolInfo,
};

use crate::{
    BakeError, Engine,
    engine::malformed,
    rewrite::Rewrite,
    statics::{SECTION, Statics, WORD},
};

/// The engine with a description of its statics added, so that trimming can drop what only dropped code uses.
///
/// All other custom sections go: the linker's notes, which wasm-bindgen carries along, are larger than many an engine.
///
/// `linked` is the module that the engine was made from, as linked with `-C link-arg=--emit-relocs` and before wasm-bindgen:
/// its relocations say which data each function and each datum refers to. Data stays at its address after the link.
///
/// # Errors
/// `linked` holds no relocations, or its statics is not the engine's.
pub fn describe_data(engine: &[u8], linked: &[u8]) -> Result<Vec<u8>, BakeError> {
    let described = Linked::read(linked)?.statics()?;
    let engine = Engine::read(engine)?;
    check_same(&engine, &Engine::read(linked)?, &described)?;
    let mut out = Rewrite::new(&engine).finish();
    wasm_encoder::Section::append_to(
        &wasm_encoder::CustomSection { name: SECTION.into(), data: described.encode().into() },
        &mut out,
    );
    Ok(out)
}

fn check_same(engine: &Engine<'_>, linked: &Engine<'_>, described: &Statics) -> Result<(), BakeError> {
    let (before, after) = (linked.initial_memory(), engine.initial_memory());
    let same = described.ranges().iter().all(|range| {
        let range = range.start as usize..range.end as usize;
        before.get(range.clone()).is_some() && before.get(range.clone()) == after.get(range)
    });
    if same { Ok(()) } else { Err(BakeError::OtherData) }
}

/// The linker's notes: symbols of data and the places that refer to them.
#[derive(Default)]
struct Linked {
    /// Start address of each data segment.
    segments: Vec<u32>,
    segment_names: Vec<String>,
    /// By symbol index; nothing for what is not data.
    symbols: Vec<Option<DefinedDataSymbol>>,
    code: Vec<RelocationEntry>,
    data: Vec<RelocationEntry>,
    /// Addresses of the bytes that the data section's relocations count from: (offset in the section, address) per segment.
    data_starts: Vec<(usize, u32)>,
}

impl Linked {
    fn read(wasm: &[u8]) -> Result<Self, BakeError> {
        let mut linked = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::DataSection(reader) => linked.add_data(reader)?,
                Payload::CustomSection(section) => linked.add_custom(&section)?,
                _ => {}
            }
        }
        if linked.symbols.is_empty() || linked.code.is_empty() {
            return Err(BakeError::NoRelocations);
        }
        Ok(linked)
    }

    fn add_data(&mut self, reader: wasmparser::DataSectionReader<'_>) -> Result<(), BakeError> {
        let section = reader.range().start;
        for (index, segment) in (0u32..).zip(reader) {
            let segment = crate::engine::data_segment(index, &segment?)?;
            self.segments.push(segment.address);
            self.data_starts.push((segment.range.start - section, segment.address));
        }
        Ok(())
    }

    fn add_custom(&mut self, section: &CustomSectionReader<'_>) -> Result<(), BakeError> {
        let name = section.name();
        match section.as_known() {
            KnownCustom::Linking(reader) => {
                for part in reader.subsections() {
                    match part? {
                        Linking::SymbolTable(symbols) => {
                            for symbol in symbols {
                                self.symbols.push(data_symbol(&symbol?));
                            }
                        }
                        Linking::SegmentInfo(segments) => {
                            for segment in segments {
                                self.segment_names.push(segment?.name.to_owned());
                            }
                        }
                        _ => {}
                    }
                }
            }
            KnownCustom::Reloc(reader) if name == "reloc.CODE" => {
                self.code = reader.entries().into_iter().collect::<Result<_, _>>()?;
            }
            KnownCustom::Reloc(reader) if name == "reloc.DATA" => {
                self.data = reader.entries().into_iter().collect::<Result<_, _>>()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn statics(&self) -> Result<Statics, BakeError> {
        let mut ranges = Vec::new();
        let mut pinned = Vec::new();
        for symbol in &self.symbols {
            ranges.extend(self.range_of(symbol.as_ref())?);
        }
        let (mut code, mut data) = (Vec::new(), Vec::new());
        for relocation in &self.code {
            let Some(range) = self.target(relocation)? else {
                continue;
            };
            if absolute(relocation.ty) {
                code.push((address(&range, relocation), range));
            } else {
                pinned.push(range);
            }
        }
        for relocation in &self.data {
            let Some(range) = self.target(relocation)? else {
                continue;
            };
            if absolute(relocation.ty) && self.address_of(relocation.offset as usize)?.is_multiple_of(WORD) {
                data.push((address(&range, relocation), range));
            } else {
                pinned.push(range);
            }
        }
        Ok(Statics::new(ranges, &pinned, &code, &data))
    }

    /// The statics that a relocation refers to.
    fn target(&self, relocation: &RelocationEntry) -> Result<Option<Range<u32>>, BakeError> {
        if !addresses_data(relocation.ty) {
            return Ok(None);
        }
        self.range_of(self.symbols.get(relocation.index as usize).and_then(Option::as_ref))
    }

    /// Where a symbol lies, if it is a static with a size: constant, writable or zero at first. Tables of functions are none.
    fn range_of(&self, symbol: Option<&DefinedDataSymbol>) -> Result<Option<Range<u32>>, BakeError> {
        let Some(symbol) = symbol.filter(|symbol| symbol.size > 0) else {
            return Ok(None);
        };
        let segment = symbol.index as usize;
        let name = self.segment_names.get(segment);
        let start = self.segments.get(segment);
        let (Some(name), Some(start)) = (name, start) else {
            return Err(malformed(format!("a symbol lies in the data segment {segment}, which does not exist")));
        };
        let range = start.checked_add(symbol.offset).and_then(|start| Some(start..start.checked_add(symbol.size)?));
        match range {
            Some(range) if [".rodata", ".data", ".bss"].iter().any(|kind| name.starts_with(kind)) => Ok(Some(range)),
            Some(_) => Ok(None),
            None => Err(malformed("a symbol lies past the end of memory".to_owned())),
        }
    }

    /// The address of the byte at an offset of the data section.
    fn address_of(&self, offset: usize) -> Result<u32, BakeError> {
        let segment = self.data_starts.iter().rev().find(|(start, _)| *start <= offset);
        segment.and_then(|(start, address)| address.checked_add(u32::try_from(offset - start).ok()?)).ok_or_else(|| {
            malformed(format!("a relocation lies at {offset} of the data section, outside of its segments"))
        })
    }
}

/// What a relocation writes: a symbol's address and an addend, which may lead out of the symbol.
fn address(range: &Range<u32>, relocation: &RelocationEntry) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "addresses have 32 bits")]
    range.start.wrapping_add_signed(relocation.addend as i32)
}

fn data_symbol(symbol: &SymbolInfo<'_>) -> Option<DefinedDataSymbol> {
    match symbol {
        SymbolInfo::Data { symbol, .. } => *symbol,
        _ => None,
    }
}

/// Whether a relocation's index is that of a data symbol (others count types, tables, functions).
fn addresses_data(ty: RelocationType) -> bool {
    use RelocationType as R;
    absolute(ty)
        || matches!(
            ty,
            R::MemoryAddrRelSleb
                | R::MemoryAddrLeb64
                | R::MemoryAddrSleb64
                | R::MemoryAddrI64
                | R::MemoryAddrRelSleb64
                | R::MemoryAddrTlsSleb
                | R::MemoryAddrTlsSleb64
                | R::MemoryAddrLocrelI32
        )
}

/// Whether the relocated bytes hold the address itself, as code and image can be searched for.
fn absolute(ty: RelocationType) -> bool {
    use RelocationType as R;
    matches!(ty, R::MemoryAddrLeb | R::MemoryAddrSleb | R::MemoryAddrI32)
}
