//! Rows of a table, picked by whole numbers: what a product makes of one-hot vectors.

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::format_err;

use super::memory::{Memory, Place};

pub(super) struct Rows {
    /// The value that has the numbers.
    pub(super) numbers: usize,
    /// The number of the first row.
    pub(super) first: i64,
    /// Rows of `width`; behind them the one for all other numbers.
    pub(super) table: Box<[f32]>,
    pub(super) width: usize,
}

impl Rows {
    pub(super) fn run(&self, output: &Place, memory: &mut Memory<'_>, slots: &[Option<TValue>]) -> TractResult<()> {
        let numbers = slots[self.numbers].as_ref().ok_or_else(|| format_err!("a value is missing"))?;
        let numbers = numbers.cast_to::<i64>()?;
        let (output, _) = memory.output(output);
        let other = self.table.len() / self.width - 1;
        let numbers = numbers.try_as_plain_ram()?;
        for (number, row) in numbers.as_slice::<i64>()?.iter().zip(output.chunks_exact_mut(self.width)) {
            let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok()).unwrap_or(other);
            row.copy_from_slice(&self.table[place.min(other) * self.width..][..self.width]);
        }
        Ok(())
    }

    /// Scales each column, then adds an offset to it.
    pub(super) fn adjust(&mut self, scale: impl Fn(usize) -> f32, offset: impl Fn(usize) -> f32) {
        for (at, element) in self.table.iter_mut().enumerate() {
            let column = at % self.width;
            *element = *element * scale(column) + offset(column);
        }
    }
}
