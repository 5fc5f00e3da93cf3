//! Weights of convolutions and products, in the order in which their kernels read them.

use std::sync::OnceLock;

use super::tile::WIDTH;
use super::weights::Weights;
use super::winograd;

/// Pairs of a channel and a column: a megabyte of transformed weights.
const MOST_TRANSFORMED: usize = 128 * 128;

/// A dozen by a dozen.
const LEAST_WINDOWS: usize = 144;

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
    /// Where windows of 3 × 3 pixels are one pixel apart. Made when a kernel first asks for them: they are larger, and what is in memory
    /// before the first run is part of every baked module.
    transforms: Option<OnceLock<Box<[f32]>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In blocks of eight columns: `[columns / 8][depth][8]`, zeros behind the last.
    Blocks,
    /// One column after the other.
    Columns,
}

impl Packed {
    fn laid_out(layout: Layout, weights: Weights, bias: Vec<f32>, [depth, columns]: [usize; 2]) -> Packed {
        Packed { weights, bias, depth, columns, layout, transforms: None }
    }

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
            return Packed::laid_out(Layout::Columns, weights, (0..columns).map(bias).collect(), [depth, columns]);
        }
        let weights = Weights::floats(in_blocks([depth, columns], weight));
        Packed::laid_out(Layout::Blocks, weights, padded(columns, bias), [depth, columns])
    }

    /// As [`Packed::new`], of whole numbers.
    pub fn whole(
        depth: usize,
        columns: usize,
        weight: impl Fn(usize, usize) -> i16,
        bias: impl Fn(usize) -> f32,
    ) -> Packed {
        let weights = Weights::whole(&in_blocks([depth, columns], weight));
        Packed::laid_out(Layout::Blocks, weights, padded(columns, bias), [depth, columns])
    }

    /// Sizes without numbers, which nothing can be computed with.
    pub fn unfilled(depth: usize, columns: usize) -> Packed {
        Packed::laid_out(Layout::Blocks, Weights::floats(vec![]), vec![], [depth, columns])
    }

    /// Packs a matrix `[depth, columns]`, without a bias.
    ///
    /// # Panics
    /// When it is longer than `matrix`.
    pub fn of_matrix(matrix: &[f32], [depth, columns]: [usize; 2]) -> Packed {
        Packed::new(depth, columns, |row, column| matrix[row * columns + column], |_| 0.0)
    }

    /// Whether convolutions of 3 × 3 pixels with so many channels and columns, of so many windows, one pixel apart, are quicker with
    /// transformed weights. These take 16 numbers for each nine.
    pub fn is_better_transformed([channels, columns]: [usize; 2], windows: usize) -> bool {
        let fours = channels.is_multiple_of(4) && columns.is_multiple_of(4);
        fours && channels >= 16 && columns >= 16 && channels * columns <= MOST_TRANSFORMED && windows >= LEAST_WINDOWS
    }

    /// Has the weights of 3 × 3 pixels' channels transformed. All windows that they are used with must be one pixel apart.
    pub fn with_transforms(self) -> Packed {
        assert!(
            self.layout == Layout::Blocks && self.depth.is_multiple_of(36) && self.columns.is_multiple_of(4),
            "fours"
        );
        Packed { transforms: Some(OnceLock::new()), ..self }
    }

    /// For windows that are not one pixel apart.
    pub fn without_transforms(&mut self) {
        self.transforms = None;
    }

    pub(crate) fn is_transformed(&self) -> bool {
        self.transforms.is_some()
    }

    pub(crate) fn transforms(&self) -> Option<&[f32]> {
        let made = self.transforms.as_ref()?;
        Some(made.get_or_init(|| winograd::transformed(&self.plain())))
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
