//! Slices of float32, four at a time.

use super::simd::F32x4;

/// Writes a function of each element.
///
/// # Panics
/// When the lengths differ.
#[inline(always)]
pub(crate) fn each(input: &[f32], output: &mut [f32], function: impl Fn(F32x4) -> F32x4) {
    assert_eq!(input.len(), output.len(), "lengths");
    let ((inputs, input), (outputs, output)) = (input.as_chunks::<4>(), output.as_chunks_mut::<4>());
    for (input, output) in inputs.iter().zip(outputs) {
        *output = function(F32x4::from_array(*input)).to_array();
    }
    for (input, output) in input.iter().zip(output) {
        *output = function(F32x4::splat(*input)).to_array()[0];
    }
}
