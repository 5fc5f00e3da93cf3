//! Sums, maxima and softmax along an axis.

use super::fours::each;
use super::function;
use super::simd::F32x4;

/// What becomes of the elements along the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reducer {
    Sum,
    Max,
    Min,
    MeanOfSquares,
}

/// Reduces `[outer, size, inner]` to `[outer, inner]`.
///
/// # Panics
/// When the slices have other lengths, or the size is 0.
pub fn reduce(reducer: Reducer, input: &[f32], [outer, size, inner]: [usize; 3], output: &mut [f32]) {
    assert!(input.len() == outer * size * inner && output.len() == outer * inner && size > 0, "lengths");
    for (rows, output) in input.chunks_exact(size * inner).zip(output.chunks_exact_mut(inner)) {
        match reducer {
            Reducer::Sum => along(rows, output, |x| x, F32x4::add, 0.0),
            Reducer::Max => along(rows, output, |x| x, F32x4::max, f32::NEG_INFINITY),
            Reducer::Min => along(rows, output, |x| x, F32x4::min, f32::INFINITY),
            Reducer::MeanOfSquares => {
                along(rows, output, |x| x.mul(x), F32x4::add, 0.0);
                output.iter_mut().for_each(|sum| *sum /= size as f32);
            }
        }
    }
}

/// Joins rows of the output's length, element by element.
#[inline(always)]
fn along(
    rows: &[f32],
    output: &mut [f32],
    first: impl Fn(F32x4) -> F32x4 + Copy,
    join: impl Fn(F32x4, F32x4) -> F32x4 + Copy,
    neutral: f32,
) {
    if let [only] = output {
        *only = total(rows, first, join, neutral);
        return;
    }
    output.fill(neutral);
    for row in rows.chunks_exact(output.len()) {
        let ((inputs, input), (sums, sum)) = (row.as_chunks::<4>(), output.as_chunks_mut::<4>());
        for (input, sum) in inputs.iter().zip(sums) {
            *sum = join(F32x4::from_array(*sum), first(F32x4::from_array(*input))).to_array();
        }
        for (input, sum) in input.iter().zip(sum) {
            *sum = join(F32x4::splat(*sum), first(F32x4::splat(*input))).to_array()[0];
        }
    }
}

/// Joins all elements.
#[inline(always)]
fn total(row: &[f32], first: impl Fn(F32x4) -> F32x4, join: impl Fn(F32x4, F32x4) -> F32x4, neutral: f32) -> f32 {
    let (chunks, rest) = row.as_chunks::<16>();
    if chunks.is_empty() {
        let elements = rest.iter().map(|element| first(F32x4::splat(*element)));
        return elements.fold(F32x4::splat(neutral), join).to_array()[0];
    }
    let mut sums = [F32x4::splat(neutral); 4];
    for chunk in chunks {
        for (part, sum) in chunk.as_chunks::<4>().0.iter().zip(&mut sums) {
            *sum = join(*sum, first(F32x4::from_array(*part)));
        }
    }
    let lanes = join(join(sums[0], sums[1]), join(sums[2], sums[3])).to_array();
    let rest = rest.iter().map(|element| first(F32x4::splat(*element)));
    lanes.map(F32x4::splat).into_iter().chain(rest).fold(F32x4::splat(neutral), join).to_array()[0]
}

/// Softmax of each row of `size` elements.
///
/// # Panics
/// When the slices' lengths differ.
pub fn softmax(input: &[f32], size: usize, output: &mut [f32]) {
    for (row, output) in input.chunks_exact(size).zip(output.chunks_exact_mut(size)) {
        let largest = total(row, |x| x, F32x4::max, f32::NEG_INFINITY);
        each(row, output, |x| function::exp(x.sub(F32x4::splat(largest))));
        let sum = total(output, |x| x, F32x4::add, 0.0);
        output.iter_mut().for_each(|share| *share /= sum);
    }
}
