//! Each kernel against plain loops in float64, over random sizes.
//!
//! Sums of up to 200 products of numbers up to 1 differ by their order: 1e-5 is what float32 may lose over them.

use onnxlet_kernels::activation::{self, Activation, Clamp};
use onnxlet_kernels::axis::Axis;
use onnxlet_kernels::conv::{self, Packed};
use onnxlet_kernels::copy::{Beyond, copy, mirror};
use onnxlet_kernels::depthwise::{self, Filters};
use onnxlet_kernels::pool::{Pool, pool};
use onnxlet_kernels::reduce::{Reducer, reduce, softmax};
use onnxlet_kernels::tile::Run;
use onnxlet_kernels::weights::Weights;
use onnxlet_kernels::window::Windows;
use onnxlet_kernels::zip::{Binary, zip};
use proptest::prelude::*;

const TOLERANCE: f64 = 1e-5;

/// A square image with square windows.
#[derive(Debug, Clone)]
struct Shape {
    size: usize,
    channels: usize,
    columns: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
}

impl Shape {
    fn output(&self) -> usize {
        (self.size - (self.kernel - 1) * self.dilation - 1) / self.stride + 1
    }

    /// Where the window at this place of the output begins.
    fn window(&self, row: usize, column: usize) -> usize {
        (row * self.size + column) * self.stride * self.channels
    }

    fn windows(&self, columns: usize) -> Windows {
        let (output, right) = (self.output(), self.stride * self.channels);
        Windows {
            output: [output; 2],
            stride: [right * self.size, right],
            pitch: [output * columns, columns],
            start: 0,
        }
    }

    fn taps(&self) -> Vec<usize> {
        let at = |row: usize, column: usize| (row * self.size + column) * self.dilation * self.channels;
        (0..self.kernel * self.kernel).map(|tap| at(tap / self.kernel, tap % self.kernel)).collect()
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let output = self.output();
        (0..output * output).map(move |place| (place / output, place % output))
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    (1usize..=3, 1usize..=2, 1usize..=2, 0usize..=6, 1usize..=9, 1usize..=20).prop_map(
        |(kernel, stride, dilation, more, channels, columns)| {
            let size = (kernel - 1) * dilation + 1 + more;
            Shape { size, channels, columns, kernel, stride, dilation }
        },
    )
}

/// Windows of 3 × 3 that are one pixel apart, over pixels of so many channels that weights can be transformed.
fn squares() -> impl Strategy<Value = Shape> {
    (1usize..=2, 1usize..=13, 1usize..=5, 1usize..=6).prop_map(|(stride, more, channels, columns)| {
        let (size, kernel, dilation) = (2 * stride + more, 3, stride);
        Shape { size, channels: 4 * channels, columns: 4 * columns, kernel, stride, dilation }
    })
}

/// Likewise of 5 × 5.
fn fives() -> impl Strategy<Value = Shape> {
    squares().prop_map(|shape| Shape { size: shape.size + 2 * shape.dilation, kernel: 5, ..shape })
}

/// Numbers from -1 to 1 that look random.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2) + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32) / ((1u32 << 23) as f32) - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn activations() -> impl Strategy<Value = Activation> {
    prop::sample::select(vec![
        Activation::None,
        Activation::Clip { low: 0.0, high: f32::INFINITY },
        Activation::Clamp(Clamp { slope: 0.5, offset: 0.25, low: 0.0, high: 1.0 }),
        Activation::Gated { gate: Clamp { slope: 1.0 / 6.0, offset: 0.5, low: 0.0, high: 1.0 }, added: 0.25 },
        Activation::Leaky { slope: 0.1 },
    ])
}

fn plain(function: Activation, x: f64) -> f64 {
    let line = |c: Clamp| (x * f64::from(c.slope) + f64::from(c.offset)).max(f64::from(c.low)).min(f64::from(c.high));
    match function {
        Activation::None => x,
        Activation::Clip { low, high } => x.max(f64::from(low)).min(f64::from(high)),
        Activation::Clamp(clamp) => line(clamp),
        Activation::Gated { gate, added } => x * line(gate) + f64::from(added),
        Activation::Leaky { slope } => x.max(0.0) + f64::from(slope) * x.min(0.0),
        Activation::Square => x * x,
        Activation::Sqrt => x.sqrt(),
        Activation::Recip => 1.0 / x,
        Activation::Rsqrt => 1.0 / x.sqrt(),
        Activation::Abs => x.abs(),
        Activation::Exp => x.exp(),
        Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Activation::Tanh => x.tanh(),
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Round { low, high } => x.round_ties_even().clamp(low.into(), high.into()),
        Activation::Gelu => x * 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2),
        Activation::GeluTanh => x * 0.5 * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044715 * x * x * x)).tanh()),
    }
}

fn assert_near(got: f32, expected: f64, relative: f64) -> Result<(), TestCaseError> {
    let limit = TOLERANCE.min(relative) + relative * expected.abs();
    prop_assert!((f64::from(got) - expected).abs() <= limit, "got {got}, expected {expected}");
    Ok(())
}

proptest! {
    #[test]
    fn convolution(shape in prop_oneof![shapes(), squares()], activation in activations(), residual in any::<bool>(), seed in any::<u64>()) {
        let Shape { size, channels, columns, kernel, .. } = shape;
        let taps = shape.taps();
        let depth = taps.len() * channels;
        let input = numbers(size * size * channels, seed);
        let (weights, bias) = (numbers(depth * columns, seed ^ 1), numbers(columns, seed ^ 2));
        let output = shape.output() * shape.output() * columns;
        let added = residual.then(|| numbers(output, seed ^ 3));
        let runs: Vec<Run> = taps.iter().map(|&at| Run { at, length: channels }).collect();
        let packed = Packed::new(depth, columns, |row, column| weights[row * columns + column], |column| bias[column]);
        let fours = channels % 4 == 0 && columns % 4 == 0;
        let packed = if fours && kernel == 3 && shape.stride == shape.dilation { packed.with_transforms() } else { packed };
        let windows = shape.windows(columns);
        let mut got = vec![f32::NAN; output];
        let residual = added.as_deref();
        let task = conv::Task { input: &input, windows, runs: &runs, residual, scaled: None, activation };
        conv::convolve(&task, &packed, &mut got);
        for (place, (row, column)) in shape.places().enumerate() {
            for k in 0..columns {
                let start = shape.window(row, column);
                let product = |at: usize| {
                    let x = input[start + taps[at / channels] + at % channels];
                    f64::from(x) * f64::from(weights[at * columns + k])
                };
                let sum = f64::from(bias[k]) + (0..kernel * kernel * channels).map(product).sum::<f64>();
                let at = place * columns + k;
                let sum = sum + added.as_ref().map_or(0.0, |added| f64::from(added[at]));
                assert_near(got[at], plain(activation, sum), TOLERANCE)?;
            }
        }
    }

    #[test]
    fn depthwise_convolution(shape in prop_oneof![shapes(), squares(), fives()], activation in activations(), seed in any::<u64>()) {
        let Shape { size, channels, .. } = shape;
        let taps = shape.taps();
        let input = numbers(size * size * channels, seed);
        let weights = Weights::floats(numbers(taps.len() * channels, seed ^ 1));
        let filters = Filters { weights, bias: numbers(channels, seed ^ 2) };
        let mut got = vec![f32::NAN; shape.output() * shape.output() * channels];
        let windows = shape.windows(channels);
        let task = depthwise::Task { input: &input, windows, taps: &taps, scaled: None, activation };
        depthwise::convolve(&task, &filters, &mut got);
        for (place, (row, column)) in shape.places().enumerate() {
            for channel in 0..channels {
                let start = shape.window(row, column) + channel;
                let products = taps.iter().enumerate().map(|(index, tap)| {
                    f64::from(input[start + tap]) * f64::from(filters.weights.as_slice()[index * channels + channel])
                });
                let sum = f64::from(filters.bias[channel]) + products.sum::<f64>();
                assert_near(got[place * channels + channel], plain(activation, sum), TOLERANCE)?;
            }
        }
    }

    #[test]
    fn pools(shape in shapes(), seed in any::<u64>()) {
        let Shape { size, channels, .. } = shape;
        let taps = shape.taps();
        let input = numbers(size * size * channels, seed);
        let windows = shape.windows(channels);
        for kind in [Pool::Max, Pool::Sum { scale: 0.5 }] {
            let mut got = vec![f32::NAN; shape.output() * shape.output() * channels];
            pool(kind, &input, &windows, &taps, channels, &mut got);
            for (place, (row, column)) in shape.places().enumerate() {
                for channel in 0..channels {
                    let start = shape.window(row, column) + channel;
                    let read = taps.iter().map(|tap| f64::from(input[start + tap]));
                    let expected = match kind {
                        Pool::Max => read.fold(f64::NEG_INFINITY, f64::max),
                        Pool::Sum { scale } => read.sum::<f64>() * f64::from(scale),
                    };
                    assert_near(got[place * channels + channel], expected, TOLERANCE)?;
                }
            }
        }
    }

    #[test]
    fn functions(seed in any::<u64>(), count in 1usize..40) {
        use Activation::{Abs, Exp, Gelu, GeluTanh, Recip, Rsqrt, Sigmoid, Silu, Sqrt, Square, Tanh};
        let scales = [1e-6, 1e-2, 1.0, 20.0, 80.0];
        let input: Vec<f32> = numbers(count, seed).iter().zip(scales.iter().cycle()).map(|(x, scale)| x * scale).collect();
        for function in [Square, Abs, Exp, Sigmoid, Tanh, Silu, Gelu, GeluTanh, Sqrt, Recip, Rsqrt] {
            let input: Vec<f32> = match function {
                Sqrt | Recip | Rsqrt => input.iter().map(|x| x.abs() + 1e-3).collect(),
                _ => input.clone(),
            };
            let mut got = vec![f32::NAN; count];
            activation::map(function, &input, &mut got);
            for (x, got) in input.iter().zip(got) {
                // The exponent's own rounding counts as many times as it is large: 80 of 6e-8.
                assert_near(got, plain(function, f64::from(*x)), TOLERANCE)?;
            }
        }
    }

    #[test]
    fn pairs(sizes in prop::collection::vec(1usize..5, 1..4), flat in any::<[bool; 2]>(), seed in any::<u64>()) {
        // One side may be repeated along all axes but the last, or along the last.
        let count: usize = sizes.iter().product();
        let last = *sizes.last().unwrap();
        let strides = |flat: bool| -> Vec<usize> {
            let mut strides = vec![0; sizes.len()];
            let mut stride = 1;
            for (axis, size) in sizes.iter().enumerate().rev() {
                if !flat || axis + 1 == sizes.len() {
                    strides[axis] = stride;
                    stride *= size;
                }
            }
            strides
        };
        let own = flat.map(strides);
        let axes: Vec<Axis> =
            (0..sizes.len()).map(|axis| Axis { size: sizes[axis], strides: [own[0][axis], own[1][axis]] }).collect();
        let inputs = [0, 1].map(|side| numbers(if flat[side] { last } else { count }, seed ^ side as u64));
        let at = |side: usize, place: usize| f64::from(inputs[side][if flat[side] { place % last } else { place }]);
        for function in [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Max, Binary::Min] {
            let mut got = vec![f32::NAN; count];
            zip(function, [&inputs[0], &inputs[1]], &axes, &mut got);
            for (place, got) in got.into_iter().enumerate() {
                let (a, b) = (at(0, place), at(1, place));
                let expected = match function {
                    Binary::Add => a + b,
                    Binary::Sub => a - b,
                    Binary::Mul => a * b,
                    Binary::Div => a / b,
                    Binary::Max => a.max(b),
                    Binary::Min => a.min(b),
                };
                assert_near(got, expected, TOLERANCE)?;
            }
        }
    }

    #[test]
    fn reductions(sizes in prop::array::uniform3(1usize..40), seed in any::<u64>()) {
        let [outer, size, inner] = [sizes[0] % 4 + 1, sizes[1], sizes[2] % 9 + 1];
        let input = numbers(outer * size * inner, seed);
        for reducer in [Reducer::Sum, Reducer::Max, Reducer::Min, Reducer::MeanOfSquares] {
            let mut got = vec![f32::NAN; outer * inner];
            reduce(reducer, &input, [outer, size, inner], &mut got);
            for (place, got) in got.into_iter().enumerate() {
                let read = (0..size).map(|at| f64::from(input[(place / inner * size + at) * inner + place % inner]));
                let expected = match reducer {
                    Reducer::Sum => read.sum(),
                    Reducer::Max => read.fold(f64::NEG_INFINITY, f64::max),
                    Reducer::Min => read.fold(f64::INFINITY, f64::min),
                    Reducer::MeanOfSquares => read.map(|x| x * x).sum::<f64>() / size as f64,
                };
                assert_near(got, expected, TOLERANCE)?;
            }
        }
        let mut got = vec![f32::NAN; input.len()];
        softmax(&input, size * inner, &mut got);
        for (row, got) in input.chunks(size * inner).zip(got.chunks(size * inner)) {
            let sum: f64 = row.iter().map(|x| f64::from(*x).exp()).sum();
            for (x, got) in row.iter().zip(got) {
                assert_near(*got, f64::from(*x).exp() / sum, TOLERANCE)?;
            }
        }
    }

    #[test]
    fn transpositions(sizes in prop::array::uniform3(1usize..7), seed in any::<u64>()) {
        let [a, b, c] = sizes;
        let input = numbers(a * b * c, seed);
        let axes = [
            Axis { size: a, strides: [b * c, 1] },
            Axis { size: b, strides: [c, a * c] },
            Axis { size: c, strides: [1, a] },
        ];
        let mut got = vec![f32::NAN; input.len()];
        copy(&input, &axes, &mut got);
        for (place, x) in input.iter().enumerate() {
            let (i, j, k) = (place / (b * c), place / c % b, place % c);
            prop_assert_eq!(got[j * a * c + k * a + i], *x);
        }
    }
}

/// exp(1000) is infinite, exp(-1000) is 0, and what is not a number stays so.
#[test]
fn extremes_of_functions() {
    let input = [1000.0, -1000.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let results = |function: Activation| {
        let mut output = [0.0; 5];
        activation::map(function, &input, &mut output);
        output
    };
    let exp = results(Activation::Exp);
    assert!(exp[0] == f32::INFINITY && exp[1] == 0.0 && exp[2].is_nan() && exp[3] == f32::INFINITY && exp[4] == 0.0);
    let sigmoid = results(Activation::Sigmoid);
    assert!(sigmoid[0] == 1.0 && sigmoid[1] == 0.0 && sigmoid[2].is_nan());
    let tanh = results(Activation::Tanh);
    assert!(tanh[0] == 1.0 && tanh[1] == -1.0 && tanh[2].is_nan());
    let gelu = results(Activation::Gelu);
    assert!(gelu[0] == 1000.0 && gelu[1] == 0.0 && gelu[2].is_nan() && gelu[3] == f32::INFINITY);
    for function in [
        Activation::Clip { low: 0.0, high: 6.0 },
        Activation::Gated { gate: Clamp::IDENTITY, added: 0.0 },
        Activation::Leaky { slope: 0.1 },
    ] {
        assert!(results(function)[2].is_nan(), "{function:?}");
    }
}

/// `[2, 4, 3]` with two places before and three behind, counted by hand.
#[test]
fn mirrors() {
    let input: Vec<f32> = (0..24).map(|at| at as f32).collect();
    let places = [(Beyond::Reflected, [2, 1, 0, 1, 2, 3, 2, 1, 0]), (Beyond::Repeated, [0, 0, 0, 1, 2, 3, 3, 3, 3])];
    for (beyond, places) in places {
        let mut got = vec![f32::NAN; 2 * 9 * 3];
        mirror(beyond, &input, [2, 4, 3], [2, 3], &mut got);
        let expected = (0..2).flat_map(|outer| places.map(move |place| outer * 4 + place));
        let expected: Vec<f32> = expected.flat_map(|row| [0, 1, 2].map(|lane| (row * 3 + lane) as f32)).collect();
        assert_eq!(got, expected, "{beyond:?}");
    }
}
