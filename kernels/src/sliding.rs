//! Eight windows side by side of a convolution with one filter for each channel: an element of the image is read once for all windows
//! that it is in, where they are one pixel apart.
#![allow(unsafe_code)]

use super::depthwise::{Ending, Plain, Task};
use super::simd::F32x4;

/// Windows at once: with as many sums, and the weights of a row of five, the vectors fit into x64's registers.
pub(crate) const ROWS: usize = 8;

/// The pixels in each row of the windows, where they are as far apart as the windows are, and the channels are whole vectors.
pub(crate) fn width(task: &Task<'_>, channels: usize) -> Option<usize> {
    let step = task.windows.stride[1];
    let is_row = |row: &[usize]| row.iter().enumerate().all(|(at, tap)| *tap == row[0] + at * step);
    let fits = |width: &usize| {
        let is_whole = task.taps.get(..width + 1).is_none_or(|more| !is_row(more));
        is_whole && task.taps.len().is_multiple_of(*width) && task.taps.chunks(*width).all(is_row)
    };
    [3, 5].into_iter().find(fits).filter(|_| channels.is_multiple_of(4))
}

/// All channels of eight windows, the first of which begins at `input`. `K` is their [`width`].
///
/// # Safety
/// The windows and their places are inside of input and output.
#[inline(never)]
pub(crate) unsafe fn eight<E: Ending, const K: usize>(
    task: &Task<'_>,
    ending: &E,
    filters: &Plain<'_>,
    (input, places): (usize, [usize; ROWS]),
    output: &mut [f32],
) {
    let channels = filters.bias.len();
    for channel in (0..channels).step_by(4) {
        unsafe {
            let mut sums = [F32x4::load(filters.bias.as_ptr().add(channel)); ROWS];
            let mut weights = filters.weights.as_ptr().add(channel);
            for row in task.taps.chunks_exact(K) {
                let weight: [F32x4; K] = std::array::from_fn(|tap| F32x4::load(weights.add(tap * channels)));
                let at = task.input.as_ptr().add(input + row[0] + channel);
                pixels(at, task.windows.stride[1], &weight, &mut sums);
                weights = weights.add(K * channels);
            }
            ending.store(sums.map(|sum| [sum]), places, channel, output);
        }
    }
}

/// Each pixel of a row, for the windows that it is in.
///
/// # Safety
/// So many pixels can be read from `at` on.
#[inline(always)]
unsafe fn pixels<const K: usize>(at: *const f32, step: usize, weights: &[F32x4; K], sums: &mut [F32x4; ROWS]) {
    macro_rules! each {
        ($($pixel:literal)*) => {
            $(if $pixel < ROWS + K - 1 {
                // SAFETY: it is one of them.
                let value = unsafe { F32x4::load(at.add($pixel * step)) };
                for tap in 0..K {
                    if tap <= $pixel && $pixel - tap < ROWS {
                        sums[$pixel - tap] = sums[$pixel - tap].madd(value, weights[tap]);
                    }
                }
            })*
        };
    }
    // Written out, for the sums to be in registers.
    each!(0 1 2 3 4 5 6 7 8 9 10 11);
}
