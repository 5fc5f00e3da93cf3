//! Weights of convolutions and products, in the order in which their kernels read them.

use super::tile::WIDTH;
use super::weights::Weights;

/// Columns that are too few for a block.
const FEW: usize = 2;

/// Weights `[depth, columns]` and a bias by column.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    weights: Weights,
    bias: Vec<f32>,
    pub(crate) depth: usize,
    pub(crate) columns: usize,
    pub(crate) layout: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In blocks of eight columns: `[columns / 8][depth][8]`, zeros behind the last.
    Blocks,
    /// One column after the other.
    Columns,
}

impl Packed {
    /// Packs what `weight(depth, column)` and `bias(column)` say.
    pub fn new(
        depth: usize,
        columns: usize,
        weight: impl Fn(usize, usize) -> f32,
        bias: impl Fn(usize) -> f32,
    ) -> Packed {
        if columns <= FEW {
            let weights = (0..columns).flat_map(|column| (0..depth).map(move |row| (row, column)));
            let weights = Weights::floats(weights.map(|(row, column)| weight(row, column)).collect());
            return Packed { weights, bias: (0..columns).map(bias).collect(), depth, columns, layout: Layout::Columns };
        }
        let weights = Weights::floats(in_blocks([depth, columns], weight));
        Packed { weights, bias: padded(columns, bias), depth, columns, layout: Layout::Blocks }
    }

    /// As [`Packed::new`], of whole numbers.
    pub fn whole(
        depth: usize,
        columns: usize,
        weight: impl Fn(usize, usize) -> i16,
        bias: impl Fn(usize) -> f32,
    ) -> Packed {
        let weights = Weights::whole(&in_blocks([depth, columns], weight));
        Packed { weights, bias: padded(columns, bias), depth, columns, layout: Layout::Blocks }
    }

    /// Sizes without numbers, which nothing can be computed with.
    pub fn unfilled(depth: usize, columns: usize) -> Packed {
        Packed { weights: Weights::floats(vec![]), bias: vec![], depth, columns, layout: Layout::Blocks }
    }

    /// Packs a matrix `[depth, columns]`, without a bias.
    ///
    /// # Panics
    /// When it is longer than `matrix`.
    pub fn of_matrix(matrix: &[f32], [depth, columns]: [usize; 2]) -> Packed {
        Packed::new(depth, columns, |row, column| matrix[row * columns + column], |_| 0.0)
    }

    /// Scales each column's weights and bias, then adds an offset to the bias.
    pub fn adjust(&mut self, scale: impl Fn(usize) -> f32, offset: impl Fn(usize) -> f32) {
        let (depth, columns) = (self.depth, self.columns);
        let layout = self.layout;
        self.weights.change(|at, weight| {
            let column = match layout {
                Layout::Blocks => at / (depth * WIDTH) * WIDTH + at % WIDTH,
                Layout::Columns => at / depth,
            };
            if column < columns { weight * scale(column) } else { weight }
        });
        for (column, bias) in self.bias.iter_mut().enumerate().take(self.columns) {
            *bias = *bias * scale(column) + offset(column);
        }
    }

    /// As kernels read it.
    pub(crate) fn plain(&self) -> Plain<'_> {
        Plain { weights: self.weights.as_slice(), bias: &self.bias, depth: self.depth, columns: self.columns }
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// Weights in blocks of eight columns, zeros behind the last.
fn in_blocks<T: Default>([depth, columns]: [usize; 2], weight: impl Fn(usize, usize) -> T) -> Vec<T> {
    let blocks = columns.div_ceil(WIDTH);
    let mut weights = Vec::with_capacity(blocks * depth * WIDTH);
    for block in 0..blocks {
        for row in 0..depth {
            let column = |lane| block * WIDTH + lane;
            weights.extend(
                (0..WIDTH).map(|lane| if column(lane) < columns { weight(row, column(lane)) } else { T::default() }),
            );
        }
    }
    weights
}

/// A number for each column, zeros behind the last block's last.
fn padded(columns: usize, bias: impl Fn(usize) -> f32) -> Vec<f32> {
    (0..columns.next_multiple_of(WIDTH)).map(|column| if column < columns { bias(column) } else { 0.0 }).collect()
}

/// Packed weights as floats.
pub(crate) struct Plain<'a> {
    pub(crate) weights: &'a [f32],
    pub(crate) bias: &'a [f32],
    pub(crate) depth: usize,
    pub(crate) columns: usize,
}
