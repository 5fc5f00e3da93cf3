//! Convolution with windows of 3 × 3, one pixel apart, with 16 products where there were 36: Winograd's F(2 × 2, 3 × 3).
//!
//! A tile of 4 × 4 pixels makes 2 × 2 of the output. Tiles and weights are transformed, channel by channel, so that what is summed
//! over the channels is, at each of 16 places, a product of many tiles with one matrix; its results are transformed back.
#![allow(unsafe_code)]

use std::ops::Range;

use super::conv::Task;
use super::packed::Plain;
use super::simd::F32x4;
use super::tile::{self, ROWS, Run, WIDTH};

/// Places of a tile.
const PLACES: usize = 16;

/// Elements between one place's tiles and the next one's, so that these don't all lie in the same lines of the processor's first cache.
const GAP: usize = 16;

/// Tiles that are transformed at once: with their products they stay in the processor's second cache.
const TILES: usize = 32;

/// The weights' transforms, `[16][columns / 8][channels][8]`.
pub(crate) fn transformed(packed: &Plain<'_>) -> Box<[f32]> {
    let (channels, blocks) = (packed.depth / 9, packed.columns.div_ceil(WIDTH));
    let size = blocks * channels * WIDTH;
    let mut result = vec![0.0; PLACES * size].into_boxed_slice();
    for block in 0..blocks {
        for at in 0..channels * WIDTH {
            let weight = |tap: usize| packed.weights[(block * packed.depth + tap * channels) * WIDTH + at];
            let window: [[f32; 3]; 3] =
                std::array::from_fn(|row| std::array::from_fn(|column| weight(3 * row + column)));
            for (row, values) in by_rows(window).into_iter().enumerate() {
                for (column, value) in four_of(values).into_iter().enumerate() {
                    result[(4 * row + column) * size + block * channels * WIDTH + at] = value;
                }
            }
        }
    }
    result
}

/// Three rows of weights as four.
fn by_rows(window: [[f32; 3]; 3]) -> [[f32; 3]; 4] {
    let columns = [0, 1, 2].map(|column| four_of(window.map(|row| row[column])));
    std::array::from_fn(|row| columns.map(|column| column[row]))
}

fn four_of([a, b, c]: [f32; 3]) -> [f32; 4] {
    [a, 0.5 * (a + b + c), 0.5 * (a - b + c), c]
}

/// Four of the image as four.
#[inline(always)]
fn spread([a, b, c, d]: [F32x4; 4]) -> [F32x4; 4] {
    [a.sub(c), b.add(c), c.sub(b), b.sub(d)]
}

/// Writes, at each window's place in `output`, the columns' sums. `weights` are [`transformed`].
///
/// # Safety
/// The windows, of 3 × 3 pixels that are as far apart as the windows are, and their places are inside of the image, the output and the
/// residual. Channels and columns are multiples of four.
pub(crate) unsafe fn convolve(task: &Task<'_>, packed: &Plain<'_>, weights: &[f32], output: &mut [f32]) {
    let pass = Pass {
        task,
        packed,
        weights,
        channels: packed.depth / 9,
        row: packed.columns.next_multiple_of(WIDTH),
        nothing: vec![0.0; packed.depth / 9],
    };
    let [height, width] = task.windows.output.map(|size| size.div_ceil(2));
    let mut tiles = vec![0.0; PLACES * apart(pass.channels)];
    let mut sums = vec![0.0; PLACES * apart(pass.row)];
    for first in (0..height * width).step_by(TILES) {
        let range = first..(height * width).min(first + TILES);
        unsafe { pass.tiles(range, width, &mut tiles, &mut sums, output) };
    }
}

/// Elements from one place's tiles, of so many each, to the next one's.
fn apart(size: usize) -> usize {
    TILES * size + GAP
}

struct Pass<'a> {
    task: &'a Task<'a>,
    packed: &'a Plain<'a>,
    weights: &'a [f32],
    channels: usize,
    /// Elements of a tile's sums at one place: a whole number of blocks.
    row: usize,
    /// A pixel beyond the image.
    nothing: Vec<f32>,
}

impl Pass<'_> {
    /// All of some tiles, `width` of which are a row. A call of its own: V8 replaces its first compiler's code by better one when a function is
    /// called, not while it runs.
    ///
    /// # Safety
    /// As for [`convolve`].
    #[inline(never)]
    unsafe fn tiles(&self, range: Range<usize>, width: usize, tiles: &mut [f32], sums: &mut [f32], output: &mut [f32]) {
        // Of the output's pixels, the upper left one of each tile.
        let corners = || range.clone().map(|tile| [tile / width * 2, tile % width * 2]).enumerate();
        unsafe {
            corners().for_each(|(tile, corner)| self.transform(corner, tile, tiles));
            (0..PLACES).for_each(|place| self.multiply(place, range.len(), tiles, sums));
            corners().for_each(|(tile, corner)| self.transform_back(corner, tile, sums, output));
        }
    }

    /// Transforms a tile of the image.
    ///
    /// # Safety
    /// As for [`convolve`].
    #[inline(always)]
    unsafe fn transform(&self, [top, left]: [usize; 2], tile: usize, tiles: &mut [f32]) {
        let windows = &self.task.windows;
        let pixel = |at: usize| {
            let (down, right) = (top + at / 4, left + at % 4);
            let inside = down < windows.output[0] + 2 && right < windows.output[1] + 2;
            let place = down * windows.stride[0] + right * windows.stride[1];
            if inside { unsafe { self.task.input.as_ptr().add(place) } } else { self.nothing.as_ptr() }
        };
        let pixels: [*const f32; PLACES] = std::array::from_fn(pixel);
        let to = tiles[tile * self.channels..].as_mut_ptr();
        for channel in (0..self.channels).step_by(4) {
            unsafe {
                let rows: [[F32x4; 4]; 4] = std::array::from_fn(|row| {
                    let load = |column: usize| F32x4::load(pixels[4 * row + column].add(channel));
                    spread(std::array::from_fn(load))
                });
                for column in 0..4 {
                    let made = spread(rows.map(|row| row[column]));
                    for (row, made) in made.into_iter().enumerate() {
                        made.store(to.add((4 * row + column) * apart(self.channels) + channel));
                    }
                }
            }
        }
    }

    /// The products of tiles at one of their places.
    ///
    /// # Safety
    /// As for [`convolve`].
    #[inline(always)]
    unsafe fn multiply(&self, place: usize, count: usize, tiles: &[f32], sums: &mut [f32]) {
        let tiles = &tiles[place * apart(self.channels)..][..TILES * self.channels];
        let sums = &mut sums[place * apart(self.row)..][..TILES * self.row];
        let size = self.channels * WIDTH;
        for (block, column) in (0..self.row).step_by(WIDTH).enumerate() {
            let weights = &self.weights[(place * self.row / WIDTH + block) * size..][..size];
            let whole = count - count % ROWS;
            unsafe {
                for tile in (0..whole).step_by(ROWS) {
                    self.rows::<ROWS>(tiles, weights, tile, column, sums);
                }
                for tile in whole..count {
                    self.rows::<1>(tiles, weights, tile, column, sums);
                }
            }
        }
    }

    /// # Safety
    /// As for [`convolve`].
    #[inline(always)]
    unsafe fn rows<const R: usize>(
        &self,
        tiles: &[f32],
        weights: &[f32],
        tile: usize,
        column: usize,
        sums: &mut [f32],
    ) {
        let run = [Run { at: 0, length: self.channels }];
        let rows: [usize; R] = std::array::from_fn(|row| (tile + row) * self.channels);
        unsafe {
            let made = tile::multiply(tiles.as_ptr(), &rows, &run, weights.as_ptr(), [0.0; WIDTH].as_ptr());
            for (row, [left, right]) in made.into_iter().enumerate() {
                let to = sums.as_mut_ptr().add((tile + row) * self.row + column);
                left.store(to);
                right.store(to.add(4));
            }
        }
    }

    /// Makes up to four pixels of the output of a tile's sums.
    ///
    /// # Safety
    /// As for [`convolve`].
    #[inline(always)]
    unsafe fn transform_back(&self, [top, left]: [usize; 2], tile: usize, sums: &[f32], output: &mut [f32]) {
        let windows = &self.task.windows;
        let from = sums[tile * self.row..].as_ptr();
        for column in (0..self.packed.columns).step_by(4) {
            unsafe {
                let columns: [[F32x4; 2]; 4] = std::array::from_fn(|right| {
                    let load = |down: usize| F32x4::load(from.add((4 * down + right) * apart(self.row) + column));
                    gathered(std::array::from_fn(load))
                });
                let bias = F32x4::load(self.packed.bias.as_ptr().add(column));
                for down in 0..2.min(windows.output[0] - top) {
                    let pixels = gathered(columns.map(|column| column[down]));
                    for (right, pixel) in pixels.into_iter().enumerate().take(windows.output[1] - left) {
                        let place = windows.start
                            + (top + down) * windows.pitch[0]
                            + (left + right) * windows.pitch[1]
                            + column;
                        let mut sum = pixel.add(bias);
                        if let Some(residual) = self.task.residual {
                            sum = sum.add(F32x4::load(residual.as_ptr().add(place)));
                        }
                        self.task.activation.of(sum).store(output.as_mut_ptr().add(place));
                    }
                }
            }
        }
    }
}

/// Four sums as two.
#[inline(always)]
fn gathered([a, b, c, d]: [F32x4; 4]) -> [F32x4; 2] {
    [a.add(b).add(c), b.sub(c).sub(d)]
}
