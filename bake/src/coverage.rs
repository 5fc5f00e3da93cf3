//! Which code ran: a mark for every place where control can arrive.

use wasmparser::{FunctionBody, Operator};

use crate::{BakeError, Engine};

/// Whether control can arrive after an instruction in another way than by running it, or can fail to: a new block begins.
pub(crate) fn begins_block(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::BrIf { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
    )
}

/// Where the blocks of a function begin, in bytes from the start of its body: first the function itself, then in order.
pub(crate) fn blocks(body: &FunctionBody<'_>) -> Result<Vec<usize>, BakeError> {
    let start = body.range().start;
    let mut reader = body.get_operators_reader()?;
    let mut blocks = vec![reader.original_position() - start];
    while !reader.eof() {
        let operator = reader.read()?;
        if begins_block(&operator) && !reader.eof() {
            blocks.push(reader.original_position() - start);
        }
    }
    Ok(blocks)
}

/// The marks of an engine's examples: for each defined function, one for each block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    marks: Vec<bool>,
    /// Where each function's marks begin.
    starts: Vec<usize>,
}

impl Coverage {
    /// From the marks of all blocks and the number of blocks of each function.
    pub(crate) fn new(marks: Vec<bool>, counts: &[usize]) -> Self {
        let mut next = 0;
        let mut starts = Vec::with_capacity(counts.len());
        for count in counts {
            starts.push(next);
            next += count;
        }
        Self { marks, starts }
    }

    /// As if each of the marked functions had run from end to end.
    ///
    /// # Errors
    /// The number of marks is not the number of functions, or a body can't be read.
    pub fn of_functions(engine: &Engine<'_>, ran: &[bool]) -> Result<Self, BakeError> {
        check_count(engine, ran.len())?;
        let mut marks = Vec::new();
        let mut counts = Vec::new();
        for (body, &ran) in engine.bodies.iter().zip(ran) {
            let count = blocks(body)?.len();
            marks.resize(marks.len() + count, ran);
            counts.push(count);
        }
        Ok(Self::new(marks, &counts))
    }

    /// The number of functions that ran.
    #[must_use]
    pub fn functions(&self) -> usize {
        (0..self.starts.len()).filter(|&function| self.ran(function)).count()
    }

    /// Whether a function ran, counted without imports.
    pub(crate) fn ran(&self, function: usize) -> bool {
        self.block(function, 0)
    }

    /// Whether a block of a function ran.
    pub(crate) fn block(&self, function: usize, block: usize) -> bool {
        let mark = self.starts.get(function).and_then(|start| self.marks.get(start + block));
        mark.copied().unwrap_or_default()
    }

    pub(crate) fn check(&self, engine: &Engine<'_>) -> Result<(), BakeError> {
        check_count(engine, self.starts.len())
    }
}

fn check_count(engine: &Engine<'_>, got: usize) -> Result<(), BakeError> {
    let expected = engine.functions();
    if got == expected { Ok(()) } else { Err(BakeError::Marks { expected, got }) }
}
