//! Convolution of a padded image in channels-last layout, and with windows of one element: a matrix product.
#![allow(unsafe_code)]

use std::ops::Range;

use super::activation::{Activation, Function, with_function};
pub use super::packed::Packed;
use super::packed::{Layout, Plain};
use super::requantise::Scaled;
use super::simd::F32x4;
use super::tile::{self, ROWS, Run, Sums, WIDTH, joined};
use super::window::{Cursor, Windows};
use super::winograd;

/// Weights of which a whole pass over the image's tiles is not made for each block: they stay in the processor's second cache.
const CACHED: usize = 256 << 10;

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
    let (layout, transforms) = (packed.layout, packed.transforms());
    let packed = &packed.plain();
    // SAFETY: checked.
    unsafe {
        if let Some(weights) = transforms {
            return winograd::convolve(task, packed, weights, output);
        }
        match (&task.scaled, layout) {
            (None, Layout::Columns) if packed.columns == 1 => few::<8, 1>(task, packed, output),
            (None, Layout::Columns) => few::<4, 2>(task, packed, output),
            (Some(scaled), _) => sweeps(task, scaled, packed, blocks, output),
            (None, Layout::Blocks) => {
                with_function!(task.activation, |f| sweeps(task, &Floats(f), packed, blocks, output))
            }
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
    assert!(task.scaled.is_none() || packed.layout == Layout::Blocks, "whole numbers in blocks");
    if packed.is_transformed() {
        let [down, right] = task.windows.stride;
        let pixels = (0..9).map(|at| Run { at: at / 3 * down + at % 3 * right, length: packed.depth / 9 });
        assert!(
            task.scaled.is_none() && joined(task.runs.iter().copied()) == joined(pixels),
            "windows of 3 × 3, one apart"
        );
    }
}

/// All windows of `C` columns, `R` at a time.
///
/// # Safety
/// As [`check`] says.
unsafe fn few<const R: usize, const C: usize>(task: &Task<'_>, packed: &Plain<'_>, output: &mut [f32]) {
    let mut cursor = task.windows.cursor();
    let count = task.windows.count();
    unsafe {
        for _ in 0..count / R {
            let (inputs, places) = cursor.take::<R>();
            dots::<R, C>(task, packed, inputs, places, output);
        }
        for _ in 0..count % R {
            let (inputs, places) = cursor.take::<1>();
            dots::<1, C>(task, packed, inputs, places, output);
        }
    }
}

/// # Safety
/// As [`check`] says.
#[inline(never)]
unsafe fn dots<const R: usize, const C: usize>(
    task: &Task<'_>,
    packed: &Plain<'_>,
    inputs: [usize; R],
    places: [usize; R],
    output: &mut [f32],
) {
    let weights = packed.weights.as_ptr();
    let sums = unsafe { tile::dot::<R, C>(task.input.as_ptr(), &inputs, task.runs, weights, packed.depth) };
    for (sums, place) in sums.into_iter().zip(places) {
        for (column, sum) in sums.into_iter().enumerate() {
            let at = place + column;
            let sum = sum + packed.bias[column] + task.residual.map_or(0.0, |residual| residual[at]);
            output[at] = task.activation.of(F32x4::splat(sum)).to_array()[0];
        }
    }
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

/// The next `R` windows. A call of its own: V8 replaces its first compiler's code by better one when a function is called, not while it
/// runs, and a step of the first run may take a tenth of a second.
///
/// # Safety
/// As [`check`] says.
#[inline(never)]
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

/// They are floats, of which this is stored.
struct Floats<F>(F);

impl<F: Function> Ending for Floats<F> {
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
        if width < WIDTH {
            // Of a copy an address may be taken: the sums themselves are to stay in registers.
            let copy = sums.map(|row| row.map(|sum| sum));
            return narrow(task, &copy, &places, width, output);
        }
        let output = output.as_mut_ptr();
        unsafe {
            match task.residual {
                None => each(sums, places, |sum, place| self.0.of(sum).store(output.add(place))),
                Some(residual) => each(sums, places, |sum, place| {
                    self.0.of(sum.add(F32x4::load(residual.as_ptr().add(place)))).store(output.add(place));
                }),
            }
        }
    }
}

/// Calls with each four sums, and their place.
#[inline(always)]
fn each<const R: usize>(sums: Sums<R>, places: [usize; R], mut store: impl FnMut(F32x4, usize)) {
    for row in 0..R {
        store(sums[row][0], places[row]);
        store(sums[row][1], places[row] + 4);
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
#[inline(never)]
fn narrow(task: &Task<'_>, sums: &[[F32x4; 2]], places: &[usize], width: usize, output: &mut [f32]) {
    for (sums, place) in sums.iter().zip(places) {
        let lanes = sums.iter().flat_map(|sum| sum.to_array());
        for (at, sum) in (*place..place + width).zip(lanes) {
            let sum = sum + task.residual.map_or(0.0, |residual| residual[at]);
            output[at] = task.activation.of(F32x4::splat(sum)).to_array()[0];
        }
    }
}
