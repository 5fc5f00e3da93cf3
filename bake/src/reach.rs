//! Which functions stay: those that ran, as far as the policy those they call, and nothing that no one can reach.

use std::collections::BTreeMap;

use wasmparser::{ExternalKind, Operator};

use crate::{
    BakeError, Coverage, Engine,
    live::{self, Callee},
    table::Slots,
};

/// How much stays beside the code that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Nothing: the smallest module. A branch that no example took falls back to the full module.
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
/// The number of marks is not the number of functions, or a body can't be read.
pub(crate) fn reached<'a>(
    engine: &Engine<'a>,
    coverage: &Coverage,
    keep: Keep,
    slots: &[Slots],
) -> Result<Reached<'a>, BakeError> {
    let wanted = Wanted::new(engine, coverage, keep)?;
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
            Some(body) => {
                let defined = function as usize - engine.imported_functions;
                let covered = |block| keep != Keep::Blocks || coverage.block(defined, block);
                live::operators(body, |callee| wanted.callee(callee), covered)?
            }
            None => Vec::new(),
        };
        work.extend(operators.iter().filter_map(referenced));
        reached.insert(function, operators);
    }
    Ok(reached)
}

/// For every function of the engine, imports first: whether it may stay, and whether it does nothing.
struct Wanted {
    kept: Vec<bool>,
    empty: Vec<bool>,
}

impl Wanted {
    fn new(engine: &Engine<'_>, coverage: &Coverage, keep: Keep) -> Result<Self, BakeError> {
        coverage.check(engine)?;
        let mut kept = vec![true; engine.imported_functions];
        kept.extend((0..engine.functions()).map(|function| coverage.ran(function)));
        let mut wanted = Self { kept, empty: empty(engine)? };
        wanted.close(engine, keep)?;
        Ok(wanted)
    }

    fn kept(&self, function: u32) -> bool {
        self.kept.get(function as usize).copied().unwrap_or_default()
    }

    /// Whether a function stays where the host or a table can reach it. One that does nothing does: it needs no example.
    fn root(&self, function: u32) -> bool {
        self.callee(function) != Callee::Dropped
    }

    fn callee(&self, function: u32) -> Callee {
        match self.empty.get(function as usize) {
            Some(true) => Callee::Empty,
            _ if self.kept(function) => Callee::Kept,
            _ => Callee::Dropped,
        }
    }

    /// Keeps what the policy says beside the functions that ran. A function whose reference is taken stays in any case,
    /// for a reference can't trap.
    fn close(&mut self, engine: &Engine<'_>, keep: Keep) -> Result<(), BakeError> {
        let mut work: Vec<u32> =
            (0u32..).zip(&self.kept).filter(|(_, kept)| **kept).map(|(function, _)| function).collect();
        while let Some(function) = work.pop() {
            let Some(body) = engine.body(function) else {
                continue;
            };
            let mut operators = body.get_operators_reader()?;
            while !operators.eof() {
                let next = match (operators.read()?, keep) {
                    (Operator::RefFunc { function_index }, _) => Some(function_index),
                    (operator, Keep::DirectCalls) => live::called(&operator),
                    _ => None,
                };
                if let Some(next) = next
                    && let Some(kept @ false) = self.kept.get_mut(next as usize)
                {
                    *kept = true;
                    work.push(next);
                }
            }
        }
        Ok(())
    }
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
    match *operator {
        Operator::RefFunc { function_index } => Some(function_index),
        _ => live::called(operator),
    }
}
