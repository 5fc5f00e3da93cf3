//! The tables of functions: which slot holds what, and the same with some functions gone.

use std::collections::BTreeMap;

use wasm_encoder::{ConstExpr, ElementSection, Elements};
use wasmparser::{Element, ElementItems, ElementKind, Operator};

use crate::{BakeError, Engine, engine::constant_i32};

/// The function in each slot of a table that holds one, by slot.
pub(crate) type Slots = BTreeMap<u32, u32>;

/// What the active element segments put into each table, later segments over earlier ones.
///
/// # Errors
/// A segment's place or items are not plain constants.
pub(crate) fn slots(engine: &Engine<'_>) -> Result<Vec<Slots>, BakeError> {
    let mut tables = vec![Slots::new(); engine.tables.len()];
    for (index, element) in (0u32..).zip(&engine.elements) {
        let ElementKind::Active { table_index, offset_expr } = &element.kind else {
            continue;
        };
        let refused = BakeError::SegmentKind { kind: "element", index };
        let start = constant_i32(offset_expr)?.ok_or_else(|| refused.clone())?;
        let table = tables.get_mut(table_index.unwrap_or(0) as usize).ok_or_else(|| refused.clone())?;
        for (slot, item) in (start..=u32::MAX).zip(items(element)?) {
            match item {
                Item::Function(function) => table.insert(slot, function),
                Item::Null => table.remove(&slot),
                Item::Other => return Err(refused),
            };
        }
    }
    Ok(tables)
}

enum Item {
    Function(u32),
    Null,
    Other,
}

fn items(element: &Element<'_>) -> Result<Vec<Item>, BakeError> {
    match element.items.clone() {
        ElementItems::Functions(functions) => {
            functions.into_iter().map(|function| Ok(Item::Function(function?))).collect()
        }
        ElementItems::Expressions(_, expressions) => {
            expressions.into_iter().map(|expression| item(&expression?)).collect()
        }
    }
}

fn item(expression: &wasmparser::ConstExpr<'_>) -> Result<Item, BakeError> {
    let mut operators = expression.get_operators_reader();
    let item = match operators.read()? {
        Operator::RefFunc { function_index } => Item::Function(function_index),
        Operator::RefNull { .. } => Item::Null,
        _ => Item::Other,
    };
    Ok(if operators.is_end_then_eof() { item } else { Item::Other })
}

/// Element segments that fill each run of used slots. The others stay null: an indirect call of them traps.
///
/// `declared` are the functions whose references code takes, which a module has to announce.
pub(crate) fn section(tables: &[Slots], declared: &[u32]) -> ElementSection {
    let mut section = ElementSection::new();
    for (table, slots) in (0u32..).zip(tables) {
        for (start, functions) in runs(slots) {
            let table = (table > 0).then_some(table);
            let offset = ConstExpr::i32_const(start.cast_signed());
            section.active(table, &offset, Elements::Functions(functions.into()));
        }
    }
    if !declared.is_empty() {
        section.declared(Elements::Functions(declared.into()));
    }
    section
}

/// Runs of slots that follow each other.
fn runs(slots: &Slots) -> Vec<(u32, Vec<u32>)> {
    let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
    let mut next = None;
    for (&slot, &function) in slots {
        match runs.last_mut() {
            Some((_, functions)) if next == Some(slot) => functions.push(function),
            _ => runs.push((slot, vec![function])),
        }
        next = slot.checked_add(1);
    }
    runs
}
