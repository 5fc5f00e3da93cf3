//! ConvInteger and QLinearConv: convolutions of bytes, added up in 32 bits.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::lanes::{Floats, Whole, by_fours, pair};
use super::matmul::{Side, centred, only_zero};
use super::params::{Quantiser, constants, scales_of};
use super::planes::{Layout, Pairs};
use super::tiles::{Columns, Rows, multiply};
use super::window::{Attributes, Axis};
use crate::Dtype;
use crate::eager::broadcast::{count, zip};
use crate::eager::node::{Arguments, Kernel, Node, one};
use crate::eager::value::TensorValue;

/// Weights less their zero points, packed: a matrix a group.
struct Weights {
    groups: Vec<Rows>,
    outputs: usize,
    /// Input channels of a group.
    channels: usize,
    kernel: Vec<usize>,
}

impl Weights {
    /// Of shape [M, C / groups, …], with one zero point, or one an output.
    ///
    /// # Errors
    /// Where they are no bytes, or don't fit the groups.
    fn new(weights: &TensorValue, zero: Option<&TensorValue>, group: usize) -> TractResult<Weights> {
        let &[outputs, channels, ref kernel @ ..] = weights.shape() else {
            bail!("expected weights of shape [M, C, …], got {:?}", weights.shape())
        };
        ensure!(group <= outputs.max(1) && outputs.is_multiple_of(group), "{outputs} outputs in {group} groups");
        let data = centred_weights(weights, zero)?;
        let steps = Pairs::of(channels).steps(channels, kernel);
        let size = channels * count(kernel)?;
        let rows = outputs / group;
        let packed = |part: usize| {
            let own = &data[part * rows * size..(part + 1) * rows * size];
            Rows::new(rows, steps.len(), |row, step| {
                let [first, second] = steps[step].map(|at| at.map_or(0, |at| own[row * size + at]));
                pair(first, second)
            })
        };
        let groups = (0..group).map(packed).collect();
        Ok(Weights { groups, outputs, channels, kernel: kernel.to_vec() })
    }
}

/// Weights of shape [M, …] less their zero points, of which there is one, or one an output.
///
/// # Errors
/// As [`centred`].
pub(crate) fn centred_weights(weights: &TensorValue, zero: Option<&TensorValue>) -> TractResult<Vec<i16>> {
    let zero = zero.map(|zero| match zero.len() {
        1 => Ok(zero.clone()),
        size => zero.reshaped(&[vec![size], vec![1; weights.rank() - 1]].concat()),
    });
    centred(weights, zero.transpose()?.as_ref(), Side::Columns)
}

/// The sums of a convolution with the zero point of `x`, and their shape.
fn convolve(
    attributes: &Attributes,
    x: &TensorValue,
    zero: Option<&TensorValue>,
    weights: &Weights,
) -> TractResult<(Vec<i32>, Vec<usize>)> {
    let zero = only_zero(zero)?;
    match x.dtype() {
        Dtype::Uint8 => convolve_bytes(attributes, (x.slice::<u8>()?, x.shape()), zero, weights),
        Dtype::Int8 => convolve_bytes(attributes, (x.slice::<i8>()?, x.shape()), zero, weights),
        other => bail!("expected bytes, got {}", other.name()),
    }
}

fn convolve_bytes<T: Copy + Into<i32>>(
    attributes: &Attributes,
    (data, shape): (&[T], &[usize]),
    zero: i32,
    weights: &Weights,
) -> TractResult<(Vec<i32>, Vec<usize>)> {
    let &[batch, channels, ref sizes @ ..] = shape else {
        bail!("expected images of shape [N, C, …], got {shape:?}")
    };
    let (kernel, groups) = (&weights.kernel, weights.groups.len());
    ensure!(sizes.len() == kernel.len(), "a kernel {kernel:?} for an input {sizes:?}");
    ensure!(channels == weights.channels * groups, "{channels} channels for {} of {groups} groups", weights.channels);
    let axes = attributes.axes(sizes, kernel)?;
    let mut shape = vec![batch, weights.outputs];
    shape.extend(axes.iter().map(|axis| axis.output));
    let mut sums = vec![0; count(&shape)?];
    if sums.is_empty() {
        return Ok((sums, shape));
    }
    let axes = joined(axes);
    let kernel: Vec<usize> = axes.iter().map(|axis| axis.kernel).collect();
    let positions = axes.iter().map(|axis| axis.output).product::<usize>();
    let width = axes.last().map_or(1, |axis| axis.output);
    let layout = Layout::new(axes, weights.channels)?;
    let (offsets, rows) = (layout.offsets(&kernel), layout.rows());
    let images = data.chunks((weights.channels * count(sizes)?).max(1));
    let results = sums.chunks_mut(positions * weights.outputs / groups);
    for ((image, result), weights) in images.zip(results).zip(weights.groups.iter().cycle()) {
        let mut planes = vec![0; layout.len()];
        layout.fill(&mut planes, image, zero);
        for (index, &row) in rows.iter().enumerate() {
            let columns = Columns { planes: &planes[row..], offsets: &offsets, count: width };
            multiply(weights, &columns, &mut result[index * width..], positions);
        }
    }
    Ok((sums, shape))
}

/// Where windows are single places, side by side, an image is one long row.
fn joined(axes: Vec<Axis>) -> Vec<Axis> {
    let is_plain = |axis: &Axis| (axis.kernel, axis.stride, axis.input) == (1, 1, axis.output);
    if !axes.iter().all(is_plain) {
        return axes;
    }
    let size = axes.iter().map(|axis| axis.input).product();
    vec![Axis { input: size, output: size, ..Axis::ONE }]
}

/// A node's convolution: its weights are packed once where the graph says them, otherwise at each call.
struct Convolution {
    attributes: Attributes,
    known: Option<Weights>,
    /// The input that is the weights.
    index: usize,
}

impl Convolution {
    fn of(node: &Node, index: usize, zero: usize) -> TractResult<Convolution> {
        let attributes = Attributes::of(node)?;
        let known = match constants(node, index, zero) {
            None => None,
            Some((weights, zero)) => {
                let packed = Weights::new(weights, zero, attributes.group)?;
                node.hold(index);
                Some(packed)
            }
        };
        Ok(Convolution { attributes, known, index })
    }

    /// The sums and their shape. `zero` is asked for the weights' zero point where they are not packed yet.
    fn sums<'a>(
        &self,
        arguments: &'a Arguments,
        (x, x_zero): (&TensorValue, Option<&TensorValue>),
        zero: impl FnOnce() -> TractResult<Option<&'a TensorValue>>,
    ) -> TractResult<(Vec<i32>, Vec<usize>)> {
        if let Some(weights) = &self.known {
            return convolve(&self.attributes, x, x_zero, weights);
        }
        let weights = Weights::new(arguments.tensor(self.index)?, zero()?, self.attributes.group)?;
        convolve(&self.attributes, x, x_zero, &weights)
    }
}

/// The sums of ConvInteger's inputs.
fn integers(convolution: &Convolution, arguments: &Arguments) -> TractResult<(Vec<i32>, Vec<usize>)> {
    convolution.sums(arguments, (arguments.tensor(0)?, arguments.optional(2)?), || arguments.optional(3))
}

pub(super) fn integer(node: &Node) -> TractResult<Kernel> {
    let convolution = Convolution::of(node, 1, 3)?;
    Ok(Box::new(move |arguments| {
        let (sums, shape) = integers(&convolution, arguments)?;
        one(TensorValue::new(&shape, sums)?)
    }))
}

/// ConvInteger as floats: times a scale, plus a bias if there is one, and what is negative 0 if `relu` says so. No model names it.
pub(super) fn scaled(node: &Node) -> TractResult<Kernel> {
    let convolution = Convolution::of(node, 1, 3)?;
    let rectifies = node.flag("relu", 0);
    Ok(Box::new(move |arguments| {
        let (sums, shape) = integers(&convolution, arguments)?;
        one(as_floats(sums, &shape, arguments.tensor(4)?, arguments.optional(5)?, rectifies)?)
    }))
}

fn as_floats(
    sums: Vec<i32>,
    shape: &[usize],
    scale: &TensorValue,
    bias: Option<&TensorValue>,
    rectifies: bool,
) -> TractResult<TensorValue> {
    let least = Floats::splat(if rectifies { 0.0 } else { f32::NEG_INFINITY });
    let (scales, biases) = (by_plane(scale, shape), bias.map_or(Some(&[0.0][..]), |bias| by_plane(bias, shape)));
    if let (Some(scales), Some(biases)) = (scales, biases) {
        let size = count(&shape[2..])?.max(1);
        let mut data = vec![0.0; sums.len()];
        for (plane, (sums, data)) in sums.chunks(size).zip(data.chunks_mut(size)).enumerate() {
            let at = |values: &[f32]| Floats::splat(if let [one] = values { *one } else { values[plane % shape[1]] });
            let (scale, bias) = (at(scales), at(biases));
            let float = |sums: &[i32; 4]| Whole::of(sums).floats().times(scale).plus(bias).largest(least).array();
            by_fours(sums, 0, data, float);
        }
        return TensorValue::new(shape, data);
    }
    let floats = TensorValue::new(shape, sums.into_iter().map(|sum| sum as f32).collect())?;
    let (mut shape, mut data) = zip(&floats, scale, |x: &f32, y: &f32| x * y)?;
    if let Some(bias) = bias {
        (shape, data) = zip(&TensorValue::new(&shape, data)?, bias, |x: &f32, y: &f32| x + y)?;
    }
    if rectifies {
        data.iter_mut().filter(|x| **x < 0.0).for_each(|x| *x = 0.0);
    }
    TensorValue::new(&shape, data)
}

/// Numbers of which there is one, or one for each of the shape's second axis.
fn by_plane<'a>(numbers: &'a TensorValue, shape: &[usize]) -> Option<&'a [f32]> {
    let (own, fits) = (numbers.shape(), numbers.rank() <= shape.len());
    let behind = own.iter().rev().take(shape.len() - 2).all(|&size| size == 1);
    let is_each =
        own.len() > shape.len() - 2 && own[own.len() + 1 - shape.len()] == shape[1] && numbers.len() == shape[1];
    let data = numbers.slice::<f32>().ok()?;
    (fits && (numbers.len() == 1 || behind && is_each)).then_some(data)
}

pub(crate) fn linear(node: &Node) -> TractResult<Kernel> {
    let convolution = Convolution::of(node, 3, 5)?;
    Ok(Box::new(move |arguments| {
        let x = (arguments.tensor(0)?, Some(arguments.tensor(2)?));
        let (sums, shape) = convolution.sums(arguments, x, || arguments.tensor(5).map(Some))?;
        let outputs = shape[1];
        let bias = arguments.optional(8)?.map(|bias| bias.slice::<i32>()).transpose()?;
        ensure!(bias.is_none_or(|bias| bias.len() == outputs), "the bias is not one for each of {outputs} outputs");
        let x_scale = arguments.tensor(1)?.item::<f32>()?;
        let scales = scales_of(arguments.tensor(4)?, outputs)?;
        let to = Quantiser::of(arguments.tensor(6)?, arguments.tensor(7)?)?;
        let factors: Vec<f32> = scales.iter().map(|scale| x_scale * scale / to.scale).collect();
        one(to.of_planes(&shape, &sums, &factors, bias)?)
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn attributes(pads: &[i64], strides: &[i64], dilations: &[i64], group: usize) -> Attributes {
        let [pads, strides, dilations] = [pads, strides, dilations].map(|values| Some(values.to_vec()));
        Attributes { auto: "NOTSET".into(), strides, dilations, pads, group }
    }

    #[test]
    fn windows_add_up_with_zeros_around() {
        let around = attributes(&[1; 4], &[1; 2], &[1; 2], 1);
        let x = TensorValue::new(&[1, 1, 2, 2], vec![1u8, 2, 3, 4]).unwrap();
        let ones = TensorValue::new(&[1, 1, 2, 2], vec![1i8; 4]).unwrap();
        let weights = Weights::new(&ones, None, 1).unwrap();
        let (sums, shape) = convolve(&around, &x, None, &weights).unwrap();
        assert_eq!(shape, [1, 1, 3, 3]);
        assert_eq!(sums, [1, 3, 2, 4, 10, 6, 3, 7, 4]);
        let none = TensorValue::new(&[0, 1, 2, 2], Vec::<u8>::new()).unwrap();
        assert!(convolve(&around, &none, None, &weights).unwrap().0.is_empty());
        let unlike = Weights::new(&ones.reshaped(&[1, 2, 1, 2]).unwrap(), None, 1).unwrap();
        assert!(convolve(&around, &x, None, &unlike).is_err());
        let floats = TensorValue::new(&[1, 1, 2, 2], vec![0f32; 4]).unwrap();
        assert!(convolve(&around, &floats, None, &weights).is_err());
        assert!(Weights::new(&ones, None, 2).is_err());
    }

    /// An axis: input, kernel, stride, dilation, padding before and behind.
    fn axis() -> impl Strategy<Value = [usize; 6]> {
        let any = (1usize..14, 1usize..5, 1usize..4, 1usize..4, 0usize..4, 0usize..4);
        let fits = |[input, kernel, _, dilation, before, behind]: &[usize; 6]| {
            input + before + behind > (kernel - 1) * dilation
        };
        any.prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f]).prop_filter("the window is larger than the input", fits)
    }

    /// The sum at a position, one product after the other.
    fn plain(x: &[i32], weights: &[i32], axes: &[[usize; 6]], position: &[usize]) -> i32 {
        let window: usize = axes.iter().map(|axis| axis[1]).product();
        let area: usize = axes.iter().map(|axis| axis[0]).product();
        let mut sum = 0;
        for (element, weight) in weights.iter().enumerate() {
            let (mut rest, mut at, mut step) = (element % window, Some(element / window * area), 1);
            for (&[input, kernel, stride, dilation, before, _], position) in axes.iter().zip(position).rev() {
                let place = (position * stride + rest % kernel * dilation).checked_sub(before);
                at = at.zip(place.filter(|&place| place < input)).map(|(at, place)| at + place * step);
                step *= input;
                rest /= kernel;
            }
            sum += at.map_or(0, |at| x[at] * weight);
        }
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// Whole numbers: equal to the last bit.
        #[test]
        fn any_window_adds_up(
            axes in prop::collection::vec(axis(), 0..4),
            (batch, group, channels, rows) in (1usize..3, 1usize..3, 1usize..5, 1usize..7),
            signed in any::<bool>(),
            (zero, seed) in (any::<u8>(), any::<u32>()),
        ) {
            let byte = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8;
            let pads = [4, 5].map(|place| axes.iter().map(|axis| axis[place] as i64).collect::<Vec<_>>()).concat();
            let [strides, dilations] = [2, 3].map(|place| axes.iter().map(|axis| axis[place] as i64).collect::<Vec<_>>());
            let attributes = attributes(&pads, &strides, &dilations, group);
            let shape = |first: usize, second: usize, place: usize| {
                [vec![first, second], axes.iter().map(|axis| axis[place]).collect()].concat()
            };
            let (x_shape, w_shape) = (shape(batch, group * channels, 0), shape(group * rows, channels, 1));
            let data: Vec<u8> = (0..x_shape.iter().product()).map(byte).collect();
            let weights: Vec<u8> = (0..w_shape.iter().product()).map(|at| byte(at + 99_991)).collect();
            let zeros: Vec<u8> = (0..group * rows).map(|at| byte(at + 7)).collect();
            let tensor = |shape: &[usize], bytes: &[u8]| match signed {
                true => TensorValue::new(shape, bytes.iter().map(|&x| x as i8).collect()),
                false => TensorValue::new(shape, bytes.to_vec()),
            };
            let number = |x: u8| if signed { i32::from(x as i8) } else { i32::from(x) };
            let packed = Weights::new(
                &tensor(&w_shape, &weights).unwrap(),
                Some(&tensor(&[zeros.len()], &zeros).unwrap()),
                group,
            );
            let x = tensor(&x_shape, &data).unwrap();
            let (sums, shape) = convolve(&attributes, &x, Some(&tensor(&[], &[zero]).unwrap()), &packed.unwrap()).unwrap();
            let outputs: Vec<usize> =
                axes.iter().map(|&[input, kernel, stride, dilation, before, behind]| {
                    (input + before + behind - (kernel - 1) * dilation - 1) / stride + 1
                }).collect();
            prop_assert_eq!(&shape, &[vec![batch, group * rows], outputs.clone()].concat());
            let positions: usize = outputs.iter().product();
            let area: usize = axes.iter().map(|axis| axis[0]).product();
            let size = w_shape[1..].iter().product::<usize>();
            for (place, &sum) in sums.iter().enumerate() {
                let (image, output) = (place / positions / (group * rows), place / positions % (group * rows));
                let mut rest = place % positions;
                let mut position: Vec<usize> =
                    outputs.iter().rev().map(|size| { let at = rest % size; rest /= size; at }).collect();
                position.reverse();
                let first = (image * group + output / rows) * channels * area;
                let x: Vec<i32> =
                    data[first..first + channels * area].iter().map(|&x| number(x) - number(zero)).collect();
                let own = &weights[output * size..(output + 1) * size];
                let own: Vec<i32> = own.iter().map(|&x| number(x) - number(zeros[output])).collect();
                prop_assert_eq!(sum, plain(&x, &own, &axes, &position));
            }
        }
    }
}
