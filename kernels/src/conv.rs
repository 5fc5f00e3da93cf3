//! Convolution of a padded image in channels-last layout, and with windows of one element: a matrix product.
#![allow(unsafe_code)]

use std::ops::Range;

use super::activation::Activation;
use super::requantise::Scaled;
use super::simd::F32x4;
use super::tile::{self, ROWS, Run, Sums, WIDTH};
use super::weights::Weights;
use super::window::{Cursor, Windows};

/// Weights of which a whole pass over the image's tiles is not made for each block: they stay in the processor's second cache.
const CACHED: usize = 256 << 10;

/// Weights `[depth, columns]` and a bias by column, in blocks of eight columns: `[columns / 8][depth][8]`, zeros behind the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    weights: Weights,
    bias: Vec<f32>,
    depth: usize,
    columns: usize,
}

impl Packed {
    /// Packs what `weight(depth, column)` and `bias(column)` say.
    pub fn new(
        depth: usize,
        columns: usize,
        weight: impl Fn(usize, usize) -> f32,
        bias: impl Fn(usize) -> f32,
    ) -> Packed {
        let weights = Weights::floats(in_blocks([depth, columns], weight));
        Packed { weights, bias: padded(columns, bias), depth, columns }
    }

    /// As [`Packed::new`], of whole numbers.
    pub fn whole(
        depth: usize,
        columns: usize,
        weight: impl Fn(usize, usize) -> i16,
        bias: impl Fn(usize) -> f32,
    ) -> Packed {
        let weights = Weights::whole(&in_blocks([depth, columns], weight));
        Packed { weights, bias: padded(columns, bias), depth, columns }
    }

    /// Sizes without numbers, which nothing can be computed with.
    pub fn unfilled(depth: usize, columns: usize) -> Packed {
        Packed { weights: Weights::floats(vec![]), bias: vec![], depth, columns }
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
        let block = self.depth * WIDTH;
        let columns = self.columns;
        self.weights.change(|at, weight| {
            let column = at / block * WIDTH + at % WIDTH;
            if column < columns { weight * scale(column) } else { weight }
        });
        for (column, bias) in self.bias.iter_mut().enumerate().take(self.columns) {
            *bias = *bias * scale(column) + offset(column);
        }
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

/// What a convolution reads besides the weights, and what it does with its sums.
pub struct Task<'a> {
    /// The image.
    pub input: &'a [f32],
    pub windows: Windows,
    /// The window's elements, from its first on, in the order of the weights' rows.
    pub runs: &'a [Run],
    /// What is added to each sum, laid out as the output is.
    pub residual: Option<&'a [f32]>,
    /// What comes before the activation, where the sums are of whole numbers.
    pub scaled: Option<Scaled<'a>>,
    pub activation: Activation,
}

/// Writes, at each window's place in `output`, the columns' sums.
///
/// # Panics
/// When a window or its place is outside of `input`, `output` or `residual`, the runs are not as long as the weights' depth, or there is both a
/// residual and something to scale by.
pub fn convolve(task: &Task<'_>, packed: &Packed, output: &mut [f32]) {
    if task.windows.count() == 0 {
        return;
    }
    check(task, packed, output.len());
    let blocks = packed.columns.div_ceil(WIDTH);
    let Packed { weights, bias, depth, columns } = packed;
    let packed = &Plain { weights: weights.as_slice(), bias, depth: *depth, columns: *columns };
    // SAFETY: checked.
    unsafe {
        match &task.scaled {
            Some(scaled) => sweeps(task, scaled, packed, blocks, output),
            None => sweeps(task, &Floats, packed, blocks, output),
        }
    }
}

/// All windows, for all of the weights' blocks.
///
/// # Safety
/// As [`check`] says.
unsafe fn sweeps<E: Ending>(task: &Task<'_>, ending: &E, packed: &Plain<'_>, blocks: usize, output: &mut [f32]) {
    unsafe {
        if size_of_val(packed.weights) <= CACHED {
            sweep(task, ending, packed, 0..blocks, output);
        } else {
            // A few at a time, for the windows that are left one by one.
            for block in (0..blocks).step_by(4) {
                sweep(task, ending, packed, block..blocks.min(block + 4), output);
            }
        }
    }
}

fn check(task: &Task<'_>, packed: &Packed, output: usize) {
    let reach = task.runs.iter().map(|run| run.at + run.length).max().unwrap_or(0);
    let output = task.residual.map_or(output, |residual| output.min(residual.len()));
    task.windows.check(reach, packed.columns, [task.input.len(), output]);
    assert_eq!(task.runs.iter().map(|run| run.length).sum::<usize>(), packed.depth, "the runs' length");
    assert!(task.scaled.is_none_or(|scaled| scaled.fits(packed.columns)), "a factor for each column");
    assert!(task.scaled.is_none() || task.residual.is_none(), "a residual among whole numbers");
}

/// Packed weights as floats.
struct Plain<'a> {
    weights: &'a [f32],
    bias: &'a [f32],
    depth: usize,
    columns: usize,
}

/// All windows, for a range of the weights' blocks.
///
/// # Safety
/// As [`check`] says.
unsafe fn sweep<E: Ending>(task: &Task<'_>, ending: &E, packed: &Plain<'_>, range: Range<usize>, output: &mut [f32]) {
    let mut cursor = task.windows.cursor();
    let count = task.windows.count();
    unsafe {
        for _ in 0..count / ROWS {
            rows::<E, ROWS>(task, ending, packed, range.clone(), &mut cursor, output);
        }
        match count % ROWS {
            1 => row(task, ending, packed, range, &mut cursor, output),
            2 => rows::<E, 2>(task, ending, packed, range, &mut cursor, output),
            3 => rows::<E, 3>(task, ending, packed, range, &mut cursor, output),
            _ => {}
        }
    }
}

/// The next `R` windows.
///
/// # Safety
/// As [`check`] says.
#[inline(always)]
unsafe fn rows<E: Ending, const R: usize>(
    task: &Task<'_>,
    ending: &E,
    packed: &Plain<'_>,
    range: Range<usize>,
    cursor: &mut Cursor<'_>,
    output: &mut [f32],
) {
    let (inputs, places) = cursor.take::<R>();
    unsafe { blocks(task, ending, packed, range, inputs, places, output) }
}

/// One window.
///
/// # Safety
/// As [`check`] says.
unsafe fn row<E: Ending>(
    task: &Task<'_>,
    ending: &E,
    packed: &Plain<'_>,
    range: Range<usize>,
    cursor: &mut Cursor<'_>,
    output: &mut [f32],
) {
    const BLOCKS: usize = 4;
    let ([input], [place]) = cursor.take::<1>();
    let mut next = range.start;
    unsafe {
        while next + BLOCKS <= range.end {
            let stride = packed.depth * WIDTH;
            let weights = packed.weights.as_ptr().add(next * stride);
            let bias = packed.bias.as_ptr().add(next * WIDTH);
            let at = task.input.as_ptr().add(input);
            let sums = tile::multiply_row::<BLOCKS>(at, task.runs, weights, stride, bias);
            for (block, sum) in (next..).zip(sums) {
                ending.store(task, [sum], [place + block * WIDTH], block * WIDTH..packed.columns, output);
            }
            next += BLOCKS;
        }
        blocks(task, ending, packed, next..range.end, [input], [place], output);
    }
}

/// # Safety
/// As [`check`] says.
unsafe fn blocks<E: Ending, const R: usize>(
    task: &Task<'_>,
    ending: &E,
    packed: &Plain<'_>,
    range: Range<usize>,
    inputs: [usize; R],
    places: [usize; R],
    output: &mut [f32],
) {
    for block in range {
        unsafe {
            let weights = packed.weights.as_ptr().add(block * packed.depth * WIDTH);
            let bias = packed.bias.as_ptr().add(block * WIDTH);
            let sums = tile::multiply(task.input.as_ptr(), &inputs, task.runs, weights, bias);
            ending.store(task, sums, places.map(|place| place + block * WIDTH), block * WIDTH..packed.columns, output);
        }
    }
}

/// What becomes of sums. Not asked for in each tile, or compilers would keep those of floats in memory, too.
trait Ending {
    /// Stores eight columns' sums, or those that are left of `columns`.
    ///
    /// # Safety
    /// They are inside of `output` and the residual at each place.
    unsafe fn store<const R: usize>(
        &self,
        task: &Task<'_>,
        sums: Sums<R>,
        places: [usize; R],
        columns: Range<usize>,
        output: &mut [f32],
    );
}

/// They are floats.
struct Floats;

impl Ending for Floats {
    #[inline(always)]
    unsafe fn store<const R: usize>(
        &self,
        task: &Task<'_>,
        sums: Sums<R>,
        places: [usize; R],
        columns: Range<usize>,
        output: &mut [f32],
    ) {
        let width = WIDTH.min(columns.len());
        for (sums, place) in sums.into_iter().zip(places) {
            if width < WIDTH {
                narrow(task, sums, place, width, output);
                continue;
            }
            for (half, mut sum) in sums.into_iter().enumerate() {
                unsafe {
                    if let Some(residual) = task.residual {
                        sum = sum.add(F32x4::load(residual.as_ptr().add(place + 4 * half)));
                    }
                    task.activation.of(sum).store(output.as_mut_ptr().add(place + 4 * half));
                }
            }
        }
    }
}

impl Ending for Scaled<'_> {
    #[inline(always)]
    unsafe fn store<const R: usize>(
        &self,
        task: &Task<'_>,
        sums: Sums<R>,
        places: [usize; R],
        columns: Range<usize>,
        output: &mut [f32],
    ) {
        let width = WIDTH.min(columns.len());
        self.store(sums, (columns.start, width), task.activation, places, output);
    }
}

/// Stores fewer than eight columns.
fn narrow(task: &Task<'_>, sums: [F32x4; 2], place: usize, width: usize, output: &mut [f32]) {
    for (half, sum) in sums.into_iter().enumerate() {
        let mut lanes = sum.to_array();
        for (lane, value) in lanes.iter_mut().enumerate() {
            let column = half * 4 + lane;
            if let Some(residual) = task.residual.filter(|_| column < width) {
                *value += residual[place + column];
            }
        }
        let lanes = task.activation.of(F32x4::from_array(lanes)).to_array();
        for (lane, value) in lanes.into_iter().enumerate().filter(|(lane, _)| half * 4 + lane < width) {
            output[place + half * 4 + lane] = value;
        }
    }
}
