//! The innermost loop of convolutions and matrix products: a few rows of the input against eight columns of the weights.
#![allow(unsafe_code)]

use super::simd::F32x4;

/// Columns of a block of packed weights.
pub const WIDTH: usize = 8;
/// Rows of a whole tile. Compilers load all the rows' inputs before they multiply: with the eight sums these are thirteen vectors,
/// which fit into x64's registers. Six rows don't, and take twice the time.
pub const ROWS: usize = 4;

/// A stretch of a row that meets as many rows of a block of weights: where it begins, from the row's place on, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Run {
    pub at: usize,
    pub length: usize,
}

/// As few runs as these can be.
pub fn joined(runs: impl IntoIterator<Item = Run>) -> Vec<Run> {
    let mut joined: Vec<Run> = vec![];
    for run in runs {
        match joined.last_mut() {
            Some(last) if last.at + last.length == run.at => last.length += run.length,
            _ => joined.push(run),
        }
    }
    joined
}

/// The sums of a tile: for each row, of eight columns.
pub type Sums<const R: usize> = [[F32x4; 2]; R];

/// Adds to `bias` the products of each row's runs with a block of weights: `[sum of the runs' lengths][8]`.
///
/// # Safety
/// `x` can be read at every row's place plus every element of the runs; `weights` and `bias` (8) wholly.
#[inline(always)]
pub unsafe fn multiply<const R: usize>(
    x: *const f32,
    rows: &[usize; R],
    runs: &[Run],
    mut weights: *const f32,
    bias: *const f32,
) -> Sums<R> {
    unsafe {
        let mut sums = [[F32x4::load(bias), F32x4::load(bias.add(4))]; R];
        for run in runs {
            let at: [*const f32; R] = std::array::from_fn(|row| x.add(rows[row] + run.at));
            for k in 0..run.length {
                let (left, right) = (F32x4::load(weights), F32x4::load(weights.add(4)));
                for row in 0..R {
                    let value = F32x4::load_splat(at[row].add(k));
                    sums[row] = [sums[row][0].madd(value, left), sums[row][1].madd(value, right)];
                }
                weights = weights.add(WIDTH);
            }
        }
        sums
    }
}

/// As [`multiply`], of one row with `B` blocks of weights, `stride` elements apart: eight sums at once keep the processor busy.
///
/// # Safety
/// As for [`multiply`].
#[inline(always)]
pub unsafe fn multiply_row<const B: usize>(
    x: *const f32,
    runs: &[Run],
    mut weights: *const f32,
    stride: usize,
    bias: *const f32,
) -> Sums<B> {
    unsafe {
        let mut sums: Sums<B> =
            std::array::from_fn(|block| [0, 4].map(|half| F32x4::load(bias.add(block * WIDTH + half))));
        for run in runs {
            let at = x.add(run.at);
            for k in 0..run.length {
                let value = F32x4::load_splat(at.add(k));
                for (block, sum) in sums.iter_mut().enumerate() {
                    let place = weights.add(block * stride);
                    *sum = [sum[0].madd(value, F32x4::load(place)), sum[1].madd(value, F32x4::load(place.add(4)))];
                }
                weights = weights.add(WIDTH);
            }
        }
        sums
    }
}

/// The sums of each of `R` rows' products with each of `C` columns, which lie one behind the other, `depth` elements each. Elements
/// are taken four at a time: where there are few columns, that is what fills a vector.
///
/// # Safety
/// `x` can be read at every row's place plus every element of the runs; `columns` wholly.
#[inline(always)]
pub unsafe fn dot<const R: usize, const C: usize>(
    x: *const f32,
    rows: &[usize; R],
    runs: &[Run],
    columns: *const f32,
    depth: usize,
) -> [[f32; C]; R] {
    let mut sums = [[F32x4::splat(0.0); C]; R];
    let mut from = 0;
    unsafe {
        for run in runs {
            let at: [*const f32; R] = std::array::from_fn(|row| x.add(rows[row] + run.at));
            let whole = run.length - run.length % 4;
            for k in (0..whole).step_by(4) {
                let weights: [F32x4; C] =
                    std::array::from_fn(|column| F32x4::load(columns.add(column * depth + from + k)));
                for row in 0..R {
                    let value = F32x4::load(at[row].add(k));
                    sums[row] = std::array::from_fn(|column| sums[row][column].madd(value, weights[column]));
                }
            }
            for k in whole..run.length {
                let weights: [F32x4; C] = std::array::from_fn(|column| first(columns.add(column * depth + from + k)));
                for row in 0..R {
                    let value = first(at[row].add(k));
                    sums[row] = std::array::from_fn(|column| sums[row][column].madd(value, weights[column]));
                }
            }
            from += run.length;
        }
    }
    sums.map(|row| row.map(total))
}

/// The element at `at`, and zeros.
///
/// # Safety
/// It can be read.
#[inline(always)]
unsafe fn first(at: *const f32) -> F32x4 {
    F32x4::from_array([unsafe { at.read() }, 0.0, 0.0, 0.0])
}

#[inline(always)]
fn total(sum: F32x4) -> f32 {
    let [a, b, c, d] = sum.to_array();
    (a + b) + (c + d)
}
