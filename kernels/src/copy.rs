//! Copies of strided parts of a tensor: transpositions, slices, joins, repetitions.

/// An axis: its size, and the elements from one place to the next in the input and in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub size: usize,
    pub from: usize,
    pub to: usize,
}

/// Copies along all axes.
///
/// # Panics
/// When the axes lead outside of a slice.
pub fn copy(input: &[f32], axes: &[Axis], output: &mut [f32]) {
    match axes {
        [] => output[0] = input[0],
        [Axis { size, from: 1, to: 1 }] => output[..*size].copy_from_slice(&input[..*size]),
        [Axis { size, from, to }] => {
            for place in 0..*size {
                output[place * to] = input[place * from];
            }
        }
        [Axis { size, from, to }, inner @ ..] => {
            for place in 0..*size {
                copy(&input[place * from..], inner, &mut output[place * to..]);
            }
        }
    }
}
