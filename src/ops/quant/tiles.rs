//! Sums of products of small integers, in tiles of four rows by eight columns.
//!
//! Numbers come in pairs of 16 bits. Of rows, the pairs are in the order of the steps; of columns, there are planes, and for each
//! step the place in them where its pairs begin: a matrix, or an image of which each step takes another window. A tile's 32 sums
//! stay in registers, and each step adds two products to each of them.

use super::lanes::Whole;

/// So many columns are read at once at most, also where fewer are left: planes have as many elements more.
pub(super) const WIDTH: usize = 16;

/// The columns of a tile of four rows.
const HALF: usize = WIDTH / 2;

/// Pairs of numbers, row by row.
pub(super) struct Rows {
    count: usize,
    steps: usize,
    /// Four rows at a time, interleaved.
    fours: Vec<[i32; 4]>,
    /// The rest.
    ones: Vec<i32>,
}

impl Rows {
    /// `at(row, step)` gives the pair.
    pub(super) fn new(count: usize, steps: usize, at: impl Fn(usize, usize) -> i32) -> Rows {
        let whole = count / 4 * 4;
        let (mut fours, mut ones) =
            (Vec::with_capacity(whole / 4 * steps), Vec::with_capacity((count - whole) * steps));
        for row in (0..whole).step_by(4) {
            for step in 0..steps {
                fours.push([at(row, step), at(row + 1, step), at(row + 2, step), at(row + 3, step)]);
            }
        }
        for row in whole..count {
            for step in 0..steps {
                ones.push(at(row, step));
            }
        }
        Rows { count, steps, fours, ones }
    }
}

/// Where columns are.
pub(super) struct Columns<'a> {
    /// From the first of them on.
    pub(super) planes: &'a [i32],
    /// For each step, where its first column is.
    pub(super) offsets: &'a [usize],
    pub(super) count: usize,
}

/// Writes the sums of all rows and columns: those of a row begin `pitch` behind those of the row before, in `sums`. Without a
/// step, these are left as they are.
pub(super) fn multiply(rows: &Rows, columns: &Columns, sums: &mut [i32], pitch: usize) {
    let steps = rows.steps.max(1);
    for start in (0..columns.count).step_by(HALF) {
        let width = HALF.min(columns.count - start);
        let planes = columns.planes.get(start..).unwrap_or_default();
        let mut put = |row: usize, sums_of_row| put(&mut sums[row * pitch + start..][..width], sums_of_row);
        let whole = rows.count / 4 * 4;
        for (row, pairs) in (0..whole).step_by(4).zip(rows.fours.chunks(steps)) {
            let tile = if width > 4 {
                tile_of_32(pairs, planes, columns.offsets)
            } else {
                tile_of_16(pairs, planes, columns.offsets)
            };
            tile.into_iter().zip(row..).for_each(|(sums, row)| put(row, sums));
        }
    }
    let whole = rows.count / 4 * 4;
    for (row, pairs) in (whole..rows.count).zip(rows.ones.chunks(steps)) {
        for start in (0..columns.count).step_by(WIDTH) {
            let width = WIDTH.min(columns.count - start);
            let planes = columns.planes.get(start..).unwrap_or_default();
            let target = &mut sums[row * pitch + start..][..width];
            let [low, high] = tile_of_one_by_16(pairs, planes, columns.offsets);
            let (first, second) = target.split_at_mut(width.min(HALF));
            put(first, low);
            put(second, high);
        }
    }
}

#[inline(always)]
fn put(target: &mut [i32], [first, second]: [Whole; 2]) {
    let (first, second) = (first.array(), second.array());
    match target.as_chunks_mut::<4>() {
        ([low, high], []) => (*low, *high) = (first, second),
        ([low], rest) => {
            *low = first;
            rest.iter_mut().zip(&second).for_each(|(to, sum)| *to = *sum);
        }
        (_, rest) => rest.iter_mut().zip(&first).for_each(|(to, sum)| *to = *sum),
    }
}

/// Four rows, eight columns. Written out: unrolled or not is not left to the compiler.
#[inline(always)]
fn tile_of_32(rows: &[[i32; 4]], planes: &[i32], offsets: &[usize]) -> [[Whole; 2]; 4] {
    let zero = Whole::splat(0);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    let (mut e, mut f, mut g, mut h) = (zero, zero, zero, zero);
    for (&[first, second, third, fourth], &at) in rows.iter().zip(offsets) {
        let (left, right) = eight(planes, at);
        let row = Whole::splat(first);
        a = a.plus_products(left, row);
        b = b.plus_products(right, row);
        let row = Whole::splat(second);
        c = c.plus_products(left, row);
        d = d.plus_products(right, row);
        let row = Whole::splat(third);
        e = e.plus_products(left, row);
        f = f.plus_products(right, row);
        let row = Whole::splat(fourth);
        g = g.plus_products(left, row);
        h = h.plus_products(right, row);
    }
    [[a, b], [c, d], [e, f], [g, h]]
}

/// Four rows, four columns.
#[inline(always)]
fn tile_of_16(rows: &[[i32; 4]], planes: &[i32], offsets: &[usize]) -> [[Whole; 2]; 4] {
    let zero = Whole::splat(0);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    for (&[first, second, third, fourth], &at) in rows.iter().zip(offsets) {
        let (left, _) = eight(planes, at);
        a = a.plus_products(left, Whole::splat(first));
        b = b.plus_products(left, Whole::splat(second));
        c = c.plus_products(left, Whole::splat(third));
        d = d.plus_products(left, Whole::splat(fourth));
    }
    [[a, zero], [b, zero], [c, zero], [d, zero]]
}

/// One row, sixteen columns.
#[inline(always)]
fn tile_of_one_by_16(row: &[i32], planes: &[i32], offsets: &[usize]) -> [[Whole; 2]; 2] {
    let zero = Whole::splat(0);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    for (&row, &at) in row.iter().zip(offsets) {
        let row = Whole::splat(row);
        let columns = &planes[at..at + WIDTH];
        let ((first, second), (third, fourth)) = (eight(columns, 0), eight(columns, HALF));
        a = a.plus_products(first, row);
        b = b.plus_products(second, row);
        c = c.plus_products(third, row);
        d = d.plus_products(fourth, row);
    }
    [[a, b], [c, d]]
}

#[inline(always)]
fn eight(planes: &[i32], at: usize) -> (Whole, Whole) {
    let lanes = &planes[at..at + HALF];
    (Whole::of(&[lanes[0], lanes[1], lanes[2], lanes[3]]), Whole::of(&[lanes[4], lanes[5], lanes[6], lanes[7]]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ops::quant::lanes::pair;

    proptest! {
        /// Against sums one at a time. Whole numbers: equal to the last bit.
        #[test]
        fn tiles_add_up(rows in 0usize..10, steps in 1usize..6, count in 1usize..20, seed in any::<u32>()) {
            let number = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as i32 % 511 - 255;
            let left = |row: usize, step: usize| [0, 1].map(|half| number((row * 31 + step) * 2 + half));
            let right = |step: usize, column: usize| [0, 1].map(|half| number(7919 + (step * 37 + column) * 2 + half));
            let packed = |[a, b]: [i32; 2]| pair(a as i16, b as i16);
            let made = Rows::new(rows, steps, |row, step| packed(left(row, step)));
            let mut planes: Vec<i32> = (0..steps * count).map(|at| packed(right(at / count, at % count))).collect();
            planes.resize(planes.len() + WIDTH, 0);
            let offsets: Vec<usize> = (0..steps).map(|step| step * count).collect();
            let mut sums = vec![-1; rows * (count + 1)];
            multiply(&made, &Columns { planes: &planes, offsets: &offsets, count }, &mut sums, count + 1);
            for (row, sums) in sums.chunks(count + 1).enumerate() {
                for (column, &sum) in sums[..count].iter().enumerate() {
                    let products = (0..steps).map(|step| {
                        let ([a, b], [c, d]) = (left(row, step), right(step, column));
                        a * c + b * d
                    });
                    prop_assert_eq!(sum, products.sum::<i32>());
                }
                // What lies between the rows is left alone.
                prop_assert_eq!(sums[count], -1);
            }
        }
    }
}
