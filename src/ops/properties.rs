//! Kernels against plain loops, with the attributes that ONNX's own cases leave at their defaults: strides, dilations, groups and
//! padding of convolutions, directions and clips of recurrent layers, lines and orders of TopK.

use proptest::prelude::*;
use tract_onnx::pb::{AttributeProto, NodeProto};

use super::kernels;
use crate::eager::node::{Arguments, Node};
use crate::eager::value::{Element, TensorValue};

fn tensor<T: Element>(shape: &[usize], data: Vec<T>) -> Option<TensorValue> {
    Some(TensorValue::new(shape, data).unwrap())
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, ..Default::default() }
}

fn ints(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: values.iter().map(|x| *x as i64).collect(), ..Default::default() }
}

/// The outputs of a node of opset 18.
fn answers(operator: &str, attribute: Vec<AttributeProto>, inputs: Vec<Option<TensorValue>>) -> Vec<TensorValue> {
    let output = ["y", "second", "third"].map(str::to_owned).to_vec();
    let input = inputs.iter().enumerate().map(|(at, input)| input.as_ref().map_or(String::new(), |_| format!("x{at}")));
    let proto = NodeProto { op_type: operator.into(), attribute, input: input.collect(), output, ..Default::default() };
    let node = Node { proto: &proto, opset: 18, constants: inputs.clone(), held: Default::default() };
    let kernel = kernels::find("", operator).unwrap()(&node).unwrap();
    let inputs = inputs.into_iter().map(|input| input.map(Into::into)).collect();
    let outputs = kernel(&Arguments { inputs, fuel: &crate::eager::node::Fuel::new() }).unwrap();
    outputs.iter().map(|output| output.tensor().unwrap().clone()).collect()
}

/// Numbers that look random, each a multiple of 1/8 of at most 2, so that sums of products are exact in float32.
fn numbers(seed: usize, count: usize) -> Vec<f64> {
    let each = |index: usize| ((index + seed).wrapping_mul(2_654_435_761) >> 7) % 33;
    (0..count).map(|index| (each(index) as f64 - 16.0) / 8.0).collect()
}

fn f32s(seed: usize, shape: &[usize]) -> Option<TensorValue> {
    tensor(shape, numbers(seed, shape.iter().product()).into_iter().map(|x| x as f32).collect())
}

/// A convolution of pictures.
#[derive(Clone, Debug)]
struct Conv {
    group: usize,
    /// Channels and filters of a group.
    channels: usize,
    filters: usize,
    size: [usize; 2],
    kernel: [usize; 2],
    strides: [usize; 2],
    dilations: [usize; 2],
    /// Above, left, below, right.
    pads: [usize; 4],
}

fn convs() -> impl Strategy<Value = Conv> {
    let sizes = (1..3usize, 1..3usize, 1..3usize);
    let places = ([5..8usize, 5..8], [1..4usize, 1..4], [1..4usize, 1..4], [1..3usize, 1..3]);
    (sizes, places, [0..3usize, 0..3, 0..3, 0..3]).prop_map(
        |((group, channels, filters), (size, kernel, strides, dilations), pads)| Conv {
            group,
            channels,
            filters,
            size,
            kernel,
            strides,
            dilations,
            pads,
        },
    )
}

impl Conv {
    fn attributes(&self) -> Vec<AttributeProto> {
        vec![
            int("group", self.group as i64),
            ints("kernel_shape", &self.kernel),
            ints("strides", &self.strides),
            ints("dilations", &self.dilations),
            ints("pads", &self.pads),
        ]
    }

    fn input(&self) -> [usize; 4] {
        [2, self.group * self.channels, self.size[0], self.size[1]]
    }

    fn weights(&self) -> [usize; 4] {
        [self.group * self.filters, self.channels, self.kernel[0], self.kernel[1]]
    }

    fn output(&self) -> [usize; 4] {
        let size = |axis: usize| {
            let padded = self.size[axis] + self.pads[axis] + self.pads[axis + 2];
            (padded - (self.kernel[axis] - 1) * self.dilations[axis] - 1) / self.strides[axis] + 1
        };
        [2, self.group * self.filters, size(0), size(1)]
    }

    /// Where a tap of a window lies along an axis, if not in the padding.
    fn at(&self, axis: usize, window: usize, tap: usize) -> Option<usize> {
        let padded = window * self.strides[axis] + tap * self.dilations[axis];
        padded.checked_sub(self.pads[axis]).filter(|at| *at < self.size[axis])
    }

    /// The places of a plane that a window meets, with its taps.
    fn met(&self, row: usize, column: usize) -> Vec<(usize, usize)> {
        let mut met = vec![];
        for down in 0..self.kernel[0] {
            for along in 0..self.kernel[1] {
                if let (Some(y), Some(x)) = (self.at(0, row, down), self.at(1, column, along)) {
                    met.push((y * self.size[1] + x, down * self.kernel[1] + along));
                }
            }
        }
        met
    }

    /// The sums of products.
    fn run(&self, x: &[f64], w: &[f64]) -> Vec<f64> {
        let [batch, filters, rows, columns] = self.output();
        let (plane, taps) = (self.size[0] * self.size[1], self.kernel[0] * self.kernel[1]);
        let mut sums = vec![];
        for example in 0..batch {
            for filter in 0..filters {
                for row in 0..rows {
                    for column in 0..columns {
                        let mut sum = 0.0;
                        for channel in 0..self.channels {
                            let own = example * self.group * self.channels + filter / self.filters * self.channels;
                            let (x, w) =
                                (&x[(own + channel) * plane..], &w[(filter * self.channels + channel) * taps..]);
                            sum += self.met(row, column).iter().map(|(at, tap)| x[*at] * w[*tap]).sum::<f64>();
                        }
                        sums.push(sum);
                    }
                }
            }
        }
        sums
    }
}

fn bytes(seed: usize, count: usize) -> Vec<u8> {
    numbers(seed, count).into_iter().map(|x| (x * 60.0 + 128.0) as u8).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whole offsets move the taps: here all by one row, so that the kernel meets what lies below.
    #[test]
    fn a_deformed_kernel_meets_moved_places(conv in convs(), moved in 0..2usize, seed in 0..1000usize) {
        let (input, weights, output) = (conv.input(), conv.weights(), conv.output());
        let taps = conv.kernel[0] * conv.kernel[1];
        let mut offsets = vec![0f32; 2 * 2 * taps * output[2] * output[3]];
        for (index, offset) in offsets.iter_mut().enumerate() {
            *offset = if index / (output[2] * output[3]) % 2 == 0 { moved as f32 } else { 0.0 };
        }
        let offsets = tensor(&[2, 2 * taps, output[2], output[3]], offsets);
        let x = numbers(seed, input.iter().product());
        let w = numbers(seed + 7, weights.iter().product());
        let got = answers("DeformConv", conv.attributes(), vec![f32s(seed, &input), f32s(seed + 7, &weights), offsets]);
        // The same as over a picture that begins a row later: in the padding above, or else in the picture itself.
        let (mut shifted, skipped) = (conv.clone(), moved.saturating_sub(conv.pads[0]) * conv.size[1]);
        if moved > 0 && conv.pads[0] > 0 {
            shifted.size[0] += 1;
            shifted.pads[0] -= 1;
        }
        let plane = |plane: &[f64]| {
            let rest = plane[skipped..].iter().copied();
            rest.chain(std::iter::repeat(0.0)).take(shifted.size[0] * conv.size[1]).collect::<Vec<f64>>()
        };
        let expected = shifted.run(&x.chunks(conv.size[0] * conv.size[1]).flat_map(plane).collect::<Vec<_>>(), &w);
        prop_assert_eq!(got[0].shape(), output);
        prop_assert_eq!(got[0].to_f64s().unwrap(), expected);
    }

    #[test]
    fn convolutions_of_bytes_add_up(conv in convs(), zeros in (0..200u8, 0..200u8), seed in 0..1000usize) {
        let (input, weights, output) = (conv.input(), conv.weights(), conv.output());
        let (x, w) = (bytes(seed, input.iter().product()), bytes(seed + 7, weights.iter().product()));
        let centred = |data: &[u8], zero: u8| data.iter().map(|x| f64::from(*x) - f64::from(zero)).collect::<Vec<_>>();
        let sums = conv.run(&centred(&x, zeros.0), &centred(&w, zeros.1));
        let (x, w) = (tensor(&input, x), tensor(&weights, w));
        let scalar = |zero: u8| tensor(&[], vec![zero]);
        let inputs = vec![x.clone(), w.clone(), scalar(zeros.0), scalar(zeros.1)];
        let got = answers("ConvInteger", conv.attributes(), inputs);
        prop_assert_eq!(got[0].shape(), output);
        prop_assert_eq!(got[0].to_f64s().unwrap(), sums.clone());

        // Powers of 2, whose products are exact, so that ties are ties.
        let scale = |scale: f32| tensor(&[], vec![scale]);
        let inputs = vec![x, scale(0.25), scalar(zeros.0), w, scale(0.5), scalar(zeros.1), scale(64.0), scalar(100)];
        let got = answers("QLinearConv", conv.attributes(), inputs);
        let rounded = sums.iter().map(|sum| ((sum / 512.0).round_ties_even() + 100.0).clamp(0.0, 255.0));
        prop_assert_eq!(got[0].to_f64s().unwrap(), rounded.collect::<Vec<_>>());
    }

    /// Taking blocks and putting them back are adjoint: ⟨blocks(x), c⟩ = ⟨x, Col2Im(c)⟩.
    #[test]
    fn blocks_go_back_where_they_were(conv in convs(), seed in 0..1000usize) {
        let [_, _, rows, columns] = conv.output();
        let (plane, taps) = (conv.size[0] * conv.size[1], conv.kernel[0] * conv.kernel[1]);
        let x = numbers(seed, 2 * plane);
        let mut expected = 0.0;
        let c = numbers(seed + 7, 2 * taps * rows * columns);
        for channel in 0..2 {
            for place in 0..rows * columns {
                for (at, tap) in conv.met(place / columns, place % columns) {
                    expected += x[channel * plane + at] * c[(channel * taps + tap) * rows * columns + place];
                }
            }
        }
        let sizes = |sizes: [usize; 2]| tensor(&[2], sizes.map(|size| size as i64).to_vec());
        let attributes = conv.attributes().into_iter().filter(|attribute| attribute.name != "kernel_shape").collect();
        let inputs = vec![f32s(seed + 7, &[1, 2 * taps, rows * columns]), sizes(conv.size), sizes(conv.kernel)];
        let got = answers("Col2Im", attributes, inputs);
        prop_assert_eq!(got[0].shape(), [1, 2, conv.size[0], conv.size[1]]);
        let product: f64 = got[0].to_f64s().unwrap().iter().zip(&x).map(|(a, b)| a * b).sum();
        prop_assert_eq!(product, expected);
    }

    #[test]
    fn the_highest_come_first(outer in 1..4usize, size in 1..6usize, inner in 1..4usize, k in 0..7usize,
                              largest in 0..2i64, seed in 0..1000usize) {
        let k = k.min(size);
        let data: Vec<i32> = numbers(seed, outer * size * inner).into_iter().map(|x| x as i32).collect();
        let inputs = vec![tensor(&[outer, size, inner], data.clone()), tensor(&[1], vec![k as i64])];
        let got = answers("TopK", vec![int("axis", 1), int("largest", largest)], inputs);
        prop_assert_eq!(got[0].shape(), [outer, k, inner]);
        for line in 0..outer * inner {
            let at = |place: usize, length: usize| (line / inner * length + place) * inner + line % inner;
            let mut order: Vec<usize> = (0..size).collect();
            let sign = if largest == 1 { -1 } else { 1 };
            order.sort_by_key(|place| (sign * data[at(*place, size)], *place));
            for (rank, place) in order.into_iter().take(k).enumerate() {
                prop_assert_eq!(got[1].slice::<i64>().unwrap()[at(rank, k)], place as i64);
                prop_assert_eq!(got[0].slice::<i32>().unwrap()[at(rank, k)], data[at(place, size)]);
            }
        }
    }

    /// At an element's own place every mode and padding gives that element.
    #[test]
    fn a_grid_of_the_picture_itself_gives_it(height in 2..6usize, width in 2..6usize, mode in 0..3usize,
                                             padding in 0..3usize, seed in 0..1000usize) {
        let text = |name: &str, value: &str| AttributeProto { name: name.into(), s: value.into(), ..Default::default() };
        let attributes = vec![
            text("mode", ["nearest", "linear", "cubic"][mode]),
            text("padding_mode", ["zeros", "border", "reflection"][padding]),
            int("align_corners", 1),
        ];
        let along = |place: usize, size: usize| 2.0 * place as f64 / (size - 1) as f64 - 1.0;
        let grid: Vec<f64> = (0..height * width)
            .flat_map(|place| [along(place % width, width), along(place / width, height)])
            .collect();
        let picture = numbers(seed, height * width);
        let inputs = vec![tensor(&[1, 1, height, width], picture.clone()), tensor(&[1, height, width, 2], grid)];
        let got = answers("GridSample", attributes, inputs);
        // A place is off by a few bits of a float64, a cubic's slope is below 4.
        let close = got[0].to_f64s().unwrap().iter().zip(&picture).all(|(x, y)| (x - y).abs() < 1e-12);
        prop_assert!(close, "{:?} {picture:?}", got[0].to_f64s());
    }

    #[test]
    fn a_long_short_term_memory_steps_as_its_formulas_do(
        layer in (1..5usize, 1..3usize, 1..4usize, 1..4usize), reverse in 0..2usize, couples in 0..2i64,
        clip in 0..2usize, own_length in 0..5usize, seed in 0..1000usize,
    ) {
        let (length, batch, input, hidden) = layer;
        let own_length = own_length.min(length);
        let shapes: [&[usize]; 8] = [
            &[length, batch, input], &[1, 4 * hidden, input], &[1, 4 * hidden, hidden], &[1, 8 * hidden], &[batch],
            &[1, batch, hidden], &[1, batch, hidden], &[1, 3 * hidden],
        ];
        let values: Vec<Vec<f64>> =
            shapes.iter().enumerate().map(|(index, shape)| numbers(seed + index, shape.iter().product())).collect();
        let mut inputs: Vec<_> = shapes.iter().zip(&values).map(|(shape, values)| tensor(shape, values.clone())).collect();
        inputs[4] = tensor(&[batch], vec![own_length as i32; batch]);
        let clip = [0.0, 0.75][clip];
        let direction = ["forward", "reverse"][reverse];
        let attributes = vec![
            int("hidden_size", hidden as i64),
            int("input_forget", couples),
            AttributeProto { name: "direction".into(), s: direction.into(), ..Default::default() },
            AttributeProto { name: "clip".into(), f: clip as f32, ..Default::default() },
        ];
        let got = answers("LSTM", attributes, inputs);
        let [x, w, r, b, _, h, c, p] = values.try_into().unwrap();
        for example in 0..batch {
            let row = |data: &[f64], place: usize, size: usize| data[place * size..(place + 1) * size].to_vec();
            let (mut h, mut c) = (row(&h, example, hidden), row(&c, example, hidden));
            if own_length == 0 {
                (h, c) = (vec![0.0; hidden], vec![0.0; hidden]);
            }
            for step in 0..own_length {
                let place = if reverse == 1 { own_length - 1 - step } else { step };
                let x = row(&x, place * batch + example, input);
                let clipped = |x: f64| if clip > 0.0 { x.clamp(-clip, clip) } else { x };
                let sigmoid = |x: f64| 1.0 / (1.0 + (-clipped(x)).exp());
                // Of unit `unit` in gate `gate`: input, output, forget, cell.
                let gate = |gate: usize, unit: usize| {
                    let line = gate * hidden + unit;
                    let of = |weights: &[f64], data: &[f64]| -> f64 {
                        row(weights, line, data.len()).iter().zip(data).map(|(w, x)| w * x).sum()
                    };
                    of(&w, &x) + of(&r, &h) + b[line] + b[4 * hidden + line]
                };
                let mut next = (vec![], vec![]);
                for unit in 0..hidden {
                    let i = sigmoid(gate(0, unit) + p[unit] * c[unit]);
                    let f = if couples == 1 { 1.0 - i } else { sigmoid(gate(2, unit) + p[2 * hidden + unit] * c[unit]) };
                    let cell = f * c[unit] + i * clipped(gate(3, unit)).tanh();
                    let o = sigmoid(gate(1, unit) + p[hidden + unit] * cell);
                    next.1.push(cell);
                    next.0.push(o * cell.tanh());
                }
                (h, c) = next;
                let y = row(&got[0].to_f64s().unwrap(), place * batch + example, hidden);
                prop_assert!(y.iter().zip(&h).all(|(y, h)| (y - h).abs() < 1e-12), "{y:?} {h:?}");
            }
            for (state, expected) in [(&got[1], h), (&got[2], c)] {
                let state = row(&state.to_f64s().unwrap(), example, hidden);
                // Sums of a few terms in another order, in float64.
                prop_assert!(state.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{state:?} {expected:?}");
            }
        }
    }
}
