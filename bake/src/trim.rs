//! The lean module: the code that ran, and what the policy keeps beside it.

use std::collections::BTreeSet;

use wasm_encoder::{
    CodeSection, ExportSection, Function, FunctionSection, ImportSection, Instruction, TypeSection, reencode::Reencode,
};
use wasmparser::{ExternalKind, Operator, TypeRef};

use crate::{
    BakeError, Coverage, Engine, Keep, Report, Size, Statics,
    engine::{constant_i32, malformed},
    image,
    reach::{self, Reached},
    renumber::{self, Renumber},
    rewrite::Rewrite,
    table::{self, Slots},
};

/// A lean module and what it holds.
pub struct Trimmed {
    /// The module.
    pub wasm: Vec<u8>,
    /// What stayed and what went.
    pub report: Report,
}

/// What is known of an engine and its examples, and what the lean module is to keep.
pub struct Plan<'p> {
    /// What ran in the examples.
    pub coverage: &'p Coverage,
    /// How much stays beside it.
    pub keep: Keep,
    /// Exports that stay whole: with every function that they can reach by direct calls, and all its blocks, whether they ran
    /// or not. An allocator should: which of its branches run depends on everything that came before.
    pub whole: &'p [&'p str],
    /// The engine's statics ([`Engine::statics`]), to drop what only dropped code uses; without it, all stays.
    pub statics: Option<&'p Statics>,
}

/// Makes the lean module of a full one.
///
/// Everything that is gone traps when called: directly, through a table, or as an export. Exports, tables and their sizes,
/// the memory's size and globals are as before.
///
/// # Errors
/// The coverage is not of this engine, or the module can't be written again.
pub fn trim(full: &Engine<'_>, plan: &Plan<'_>) -> Result<Trimmed, BakeError> {
    let slots = table::slots(full)?;
    let reached = reach::reached(full, plan, &slots)?;
    let wasm = Lean::new(full, &reached, slots)?.write(plan.statics)?;
    let report = Report {
        full: Size::of(full)?,
        lean: Size::of(&Engine::read(&wasm)?)?,
        ran: plan.coverage.functions(),
        trapping_exports: dropped_exports(full, &reached).map(str::to_owned).collect(),
    };
    Ok(Trimmed { wasm, report })
}

fn dropped_exports<'e>(full: &'e Engine<'_>, reached: &'e Reached<'_>) -> impl Iterator<Item = &'e str> {
    let functions = full.exports.iter().filter(|export| export.kind == ExternalKind::Func);
    functions.filter(|export| !reached.contains_key(&export.index)).map(|export| export.name)
}

struct Lean<'e, 'a> {
    full: &'e Engine<'a>,
    reached: &'e Reached<'a>,
    slots: Vec<Slots>,
    /// Old type indices of the traps that stand in for dropped exports, one trap a type.
    traps: Vec<u32>,
    /// Functions and traps that the module defines before the traps, imports included.
    first_trap: u32,
    types: BTreeSet<u32>,
    renumber: Renumber,
}

impl<'e, 'a> Lean<'e, 'a> {
    fn new(full: &'e Engine<'a>, reached: &'e Reached<'a>, mut slots: Vec<Slots>) -> Result<Self, BakeError> {
        for slots in &mut slots {
            slots.retain(|_, function| reached.contains_key(function));
        }
        let mut traps = BTreeSet::new();
        for export in &full.exports {
            if export.kind == ExternalKind::Func && !reached.contains_key(&export.index) {
                traps.insert(function_type(full, export.index));
            }
        }
        let mut types = traps.clone();
        for (&function, operators) in reached {
            types.insert(function_type(full, function));
            types.extend(operators.iter().filter_map(renumber::named_type));
        }
        Ok(Self {
            full,
            reached,
            slots,
            traps: traps.into_iter().collect(),
            first_trap: u32::try_from(reached.len()).unwrap_or(u32::MAX),
            renumber: Renumber::new(reached.keys().copied(), &types),
            types,
        })
    }

    fn write(mut self, statics: Option<&Statics>) -> Result<Vec<u8>, BakeError> {
        let mut rewrite = Rewrite::new(self.full);
        rewrite.replace(&self.types()?);
        rewrite.replace(&self.imports()?);
        rewrite.replace(&self.functions()?);
        rewrite.replace(&self.exports()?);
        rewrite.replace(&self.elements());
        rewrite.replace(&self.code()?);
        if let Some(statics) = statics {
            let mut memory = self.full.initial_memory();
            statics.scrub(&mut memory, self.renumber.addresses().iter().copied(), self.globals()?);
            rewrite.replace(&image::data_section(&memory, &image::segments(&memory)));
        }
        Ok(rewrite.finish())
    }

    /// The initial values of globals, which may be addresses.
    fn globals(&self) -> Result<Vec<u32>, BakeError> {
        let values = self.full.globals.iter().map(|global| constant_i32(&global.init_expr));
        Ok(values.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }

    fn types(&mut self) -> Result<TypeSection, BakeError> {
        let mut section = TypeSection::new();
        for &ty in &self.types {
            let Some(known) = self.full.types.get(ty as usize) else {
                return Err(malformed(format!("code names the type {ty}, which does not exist")));
            };
            let ty = self.renumber.func_type(known.clone())?;
            section.ty().func_type(&ty);
        }
        Ok(section)
    }

    fn imports(&mut self) -> Result<ImportSection, BakeError> {
        let mut section = ImportSection::new();
        let mut function = 0;
        for import in &self.full.imports {
            let is_function = matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
            if !is_function || self.renumber.function(function).is_some() {
                let ty = self.renumber.entity_type(import.ty)?;
                section.import(import.module, import.name, ty);
            }
            function += u32::from(is_function);
        }
        Ok(section)
    }

    /// The functions that stay and that the module defines, with their instructions.
    fn defined(&self) -> impl Iterator<Item = (u32, &'e [Operator<'a>])> + use<'e, 'a> {
        let first = u32::try_from(self.full.imported_functions).unwrap_or(u32::MAX);
        self.reached.range(first..).map(|(&function, operators)| (function, operators.as_slice()))
    }

    fn functions(&self) -> Result<FunctionSection, BakeError> {
        let mut section = FunctionSection::new();
        for (function, _) in self.defined() {
            section.function(self.renumber.ty(function_type(self.full, function))?);
        }
        for &ty in &self.traps {
            section.function(self.renumber.ty(ty)?);
        }
        Ok(section)
    }

    fn exports(&mut self) -> Result<ExportSection, BakeError> {
        let mut section = ExportSection::new();
        for export in &self.full.exports {
            let index = match export.kind {
                ExternalKind::Func => match self.renumber.function(export.index) {
                    Some(index) => index,
                    None => self.trap(function_type(self.full, export.index)),
                },
                _ => export.index,
            };
            section.export(export.name, self.renumber.export_kind(export.kind)?, index);
        }
        Ok(section)
    }

    /// The function that stands in for dropped ones of a type.
    fn trap(&self, ty: u32) -> u32 {
        let position = self.traps.iter().position(|&trap| trap == ty).unwrap_or_default();
        self.first_trap + u32::try_from(position).unwrap_or(u32::MAX)
    }

    fn elements(&self) -> wasm_encoder::ElementSection {
        let renumbered: Vec<Slots> = self
            .slots
            .iter()
            .map(|slots| {
                let new = |(&slot, &function)| Some((slot, self.renumber.function(function)?));
                slots.iter().filter_map(new).collect()
            })
            .collect();
        table::section(&renumbered, &self.references())
    }

    /// New indices of the functions whose references code takes.
    fn references(&self) -> Vec<u32> {
        let mut references = BTreeSet::new();
        for operator in self.reached.values().flatten() {
            if let Operator::RefFunc { function_index } = *operator {
                references.extend(self.renumber.function(function_index));
            }
        }
        references.into_iter().collect()
    }

    fn code(&mut self) -> Result<CodeSection, BakeError> {
        let mut section = CodeSection::new();
        for (function, operators) in self.defined() {
            let Some(body) = self.full.body(function) else {
                continue;
            };
            let mut written = self.renumber.new_function_with_parsed_locals(body)?;
            for operator in operators {
                written.instruction(&self.renumber.instruction(operator.clone())?);
            }
            section.function(&written);
        }
        for _ in &self.traps {
            let mut trap = Function::new([]);
            trap.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
            section.function(&trap);
        }
        Ok(section)
    }
}

/// The old type index of a function.
fn function_type(full: &Engine<'_>, function: u32) -> u32 {
    full.function_types.get(function as usize).copied().unwrap_or(u32::MAX)
}
