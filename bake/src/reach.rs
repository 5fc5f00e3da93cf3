//! Which functions stay: those that ran, as far as the policy those they call, and nothing that no one can reach.

use std::collections::BTreeMap;

use wasmparser::{ExternalKind, Operator};

use crate::{
    BakeError, Engine, Plan,
    live::{self, Callee},
    table::Slots,
};

/// How much stays beside the code that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Only what makes no calls: the smallest module. A branch that leads to a call and that no example took falls back to the
    /// full module.
    Blocks,
    /// The rest of every function that ran.
    #[default]
    Functions,
    /// That, and every function that those can reach by direct calls: most errors are told without the full module, which
    /// makes the lean module several times larger.
    DirectCalls,
}

/// The live instructions of every function that stays, by function index. Imports that stay have none.
pub(crate) type Reached<'a> = BTreeMap<u32, Vec<Operator<'a>>>;

/// Finds the functions that stay.
///
/// # Errors
/// The coverage is not of this engine, a whole export does not exist, or a body can't be read.
pub(crate) fn reached<'a>(engine: &Engine<'a>, plan: &Plan<'_>, slots: &[Slots]) -> Result<Reached<'a>, BakeError> {
    let wanted = Wanted::new(engine, plan)?;
    let exports = engine.exports.iter().filter(|export| export.kind == ExternalKind::Func).map(|export| export.index);
    let mut work: Vec<u32> = exports
        .chain(slots.iter().flat_map(|slots| slots.values().copied()))
        .filter(|&function| wanted.root(function))
        .collect();
    let mut reached = Reached::new();
    while let Some(function) = work.pop() {
        if reached.contains_key(&function) {
            continue;
        }
        let operators = match engine.body(function) {
            Some(body) => live::operators(
                body,
                |callee| wanted.callee(callee),
                |block| wanted.block(engine, plan, function, block),
            )?,
            None => Vec::new(),
        };
        work.extend(operators.iter().filter_map(referenced));
        reached.insert(function, operators);
    }
    Ok(reached)
}

/// For every function of the engine, imports first: whether it may stay, whether with all its blocks, and whether it does
/// nothing.
struct Wanted {
    kept: Vec<bool>,
    whole: Vec<bool>,
    empty: Vec<bool>,
}

impl Wanted {
    fn new(engine: &Engine<'_>, plan: &Plan<'_>) -> Result<Self, BakeError> {
        plan.coverage.check(engine)?;
        let whole = closed(engine, roots(engine, plan.whole)?, live::called)?;
        let mut kept = vec![true; engine.imported_functions];
        kept.extend((0..engine.functions()).map(|function| plan.coverage.ran(function)));
        for (kept, whole) in kept.iter_mut().zip(&whole) {
            *kept |= whole;
        }
        // A reference can't trap: its function stays in any case.
        let follow = if plan.keep == Keep::DirectCalls { referenced } else { taken };
        Ok(Self { kept: closed(engine, kept, follow)?, whole, empty: empty(engine)? })
    }

    /// Whether a function stays where the host or a table can reach it. One that does nothing does: it needs no example.
    fn root(&self, function: u32) -> bool {
        self.callee(function) != Callee::Dropped
    }

    fn callee(&self, function: u32) -> Callee {
        let is = |set: &[bool]| set.get(function as usize).copied().unwrap_or_default();
        match (is(&self.empty), is(&self.kept)) {
            (true, _) => Callee::Empty,
            (_, true) => Callee::Kept,
            _ => Callee::Dropped,
        }
    }

    /// Whether a block of a function that stays does so too.
    fn block(&self, engine: &Engine<'_>, plan: &Plan<'_>, function: u32, block: usize) -> bool {
        let function = function as usize;
        plan.keep != Keep::Blocks
            || self.whole.get(function).copied().unwrap_or_default()
            || plan.coverage.block(function - engine.imported_functions, block)
    }
}

/// The functions that exports name.
fn roots(engine: &Engine<'_>, names: &[&str]) -> Result<Vec<bool>, BakeError> {
    let mut roots = vec![false; engine.function_types.len()];
    for &name in names {
        let found = |export: &&wasmparser::Export<'_>| export.kind == ExternalKind::Func && export.name == name;
        let export = engine.exports.iter().find(found).ok_or_else(|| BakeError::NoExport(name.to_owned()))?;
        roots[export.index as usize] = true;
    }
    Ok(roots)
}

/// A set of functions and all that can be reached from them by what `follow` finds in an instruction.
fn closed(
    engine: &Engine<'_>,
    mut set: Vec<bool>,
    follow: impl Fn(&Operator<'_>) -> Option<u32>,
) -> Result<Vec<bool>, BakeError> {
    let mut work: Vec<u32> = (0u32..).zip(&set).filter(|(_, member)| **member).map(|(function, _)| function).collect();
    while let Some(function) = work.pop() {
        let Some(body) = engine.body(function) else {
            continue;
        };
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            if let Some(next) = follow(&operators.read()?)
                && let Some(member @ false) = set.get_mut(next as usize)
            {
                *member = true;
                work.push(next);
            }
        }
    }
    Ok(set)
}

/// Functions that do nothing, such as the constructors of a full module.
fn empty(engine: &Engine<'_>) -> Result<Vec<bool>, BakeError> {
    let mut empty = vec![false; engine.imported_functions];
    for (function, body) in (engine.imported_functions..).zip(&engine.bodies) {
        let function = u32::try_from(function).unwrap_or(u32::MAX);
        let ty = engine.function_type(function)?;
        let bare = ty.params().is_empty() && ty.results().is_empty();
        empty.push(bare && body.get_operators_reader()?.is_end_then_eof());
    }
    Ok(empty)
}

/// The function that an instruction calls directly or takes a reference of.
fn referenced(operator: &Operator<'_>) -> Option<u32> {
    live::called(operator).or_else(|| taken(operator))
}

/// The function that an instruction takes a reference of.
fn taken(operator: &Operator<'_>) -> Option<u32> {
    match *operator {
        Operator::RefFunc { function_index } => Some(function_index),
        _ => None,
    }
}
