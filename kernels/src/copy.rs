//! Copies of strided parts of a tensor: transpositions, slices, joins, repetitions.

use super::axis::Axis;

/// Places that are not worth a loop of their own.
const SHORT: usize = 8;

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
        // The longer loop inside: of planes to pixels, say, one plane after the other.
        [outer, inner] if inner.size < SHORT && outer.size > inner.size && inner.strides != [1, 1] => {
            for place in 0..inner.size {
                let [from, to] = inner.strides.map(|stride| place * stride);
                copy(&input[from..], std::slice::from_ref(outer), &mut output[to..]);
            }
        }
        [Axis { size, strides: [from, to] }, inner @ ..] => {
            for place in 0..*size {
                copy(&input[place * from..], inner, &mut output[place * to..]);
            }
        }
    }
}
