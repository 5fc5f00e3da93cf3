//! Copies of strided parts of a tensor: transpositions, slices, joins, repetitions.

use super::axis::Axis;

/// Copies along all axes. Their strides are the input's and the output's.
///
/// # Panics
/// When the axes lead outside of a slice.
pub fn copy(input: &[f32], axes: &[Axis], output: &mut [f32]) {
    match axes {
        [] => output[0] = input[0],
        [Axis { size, strides: [1, 1] }] => output[..*size].copy_from_slice(&input[..*size]),
        [Axis { size, strides: [from, to] }] => {
            for place in 0..*size {
                output[place * to] = input[place * from];
            }
        }
        [Axis { size, strides: [from, to] }, inner @ ..] => {
            for place in 0..*size {
                copy(&input[place * from..], inner, &mut output[place * to..]);
            }
        }
    }
}
