//! Kernels on whole numbers against plain loops in whole numbers: the same to the last bit.

use onnxlet_kernels::activation::Activation;
use onnxlet_kernels::axis::Axis;
use onnxlet_kernels::conv::{self, Packed};
use onnxlet_kernels::depthwise::{self, Filters};
use onnxlet_kernels::requantise::{Pairwise, Quantise, Scaled, Table, look_up, pairwise, quantise, range};
use onnxlet_kernels::tile::Run;
use onnxlet_kernels::weights::Weights;
use onnxlet_kernels::window::Windows;
use proptest::prelude::*;

/// Whole numbers that look random, between two limits.
fn numbers(count: usize, seed: u64, low: i64, high: i64) -> Vec<i64> {
    let hash = |at: u64| (at ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xff51_afd7_ed55_8ccd) >> 33;
    (0..count as u64).map(|at| low + (hash(at) % (high - low + 1) as u64) as i64).collect()
}

fn floats(numbers: &[i64]) -> Vec<f32> {
    numbers.iter().map(|number| *number as f32).collect()
}

/// What each column is multiplied with and added to: one number, or one each.
#[derive(Debug, Clone)]
struct Epilogue {
    factors: Vec<f32>,
    offsets: Vec<f32>,
    round: bool,
    table: bool,
}

impl Epilogue {
    fn activation(&self) -> Activation {
        match self.round {
            true => Activation::Round { low: -100.0, high: 155.0 },
            false => Activation::Clip { low: 0.0, high: f32::INFINITY },
        }
    }

    fn scaled<'a>(&'a self, values: &'a [f32; 256]) -> Scaled<'a> {
        let table = (self.round && self.table).then_some(Table { values, first: -100.0 });
        Scaled { factors: &self.factors, offsets: &self.offsets, table }
    }

    fn of(&self, sum: i64, column: usize, values: &[f32; 256]) -> f32 {
        let at = |numbers: &[f32]| if let [one] = numbers { *one } else { numbers[column] };
        let mut x = sum as f32 * at(&self.factors);
        if !self.offsets.is_empty() {
            x += at(&self.offsets);
        }
        if !self.round {
            return x.max(0.0);
        }
        let x = x.round_ties_even().clamp(-100.0, 155.0);
        if self.table { values[(x + 100.0) as usize] } else { x }
    }
}

fn epilogues(columns: usize) -> impl Strategy<Value = Epilogue> {
    let factors = prop_oneof![Just(1), Just(columns)];
    let offsets = prop_oneof![Just(0), Just(1), Just(columns)];
    (factors, offsets, any::<[bool; 2]>(), any::<u64>()).prop_map(|(factors, offsets, [round, table], seed)| {
        let some = |count: usize, seed: u64, unit: f32| {
            floats(&numbers(count, seed, 1, 1000)).into_iter().map(|x| x * unit).collect()
        };
        Epilogue { factors: some(factors, seed, 1e-6), offsets: some(offsets, seed ^ 9, 0.01), round, table }
    })
}

fn table() -> [f32; 256] {
    std::array::from_fn(|at| ((at * at) % 251) as f32 - 128.0)
}

proptest! {
    #[test]
    fn convolutions(
        ((columns, epilogue), depth, width, seed, wide) in
            ((1usize..40).prop_flat_map(|columns| (Just(columns), epilogues(columns))), 1usize..30, 1usize..10, any::<u64>(), any::<bool>())
    ) {
        let input = numbers(depth * width, seed, -255, 255);
        let limit = if wide { 255 } else { 127 };
        let weights = numbers(depth * columns, seed ^ 1, -limit, limit);
        let bias = numbers(columns, seed ^ 2, -100_000, 100_000);
        let packed = Packed::whole(depth, columns, |row, column| weights[row * columns + column] as i16, |column| bias[column] as f32);
        let windows = Windows { output: [1, width], stride: [0, depth], pitch: [0, columns], start: 0 };
        let (values, input_floats) = (table(), floats(&input));
        let runs = [Run { at: 0, length: depth }];
        let scaled = Some(epilogue.scaled(&values));
        let task = conv::Task { input: &input_floats, windows, runs: &runs, residual: None, scaled, activation: epilogue.activation() };
        // Twice: the first time makes floats of the weights.
        for _ in 0..2 {
            let mut got = vec![f32::NAN; width * columns];
            conv::convolve(&task, &packed, &mut got);
            for (place, got) in got.iter().enumerate() {
                let (row, column) = (place / columns, place % columns);
                let products = (0..depth).map(|at| input[row * depth + at] * weights[at * columns + column]);
                prop_assert_eq!(*got, epilogue.of(bias[column] + products.sum::<i64>(), column, &values));
            }
        }
    }

    #[test]
    fn depthwise_convolutions(
        ((channels, epilogue), taps, width, seed) in
            ((1usize..22).prop_flat_map(|channels| (Just(channels), epilogues(channels))), 1usize..10, 1usize..10, any::<u64>())
    ) {
        let input = numbers((taps + width - 1) * channels, seed, -255, 255);
        let weights = numbers(taps * channels, seed ^ 1, -255, 255);
        let bias = numbers(channels, seed ^ 2, -100_000, 100_000);
        let small: Vec<i16> = weights.iter().map(|weight| *weight as i16).collect();
        let filters = Filters { weights: Weights::whole(&small), bias: floats(&bias) };
        let windows = Windows { output: [1, width], stride: [0, channels], pitch: [0, channels], start: 0 };
        let offsets: Vec<usize> = (0..taps).map(|tap| tap * channels).collect();
        let (values, input_floats) = (table(), floats(&input));
        let scaled = Some(epilogue.scaled(&values));
        let task = depthwise::Task { input: &input_floats, windows, taps: &offsets, scaled, activation: epilogue.activation() };
        let mut got = vec![f32::NAN; width * channels];
        depthwise::convolve(&task, &filters, &mut got);
        for (place, got) in got.iter().enumerate() {
            let channel = place % channels;
            let products = (0..taps).map(|tap| input[place + tap * channels] * weights[tap * channels + channel]);
            prop_assert_eq!(*got, epilogue.of(bias[channel] + products.sum::<i64>(), channel, &values));
        }
    }

    #[test]
    fn numbers_become_bytes(
        data in prop::collection::vec(prop::num::f32::ANY, 0..11),
        (scale, zero) in (1e-3f32..1e3, 0i32..256),
        (divisor, factor) in prop_oneof![Just((1.0, 1.0)), (1f32..1000.0, 1e-3f32..1e3)],
    ) {
        let zero = zero as f32;
        let mut got = vec![f32::NAN; data.len()];
        quantise(Quantise { divisor, factor, scale, low: -zero, high: 255.0 - zero, nan: -zero }, &data, &mut got);
        for (x, got) in data.iter().zip(got) {
            let byte = ((x / divisor * factor / scale).round_ties_even() + zero).clamp(0.0, 255.0) as u8;
            prop_assert_eq!(got + zero, f32::from(byte));
        }
    }

    #[test]
    fn ranges(data in prop::collection::vec(-1e3f32..1e3, 0..11)) {
        let (least, largest) = data.iter().fold((0f32, 0f32), |(a, b), x| (a.min(*x), b.max(*x)));
        let scale = if largest == least { 1.0 / 255.0 } else { (largest - least) / 255.0 };
        prop_assert_eq!(range(&data), [scale, (0.0 - least / scale).clamp(0.0, 255.0).round_ties_even()]);
    }

    #[test]
    fn pairs_become_bytes(count in 1usize..11, seed in any::<u64>(), (a, b, scale) in (1e-3f32..1.0, 1e-3f32..1.0, 1e-3f32..1.0), zero in 0i32..256) {
        let [left, right] = [1, 2].map(|other| floats(&numbers(count, seed ^ other, -255, 255)));
        let zero = zero as f32;
        let factors = [a, b];
        let functions = [
            Pairwise::Sum { factors, scale },
            Pairwise::Product { factors, scale },
            Pairwise::SumFrom { factors, zero },
            Pairwise::ProductFrom { factor: a, zero },
        ];
        for function in functions {
            let mut got = vec![f32::NAN; count];
            let axes = [Axis { size: count, strides: [1, 1] }];
            pairwise(function, [-zero, 255.0 - zero], [&left, &right], &axes, &mut got);
            for ((x, y), got) in left.iter().zip(&right).zip(got) {
                let byte = match function {
                    Pairwise::Sum { .. } => ((x * a + y * b) / scale).round_ties_even() + zero,
                    Pairwise::Product { .. } => (x * a * (y * b) / scale).round_ties_even() + zero,
                    Pairwise::SumFrom { .. } => (x * a + y * b + zero).round_ties_even(),
                    Pairwise::ProductFrom { .. } => (x * y * a + zero).round_ties_even(),
                };
                prop_assert_eq!(got + zero, byte.clamp(0.0, 255.0));
            }
        }
    }

    #[test]
    fn bytes_are_looked_up(zero in -128i64..256, seed in any::<u64>()) {
        let (values, low) = (table(), -zero);
        let input = floats(&numbers(9, seed, low, low + 255));
        let mut got = vec![f32::NAN; 9];
        look_up(Table { values: &values, first: low as f32 }, &input, &mut got);
        for (x, got) in input.iter().zip(got) {
            prop_assert_eq!(got, values[(x - low as f32) as usize]);
        }
    }
}
