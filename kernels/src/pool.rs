//! Maxima and sums of windows over a padded image in channels-last layout.

use super::simd::F32x4;
use super::window::Windows;

/// What becomes of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pool {
    Max,
    /// The sum times this.
    Sum {
        scale: f32,
    },
}

/// Writes, at each window's place in `output`, what becomes of each channel. `taps` are the window's elements, from its first on.
///
/// # Panics
/// When a window or its place is outside of a slice, or there are no taps.
pub fn pool(kind: Pool, input: &[f32], windows: &Windows, taps: &[usize], channels: usize, output: &mut [f32]) {
    let mut cursor = windows.cursor();
    for _ in 0..windows.count() {
        let (at, place) = cursor.advance();
        let output = &mut output[place..place + channels];
        match kind {
            Pool::Max => window(&input[at..], taps, output, |largest, x| x.at_least(largest)),
            Pool::Sum { scale } => {
                window(&input[at..], taps, output, F32x4::add);
                output.iter_mut().for_each(|sum| *sum *= scale);
            }
        }
    }
}

#[inline(always)]
fn window(input: &[f32], taps: &[usize], output: &mut [f32], join: impl Fn(F32x4, F32x4) -> F32x4) {
    let channels = output.len();
    let (outputs, rest) = output.as_chunks_mut::<4>();
    for (block, output) in outputs.iter_mut().enumerate() {
        let read = |tap: &usize| F32x4::from_array(input[tap + 4 * block..][..4].try_into().unwrap_or_default());
        let mut found = read(&taps[0]);
        for tap in &taps[1..] {
            found = join(found, read(tap));
        }
        *output = found.to_array();
    }
    for (lane, output) in rest.iter_mut().enumerate() {
        let channel = channels / 4 * 4 + lane;
        let read = |tap: &usize| F32x4::splat(input[tap + channel]);
        let joined = taps[1..].iter().map(read).fold(read(&taps[0]), &join);
        *output = joined.to_array()[0];
    }
}
