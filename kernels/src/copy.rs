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

/// What stands beyond an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Beyond {
    /// The place as far inside of it: the edge itself once only.
    Reflected,
    /// The edge.
    Repeated,
}

impl Beyond {
    /// How far from the edge what stands so far beyond it is.
    pub fn inside(self, distance: usize) -> usize {
        match self {
            Beyond::Reflected => distance,
            Beyond::Repeated => 0,
        }
    }
}

/// Writes `[outer, size, inner]` with so many places before and behind the middle axis.
///
/// # Panics
/// When a slice is too short, or a place as far inside is none of the input's.
pub fn mirror(
    beyond: Beyond,
    input: &[f32],
    [outer, size, inner]: [usize; 3],
    [before, after]: [usize; 2],
    output: &mut [f32],
) {
    for block in 0..outer {
        let input = &input[block * size * inner..][..size * inner];
        let output = &mut output[block * (before + size + after) * inner..][..(before + size + after) * inner];
        let mut put = |to: usize, from: usize| {
            output[to * inner..][..inner].copy_from_slice(&input[from * inner..][..inner]);
        };
        (1..=before).for_each(|distance| put(before - distance, beyond.inside(distance)));
        (1..=after).for_each(|distance| put(before + size - 1 + distance, size - 1 - beyond.inside(distance)));
        output[before * inner..][..size * inner].copy_from_slice(input);
    }
}
