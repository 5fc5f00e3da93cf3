//! Functions of two tensors, one of which may be repeated along axes.

use super::axis::Axis;
use super::fours::each;
use super::simd::F32x4;

/// A function of two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
}

/// Writes the function of the elements. The axes are the output's, which lies without gaps; their strides are the inputs', of the last
/// one 0 or 1.
///
/// # Panics
/// When the axes lead outside of a slice.
pub fn zip(function: Binary, inputs: [&[f32]; 2], axes: &[Axis], output: &mut [f32]) {
    match function {
        Binary::Add => rows(inputs, axes, output, F32x4::add),
        Binary::Sub => rows(inputs, axes, output, F32x4::sub),
        Binary::Mul => rows(inputs, axes, output, F32x4::mul),
        Binary::Div => rows(inputs, axes, output, F32x4::div),
        Binary::Max => rows(inputs, axes, output, F32x4::max),
        Binary::Min => rows(inputs, axes, output, F32x4::min),
    }
}

#[inline(always)]
pub(crate) fn rows(
    inputs: [&[f32]; 2],
    axes: &[Axis],
    output: &mut [f32],
    function: impl Fn(F32x4, F32x4) -> F32x4 + Copy,
) {
    let [outer @ .., last] = axes else {
        output[0] = function(F32x4::splat(inputs[0][0]), F32x4::splat(inputs[1][0])).to_array()[0];
        return;
    };
    let mut place = vec![0; outer.len()];
    let mut at = [0, 0];
    for row in output.chunks_exact_mut(last.size) {
        let left = &inputs[0][at[0]..];
        let right = &inputs[1][at[1]..];
        match last.strides {
            [1, 1] => pairs(&left[..last.size], &right[..last.size], row, function),
            [1, _] => {
                let right = F32x4::splat(right[0]);
                each(&left[..last.size], row, |x| function(x, right));
            }
            [_, 1] => {
                let left = F32x4::splat(left[0]);
                each(&right[..last.size], row, |x| function(left, x));
            }
            _ => row.fill(function(F32x4::splat(left[0]), F32x4::splat(right[0])).to_array()[0]),
        }
        advance(outer, &mut place, &mut at);
    }
}

/// Goes to the next place along the outer axes.
fn advance(axes: &[Axis], place: &mut [usize], at: &mut [usize; 2]) {
    for (axis, position) in axes.iter().zip(place).rev() {
        *position += 1;
        (at[0], at[1]) = (at[0] + axis.strides[0], at[1] + axis.strides[1]);
        if *position < axis.size {
            return;
        }
        *position = 0;
        (at[0], at[1]) = (at[0] - axis.size * axis.strides[0], at[1] - axis.size * axis.strides[1]);
    }
}

#[inline(always)]
fn pairs(left: &[f32], right: &[f32], output: &mut [f32], function: impl Fn(F32x4, F32x4) -> F32x4) {
    let ((lefts, left), (rights, right)) = (left.as_chunks::<4>(), right.as_chunks::<4>());
    let (outputs, output) = output.as_chunks_mut::<4>();
    for ((left, right), output) in lefts.iter().zip(rights).zip(outputs) {
        *output = function(F32x4::from_array(*left), F32x4::from_array(*right)).to_array();
    }
    for ((left, right), output) in left.iter().zip(right).zip(output) {
        *output = function(F32x4::splat(*left), F32x4::splat(*right)).to_array()[0];
    }
}
