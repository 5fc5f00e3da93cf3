//! ConvInteger and QLinearConv: convolutions of bytes, added up in 32 bits.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::matmul::{Side, centred, sums};
use super::params::quantized;
use crate::eager::broadcast::count;
use crate::eager::narrow::Beyond;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;
use crate::ops::math::product::Shapes;

/// How a window moves, from the attributes.
pub(crate) struct Attributes {
    auto: String,
    strides: Option<Vec<i64>>,
    dilations: Option<Vec<i64>>,
    pads: Option<Vec<i64>>,
    group: usize,
}

/// One spatial axis.
#[derive(Clone, Copy, Debug)]
struct Axis {
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    before: usize,
    output: usize,
}

impl Attributes {
    fn of(node: &Node) -> TractResult<Attributes> {
        let auto = node.text("auto_pad", "NOTSET")?;
        ensure!(
            ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(&auto.as_str()),
            "auto_pad {auto:?} is unknown"
        );
        let group = usize::try_from(node.int("group", 1)).ok().filter(|&group| group > 0);
        let group = group.ok_or_else(|| format_err!("group is not positive"))?;
        let [strides, dilations, pads] = ["strides", "dilations", "pads"].map(|name| node.ints(name));
        Ok(Attributes { auto, strides, dilations, pads, group })
    }

    fn axes(&self, sizes: &[usize], kernel: &[usize]) -> TractResult<Vec<Axis>> {
        let positive = |values: &Option<Vec<i64>>, axis: usize, name: &str| {
            let value = values.as_ref().map_or(Some(1), |values| values.get(axis).copied());
            let value = value.and_then(|value| usize::try_from(value).ok()).filter(|&value| value > 0);
            value.ok_or_else(|| format_err!("{name}: expected {} positive numbers", sizes.len()))
        };
        let pad = |place: usize| match &self.pads {
            None => Ok(0),
            Some(pads) => {
                let pad = pads.get(place).and_then(|&pad| usize::try_from(pad).ok());
                pad.filter(|&pad| pad < 1 << 20)
                    .ok_or_else(|| format_err!("pads: expected {} numbers from 0 on", 2 * sizes.len()))
            }
        };
        let axis = |axis: usize| {
            let (input, size) = (sizes[axis], kernel[axis]);
            let stride = positive(&self.strides, axis, "strides")?;
            let dilation = positive(&self.dilations, axis, "dilations")?;
            ensure!(size > 0, "the window is empty");
            let reach = (size - 1).checked_mul(dilation).and_then(|reach| reach.checked_add(1));
            let reach = reach.ok_or_else(|| format_err!("the window is too large"))?;
            let (before, after) = match self.auto.as_str() {
                "NOTSET" => (pad(axis)?, pad(axis + sizes.len())?),
                "VALID" => (0, 0),
                auto => {
                    let total = (input.div_ceil(stride).saturating_sub(1) * stride + reach).saturating_sub(input);
                    if auto == "SAME_UPPER" { (total / 2, total - total / 2) } else { (total - total / 2, total / 2) }
                }
            };
            let padded = input + before + after;
            ensure!(padded >= reach, "the window of {reach} is larger than the input of {padded}");
            Ok(Axis { input, kernel: size, stride, dilation, before, output: (padded - reach) / stride + 1 })
        };
        (0..sizes.len()).map(axis).collect()
    }
}

/// The sums of a convolution, and their shape.
fn convolve(
    attributes: &Attributes,
    x: (&[i32], &[usize]),
    weights: (&[i32], &[usize]),
) -> TractResult<(Vec<i32>, Vec<usize>)> {
    let ((&[batch, channels], sizes), (&[outputs, per_group], kernel)) =
        (x.1.split_first_chunk::<2>(), weights.1.split_first_chunk::<2>()).zip_options()?;
    ensure!(sizes.len() == kernel.len(), "a kernel {kernel:?} for an input {sizes:?}");
    let group = attributes.group;
    ensure!(
        channels == per_group * group && outputs % group == 0,
        "{channels} channels, {outputs} outputs in {group} groups"
    );
    let axes = attributes.axes(sizes, kernel)?;
    let out_sizes: Vec<usize> = axes.iter().map(|axis| axis.output).collect();
    let (positions, window, area) = (count(&out_sizes)?, count(kernel)?, count(sizes)?);
    let mut shape = vec![batch, outputs];
    shape.extend(&out_sizes);
    let mut results = Vec::with_capacity(count(&shape)?);
    count(&[per_group, window, positions])?;
    // Where each element of a window is, at each position, the outside being none.
    let taken = taken(&axes, positions, window);
    let per_output = outputs / group;
    let product = Shapes::of(&[per_output, per_group * window], &[per_group * window, positions])?;
    let mut columns = vec![0; per_group * window * positions];
    for image in 0..batch {
        for part in 0..group {
            for channel in 0..per_group {
                let start = (image * channels + part * per_group + channel) * area;
                let plane = x.0.get(start..start + area).unwrap_or_default();
                let rows = &mut columns[channel * window * positions..(channel + 1) * window * positions];
                for (slot, place) in rows.iter_mut().zip(&taken) {
                    *slot = plane.get(*place).copied().unwrap_or(0);
                }
            }
            let size = per_output * per_group * window;
            let matrix = weights.0.get(part * size..(part + 1) * size).unwrap_or_default();
            results.extend(sums(&product, matrix, &columns));
        }
    }
    Ok((results, shape))
}

/// Two that must both be there.
trait ZipOptions<A, B> {
    fn zip_options(self) -> TractResult<(A, B)>;
}

impl<A, B> ZipOptions<A, B> for (Option<A>, Option<B>) {
    fn zip_options(self) -> TractResult<(A, B)> {
        let (Some(a), Some(b)) = self else {
            bail!("expected images of shape [N, C, …] and weights of the same rank")
        };
        Ok((a, b))
    }
}

fn taken(axes: &[Axis], positions: usize, window: usize) -> Vec<usize> {
    let place = |mut element: usize, mut position: usize| {
        let (mut place, mut step) = (0, 1);
        for axis in axes.iter().rev() {
            let at = position % axis.output * axis.stride + element % axis.kernel * axis.dilation;
            position /= axis.output;
            element /= axis.kernel;
            match at.checked_sub(axis.before).filter(|&at| at < axis.input) {
                Some(at) => place += at * step,
                None => return usize::MAX,
            }
            step *= axis.input;
        }
        place
    };
    (0..window).flat_map(|element| (0..positions).map(move |position| place(element, position))).collect()
}

/// Weights less their zero points, of which there is one, or one an output.
fn centred_weights(weights: &TensorValue, zero: Option<&TensorValue>) -> TractResult<Vec<i32>> {
    let Some(zero) = zero.filter(|zero| zero.len() > 1) else { return centred(weights, zero, Side::Rows) };
    let mut shape = vec![1; weights.rank()];
    ensure!(!shape.is_empty(), "weights without axes");
    shape[0] = zero.len();
    centred(weights, Some(&zero.reshaped(&shape)?), Side::Columns)
}

pub(super) fn integer(node: &Node) -> TractResult<Kernel> {
    let attributes = Attributes::of(node)?;
    Ok(Box::new(move |arguments| {
        let (x, weights) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let data = centred(x, arguments.optional(2)?, Side::Rows)?;
        let kernel = centred_weights(weights, arguments.optional(3)?)?;
        let (results, shape) = convolve(&attributes, (&data, x.shape()), (&kernel, weights.shape()))?;
        one(TensorValue::new(&shape, results)?)
    }))
}

pub(crate) fn linear(node: &Node) -> TractResult<Kernel> {
    let attributes = Attributes::of(node)?;
    Ok(Box::new(move |arguments| {
        let (x, weights, zero) = (arguments.tensor(0)?, arguments.tensor(3)?, arguments.tensor(7)?);
        let data = centred(x, Some(arguments.tensor(2)?), Side::Rows)?;
        let kernel = centred_weights(weights, Some(arguments.tensor(5)?))?;
        let (results, shape) = convolve(&attributes, (&data, x.shape()), (&kernel, weights.shape()))?;
        let outputs = shape[1];
        let positions = count(&shape[2..])?.max(1);
        let bias = arguments.optional(8)?.map(TensorValue::to_i64s).transpose()?;
        ensure!(
            bias.as_ref().is_none_or(|bias| bias.len() == outputs),
            "the bias is not one for each of {outputs} outputs"
        );
        let (x_scale, y_scale) = (arguments.tensor(1)?.item::<f32>()?, arguments.tensor(6)?.item::<f32>()?);
        let scales = arguments.tensor(4)?.to_f32s()?;
        ensure!(scales.len() == 1 || scales.len() == outputs, "{} scales for {outputs} outputs", scales.len());
        let [zero_point] = zero.to_f64s()?[..] else { bail!("expected one zero point of the result") };
        let scaled = results.iter().enumerate().map(|(place, &sum)| {
            let output = place / positions % outputs;
            let scale = if scales.len() == 1 { scales[0] } else { scales[output] };
            let bias = bias.as_ref().map_or(0, |bias| bias[output] as i32);
            sum.wrapping_add(bias) as f32 * (x_scale * scale / y_scale)
        });
        one(quantized(zero.dtype(), &shape, scaled, |_| zero_point, Beyond::Saturates)?)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_add_up_with_zeros_around() {
        let attributes = Attributes {
            auto: "NOTSET".into(),
            strides: None,
            dilations: None,
            pads: Some(vec![1, 1, 1, 1]),
            group: 1,
        };
        let x: Vec<i32> = (1..=4).collect();
        let (results, shape) = convolve(&attributes, (&x, &[1, 1, 2, 2]), (&[1; 4], &[1, 1, 2, 2])).unwrap();
        assert_eq!(shape, [1, 1, 3, 3]);
        assert_eq!(results, [1, 3, 2, 4, 10, 6, 3, 7, 4]);
        let (results, _) = convolve(&attributes, (&x[..0], &[0, 1, 2, 2]), (&[1; 4], &[1, 1, 2, 2])).unwrap();
        assert!(results.is_empty());
        assert!(convolve(&attributes, (&x, &[1, 1, 2, 2]), (&[1; 4], &[1, 2, 1, 2])).is_err());
    }
}
