//! Convolution with one filter for each channel, of a padded image in channels-last layout.
#![allow(unsafe_code)]

use super::activation::{Activation, Function, with_function};
use super::requantise::Scaled;
use super::simd::F32x4;
use super::sliding;
use super::weights::Weights;
use super::window::{Cursor, Windows};

/// Windows at once.
const ROWS: usize = 4;

/// A filter for each channel: weights `[window's elements][channels]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Filters {
    pub weights: Weights,
    pub bias: Vec<f32>,
}

impl Filters {
    /// Scales each channel's weights and bias, then adds an offset to the bias.
    pub fn adjust(&mut self, scale: impl Fn(usize) -> f32, offset: impl Fn(usize) -> f32) {
        let channels = self.bias.len();
        self.weights.change(|at, weight| weight * scale(at % channels));
        self.bias.iter_mut().enumerate().for_each(|(channel, bias)| *bias = *bias * scale(channel) + offset(channel));
    }
}

/// What it reads besides the weights, and what it does with its sums.
pub struct Task<'a> {
    pub input: &'a [f32],
    pub windows: Windows,
    /// Where each of the window's elements is, from its first on.
    pub taps: &'a [usize],
    /// What comes before the activation, where the sums are of whole numbers.
    pub scaled: Option<Scaled<'a>>,
    pub activation: Activation,
}

/// Writes, at each window's place in `output`, each channel's sum.
///
/// # Panics
/// When a window or its place is outside of `input` or `output`, or there are not as many weights.
pub fn convolve(task: &Task<'_>, filters: &Filters, output: &mut [f32]) {
    let channels = filters.bias.len();
    if task.windows.count() == 0 {
        return;
    }
    let reach = task.taps.iter().max().map_or(0, |tap| tap + channels);
    task.windows.check(reach, channels, [task.input.len(), output.len()]);
    assert_eq!(task.taps.len() * channels, filters.weights.len(), "the number of weights");
    assert!(task.scaled.is_none_or(|scaled| scaled.fits(channels)), "a factor for each channel");
    let filters = &Plain { weights: filters.weights.as_slice(), bias: &filters.bias };
    // SAFETY: checked.
    unsafe {
        match task.scaled {
            Some(scaled) => sweep(task, &Whole { scaled, activation: task.activation }, filters, output),
            None => with_function!(task.activation, |f| sweep(task, &Floats(f), filters, output)),
        }
    }
}

/// All windows.
///
/// # Safety
/// They and their places are inside of input and output.
unsafe fn sweep<E: Ending>(task: &Task<'_>, ending: &E, filters: &Plain<'_>, output: &mut [f32]) {
    unsafe {
        match sliding::width(task, filters.bias.len()) {
            Some(3) => slide::<E, 3>(task, ending, filters, output),
            Some(_) => slide::<E, 5>(task, ending, filters, output),
            None => some(task, ending, filters, (&mut task.windows.cursor(), task.windows.count()), output),
        }
    }
}

/// All windows, row by row.
///
/// # Safety
/// They and their places are inside of input and output.
unsafe fn slide<E: Ending, const K: usize>(task: &Task<'_>, ending: &E, filters: &Plain<'_>, output: &mut [f32]) {
    let mut cursor = task.windows.cursor();
    let [height, width] = task.windows.output;
    for _ in 0..height {
        unsafe {
            for _ in 0..width / sliding::ROWS {
                let (inputs, places) = cursor.take();
                sliding::eight::<E, K>(task, ending, filters, (inputs[0], places), output);
            }
            some(task, ending, filters, (&mut cursor, width % sliding::ROWS), output);
        }
    }
}

/// So many of the next windows.
///
/// # Safety
/// They and their places are inside of input and output.
unsafe fn some<E: Ending>(
    task: &Task<'_>,
    ending: &E,
    filters: &Plain<'_>,
    (cursor, count): (&mut Cursor<'_>, usize),
    output: &mut [f32],
) {
    unsafe {
        for _ in 0..count / ROWS {
            let (inputs, places) = cursor.take::<ROWS>();
            windows(task, ending, filters, inputs, places, output);
        }
        for _ in 0..count % ROWS {
            let (inputs, places) = cursor.take::<1>();
            windows(task, ending, filters, inputs, places, output);
        }
    }
}

/// Filters as floats.
pub(crate) struct Plain<'a> {
    pub(crate) weights: &'a [f32],
    pub(crate) bias: &'a [f32],
}

/// What becomes of sums.
pub(crate) trait Ending {
    /// Writes sums of four channels each, from one on.
    ///
    /// # Safety
    /// They are inside of `output` at each place.
    unsafe fn store<const R: usize, const V: usize>(
        &self,
        sums: [[F32x4; V]; R],
        places: [usize; R],
        channel: usize,
        output: &mut [f32],
    );

    /// Writes one channel's sum.
    fn store_one(&self, sum: f32, channel: usize, output: &mut f32);
}

/// They are floats, of which this is stored.
struct Floats<F>(F);

impl<F: Function> Ending for Floats<F> {
    #[inline(always)]
    unsafe fn store<const R: usize, const V: usize>(
        &self,
        sums: [[F32x4; V]; R],
        places: [usize; R],
        channel: usize,
        output: &mut [f32],
    ) {
        for row in 0..R {
            sums[row].into_iter().enumerate().for_each(|(part, sum)| {
                let place = places[row] + channel + 4 * part;
                unsafe { self.0.of(sum).store(output.as_mut_ptr().add(place)) };
            });
        }
    }

    fn store_one(&self, sum: f32, _: usize, output: &mut f32) {
        *output = self.0.of(F32x4::splat(sum)).to_array()[0];
    }
}

/// They are whole numbers.
struct Whole<'a> {
    scaled: Scaled<'a>,
    activation: Activation,
}

impl Ending for Whole<'_> {
    #[inline(always)]
    unsafe fn store<const R: usize, const V: usize>(
        &self,
        sums: [[F32x4; V]; R],
        places: [usize; R],
        channel: usize,
        output: &mut [f32],
    ) {
        // Of a copy an address may be taken: the sums themselves are to stay in registers.
        let copy = sums.map(|row| row.map(|sum| sum));
        let places = places.map(|place| place + channel);
        self.scaled.store(copy, (channel, 4 * V), self.activation, places, output);
    }

    fn store_one(&self, sum: f32, channel: usize, output: &mut f32) {
        let sums = [[F32x4::splat(sum)]];
        self.scaled.store(sums, (channel, 1), self.activation, [0], std::slice::from_mut(output));
    }
}

/// # Safety
/// The windows and their places are inside of input and output.
#[inline(never)]
unsafe fn windows<E: Ending, const R: usize>(
    task: &Task<'_>,
    ending: &E,
    filters: &Plain<'_>,
    inputs: [usize; R],
    places: [usize; R],
    output: &mut [f32],
) {
    let channels = filters.bias.len();
    let mut channel = 0;
    unsafe {
        while channel + 8 <= channels {
            vectors::<E, R, 2>(task, ending, filters, inputs, places, channel, output);
            channel += 8;
        }
        while channel + 4 <= channels {
            vectors::<E, R, 1>(task, ending, filters, inputs, places, channel, output);
            channel += 4;
        }
    }
    for channel in channel..channels {
        for row in 0..R {
            let weights = filters.weights[channel..].iter().step_by(channels);
            let products =
                task.taps.iter().zip(weights).map(|(tap, weight)| task.input[inputs[row] + tap + channel] * weight);
            let sum = filters.bias[channel] + products.sum::<f32>();
            ending.store_one(sum, channel, &mut output[places[row] + channel]);
        }
    }
}

/// Four times `V` channels of each window.
///
/// # Safety
/// The windows and their places are inside of input and output, so are the channels.
#[inline(always)]
unsafe fn vectors<E: Ending, const R: usize, const V: usize>(
    task: &Task<'_>,
    ending: &E,
    filters: &Plain<'_>,
    inputs: [usize; R],
    places: [usize; R],
    channel: usize,
    output: &mut [f32],
) {
    let channels = filters.bias.len();
    unsafe {
        let at = inputs.map(|input| task.input.as_ptr().add(input + channel));
        let mut weights = filters.weights.as_ptr().add(channel);
        let bias: [F32x4; V] = std::array::from_fn(|part| F32x4::load(filters.bias.as_ptr().add(channel + 4 * part)));
        let mut sums = [bias; R];
        for tap in task.taps {
            let weight: [F32x4; V] = std::array::from_fn(|part| F32x4::load(weights.add(4 * part)));
            for row in 0..R {
                for part in 0..V {
                    let value = F32x4::load(at[row].add(*tap + 4 * part));
                    sums[row][part] = sums[row][part].madd(value, weight[part]);
                }
            }
            weights = weights.add(channels);
        }
        ending.store(sums, places, channel, output);
    }
}
