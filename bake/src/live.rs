//! The live instructions of a function once some functions are gone: a call of one of those traps, and what follows it
//! up to the end of its block can never run.

use wasmparser::{FunctionBody, Operator};

use crate::{BakeError, coverage};

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// The function stays.
    Kept,
    /// The function is gone: calling it traps.
    Dropped,
    /// The function does nothing: the call goes.
    Empty,
}

/// The instructions that can still run, a trap in place of each call to a dropped function and of each block that `covered`
/// does not keep.
///
/// A block without a call stays in any case. It is the rest of a loop, the next probe of a hash table, another side of a
/// comparison: cheap to keep, and taken sooner or later by inputs no different from the examples. What calls leads elsewhere:
/// to an error, another type, a cold path.
pub(crate) fn operators<'a>(
    body: &FunctionBody<'a>,
    callee: impl Fn(u32) -> Callee,
    covered: impl Fn(usize) -> bool,
) -> Result<Vec<Operator<'a>>, BakeError> {
    let all: Vec<Operator<'a>> = body.get_operators_reader()?.into_iter().collect::<Result<_, _>>()?;
    let mut live = Live::default();
    let mut block = 0;
    for (index, operator) in all.iter().enumerate() {
        live.add(operator.clone(), &callee);
        let rest = &all[index + 1..];
        if coverage::begins_block(operator) && !rest.is_empty() {
            block += 1;
            if live.dead.is_none() && !covered(block) && calls(rest) {
                live.trap();
            }
        }
    }
    Ok(live.operators)
}

/// Whether there is a call in the instructions up to the end of the block that they begin in.
fn calls(rest: &[Operator<'_>]) -> bool {
    let mut depth = Some(0);
    for operator in rest {
        match depth.and_then(|depth| skip(depth, operator)) {
            None => return false,
            next => depth = next,
        }
        if matches!(operator, Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. })
            || called(operator).is_some()
        {
            return true;
        }
    }
    false
}

#[derive(Default)]
struct Live<'a> {
    operators: Vec<Operator<'a>>,
    /// In dead code, the number of blocks opened since it went dead.
    dead: Option<usize>,
}

impl<'a> Live<'a> {
    fn add(&mut self, operator: Operator<'a>, callee: impl Fn(u32) -> Callee) {
        if let Some(depth) = self.dead {
            self.dead = skip(depth, &operator);
            if self.dead.is_none() {
                self.operators.push(operator);
            }
            return;
        }
        match called(&operator).map(callee) {
            Some(Callee::Empty) if !leaves(&operator) => {}
            Some(Callee::Dropped) => self.trap(),
            _ => {
                self.dead = leaves(&operator).then_some(0);
                self.operators.push(operator);
            }
        }
    }

    /// Ends the live code here, unless it has ended already.
    fn trap(&mut self) {
        if self.dead.is_none() {
            drop_arguments(&mut self.operators);
            self.operators.push(Operator::Unreachable);
            self.dead = Some(0);
        }
    }
}

/// Removes the values that only a dropped call would have taken: a trap takes none.
fn drop_arguments(live: &mut Vec<Operator<'_>>) {
    let pushes = |operator: &Operator<'_>| {
        matches!(
            operator,
            Operator::LocalGet { .. }
                | Operator::GlobalGet { .. }
                | Operator::I32Const { .. }
                | Operator::I64Const { .. }
                | Operator::F32Const { .. }
                | Operator::F64Const { .. }
        )
    };
    while live.last().is_some_and(pushes) {
        live.pop();
    }
}

/// The depth of dead code after an instruction of it, or nothing when that instruction is where code lives again.
fn skip(depth: usize, operator: &Operator<'_>) -> Option<usize> {
    match operator {
        Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => Some(depth + 1),
        Operator::End => depth.checked_sub(1),
        Operator::Else if depth == 0 => None,
        _ => Some(depth),
    }
}

/// The function that an instruction calls directly.
pub(crate) fn called(operator: &Operator<'_>) -> Option<u32> {
    match *operator {
        Operator::Call { function_index } | Operator::ReturnCall { function_index } => Some(function_index),
        _ => None,
    }
}

/// Whether control never goes on to the next instruction.
fn leaves(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Unreachable
            | Operator::Return
            | Operator::Br { .. }
            | Operator::BrTable { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. }
    )
}
