//! Convolutions, and what is folded into them.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::pools::PoolSpec;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};

use super::Lowering;
use crate::network::memory::{Home, Place};
use crate::network::step::{Convolve, Depthwise, Group, Images, Part, Work};
use crate::network::value::{Dense, Value};
use onnxlet_kernels::activation::Activation;
use onnxlet_kernels::axis::Axis;
use onnxlet_kernels::conv::Packed;
use onnxlet_kernels::depthwise::Filters;
use onnxlet_kernels::tile::{Run, joined};
use onnxlet_kernels::weights::Weights;
use onnxlet_kernels::window::Windows;
use onnxlet_kernels::zip::Binary;

/// A convolution or a pool in two dimensions, whose image is padded already.
pub(super) struct Geometry {
    pub(super) input: Place,
    pub(super) images: Images,
    pub(super) windows: Windows,
    /// Where each row of the window begins, and each element of a row.
    pub(super) rows: Vec<usize>,
    pub(super) columns: Vec<usize>,
    pub(super) output: Dense,
}

impl Geometry {
    /// Where each of the window's elements is, from its first on.
    pub(super) fn taps(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().flat_map(|row| self.columns.iter().map(move |column| row + column))
    }

    /// Whether windows of so many channels and columns are of 3 × 3 pixels, one apart, and enough of them.
    fn is_better_transformed(&self, sizes: [usize; 2]) -> bool {
        let pixels = (&self.rows[..], &self.columns[..]);
        let ([_, down, _], [_, right, _]) = pixels else { return false };
        self.windows.stride == [*down, *right] && Packed::is_better_transformed(sizes, self.windows.count())
    }
}

/// Sizes of a convolution or pool: of images, of the window, and between windows. Down, then to the right.
struct Sizes {
    count: usize,
    channels: usize,
    image: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    before: [usize; 2],
    after: [usize; 2],
    output: [usize; 2],
}

impl Lowering<'_> {
    pub(super) fn convolution(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let Some(conv) = node.op_as::<Conv>() else { return Ok(None) };
        let (Some(kernel), Some(bias)) = (self.constant(node.inputs[1])?, self.constant(node.inputs[2])?) else {
            return Ok(None);
        };
        if conv.q_params.is_some() || conv.kernel_fmt != KernelFormat::OIHW || !(1..=2).contains(&conv.pool_spec.rank())
        {
            return Ok(None);
        }
        let columns = conv.output_channels();
        let Some(geometry) = self.geometry(node, &conv.pool_spec, 0.0)? else { return Ok(None) };
        let (kernel, bias) = (super::floats(&kernel)?, super::floats(&bias)?);
        let bias = |channel: usize| bias[channel % bias.len()];
        let taps = geometry.taps().count();
        let depth = conv.input_channels() / conv.group;
        if conv.group > 1 && conv.group == conv.input_channels() && columns == conv.group {
            let weights = (0..taps * columns).map(|at| kernel[at % columns * taps + at / columns]).collect();
            let filters = Filters { weights: Weights::floats(weights), bias: (0..columns).map(bias).collect() };
            return Ok(Some(self.depthwise(geometry, filters)));
        }
        let share = columns / conv.group;
        let groups = (0..conv.group).map(|group| {
            // A window is stored by its elements, then by channels.
            let weight = |row: usize, column: usize| {
                kernel[((group * share + column) * depth + row % depth) * taps + row / depth]
            };
            let packed = self.pack([depth * taps, share], weight, |column| bias(group * share + column));
            let packed = if geometry.is_better_transformed([depth, share]) { packed.with_transforms() } else { packed };
            Group { packed: packed.into(), starts: [group * depth, group * share] }
        });
        let groups = groups.collect();
        let runs = runs(geometry.taps(), depth).into();
        let Geometry { input, images, windows, output, .. } = geometry;
        let work = Convolve {
            input,
            images,
            windows,
            runs,
            groups,
            residual: None,
            scaling: None,
            activation: Activation::None,
        };
        self.push(Work::Convolve(Box::new(work)), output.place, None);
        Ok(Some(Value::Dense(output)))
    }

    fn depthwise(&mut self, geometry: Geometry, filters: Filters) -> Value {
        let taps = geometry.taps().collect();
        let Geometry { input, images, windows, output, .. } = geometry;
        let work = Depthwise { input, images, windows, taps, filters, scaling: None, activation: Activation::None };
        self.push(Work::Depthwise(Box::new(work)), output.place, None);
        Value::Dense(output)
    }

    /// Where the windows of an operator lie in its first input, which is stored channels-last and padded with `fill` for it.
    /// Nothing for what is not in one or two dimensions.
    pub(super) fn geometry(&mut self, node: &TypedNode, spec: &PoolSpec, fill: f32) -> TractResult<Option<Geometry>> {
        let shape = self.shape(node.inputs[0])?;
        let result = self.shape(node.id.into())?;
        let Some(sizes) = sizes(spec, &shape, &result)? else { return Ok(None) };
        let order = channels_last(spec);
        let [height, width] = [0, 1].map(|side| sizes.before[side] + sizes.image[side] + sizes.after[side]);
        let input = if [height, width] == sizes.image {
            self.ordered(node.inputs[0], &order)?.place
        } else {
            self.padded(node.inputs[0], &order, &sizes, fill)?
        };
        let [down, right] = [width * sizes.channels, sizes.channels];
        let channels = spec.output_channels;
        let windows = Windows {
            output: sizes.output,
            stride: [sizes.stride[0] * down, sizes.stride[1] * right],
            pitch: [sizes.output[1] * channels, channels],
            start: 0,
        };
        let strides = [height * down, windows.count() * channels];
        let place = self.buffer(result.iter().product());
        Ok(Some(Geometry {
            input,
            images: Images { count: sizes.count, strides },
            windows,
            rows: (0..sizes.kernel[0]).map(|row| row * sizes.dilation[0] * down).collect(),
            columns: (0..sizes.kernel[1]).map(|column| column * sizes.dilation[1] * right).collect(),
            output: Dense { place, shape: result, order },
        }))
    }

    /// The value with a margin around each image.
    fn padded(&mut self, outlet: OutletId, order: &[usize], sizes: &Sizes, fill: f32) -> TractResult<Place> {
        let [height, width] = [0, 1].map(|side| sizes.before[side] + sizes.image[side] + sizes.after[side]);
        let [down, right] = [width * sizes.channels, sizes.channels];
        let length = sizes.count * height * down;
        let start = sizes.before[0] * down + sizes.before[1] * right;
        let input = self.ordered(outlet, order)?;
        if self.is_read_once(outlet)?
            && fill == 0.0
            && let Some(place) = self.widen(&input, sizes, [height * down, down, right], start)
        {
            return Ok(place);
        }
        let row = sizes.image[1] * sizes.channels;
        let axes = [
            Axis { size: sizes.count, strides: [sizes.image[0] * row, height * down] },
            Axis { size: sizes.image[0], strides: [row, down] },
            Axis { size: row, strides: [1, 1] },
        ];
        let place = self.buffer(length);
        let part = Part { input: input.place, axes: Box::new(axes), starts: [0, start] };
        self.push(Work::Copy { parts: Box::new([part]) }, place, Some(fill));
        Ok(place)
    }

    /// Has the kernel that makes an image write it with a margin, from `start` on, if it can: `pitch` is from one image, row and
    /// column to the next.
    fn widen(&mut self, value: &Dense, sizes: &Sizes, pitch: [usize; 3], start: usize) -> Option<Place> {
        let writer = self.writer(&value.place)?;
        let (windows, images) = match &mut self.steps[writer].work {
            Work::Convolve(work) if work.residual.is_none() => (&mut work.windows, &mut work.images),
            Work::Depthwise(work) => (&mut work.windows, &mut work.images),
            Work::Pool { windows, images, .. } => (windows, images),
            _ => return None,
        };
        let same = windows.output == sizes.image && images.count == sizes.count;
        if !same || windows.pitch != [windows.output[1] * pitch[2], pitch[2]] || windows.start != 0 {
            return None;
        }
        (windows.pitch, windows.start, images.strides[1]) = ([pitch[1], pitch[2]], start, pitch[0]);
        let place = self.buffer(sizes.count * pitch[0]);
        (self.steps[writer].output, self.steps[writer].fill) = (place, Some(0.0));
        if let Home::Buffer(buffer) = place.home {
            self.writers.insert(buffer, writer);
            // Its size fits the one reader only.
            self.shared.insert(buffer);
        }
        Some(place)
    }

    /// A scale or an offset for each channel, put into the weights of the convolution before.
    pub(super) fn fold(&mut self, node: &TypedNode, function: Binary) -> TractResult<Option<Value>> {
        let [left, right] = node.inputs[..] else { return Ok(None) };
        for (outlet, other) in [(left, right), (right, left)] {
            let Some(tensor) = self.constant(other)? else { continue };
            if function == Binary::Sub && outlet == right || matches!(function, Binary::Div | Binary::Max | Binary::Min)
            {
                continue;
            }
            let (shape, value) = (self.shape(node.id.into())?, self.dense(outlet)?);
            if !self.is_read_once(outlet)? || value.shape != shape {
                continue;
            }
            let Some(channels) = by_channel(&value, &tensor) else { continue };
            let numbers = super::floats(&tensor)?;
            let number = |column: usize| if channels == 1 { numbers[0] } else { numbers[column] };
            if self.adjust(&value, channels, function, number) {
                return Ok(Some(Value::Dense(value)));
            }
        }
        Ok(None)
    }

    /// Changes the weights of the convolution that makes a value; says whether there is one.
    pub(super) fn adjust(
        &mut self,
        value: &Dense,
        channels: usize,
        function: Binary,
        number: impl Fn(usize) -> f32,
    ) -> bool {
        let Some(writer) = self.writer(&value.place) else { return false };
        let scale = |column| if function == Binary::Mul { number(column) } else { 1.0 };
        let offset = |column| match function {
            Binary::Add => number(column),
            Binary::Sub => -number(column),
            _ => 0.0,
        };
        match &mut self.steps[writer].work {
            Work::Convolve(work)
                if work.residual.is_none() && work.scaling.is_none() && work.activation == Activation::None =>
            {
                // Each place of the output must begin with the first channel.
                let Windows { pitch, start, .. } = work.windows;
                let places = [pitch[0], pitch[1], start, work.images.strides[1]];
                if places.iter().any(|place| !place.is_multiple_of(channels)) {
                    return false;
                }
                for Group { packed, starts } in &mut work.groups {
                    let channel = |column: usize| (starts[1] + column) % channels;
                    Arc::make_mut(packed).adjust(|column| scale(channel(column)), |column| offset(channel(column)));
                }
                true
            }
            Work::Depthwise(work) if work.scaling.is_none() && work.activation == Activation::None => {
                if channels != 1 && channels != work.filters.bias.len() {
                    return false;
                }
                work.filters.adjust(scale, offset);
                true
            }
            Work::Rows(work) if channels == 1 || channels == work.width => {
                work.adjust(scale, offset);
                true
            }
            _ => false,
        }
    }

    /// A sum of two values of which one is made by a convolution: it adds the other.
    pub(super) fn residual(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let [left, right] = node.inputs[..] else { return Ok(None) };
        let shape = self.shape(node.id.into())?;
        if left == right || self.shape(left)? != shape || self.shape(right)? != shape {
            return Ok(None);
        }
        for (outlet, other) in [(left, right), (right, left)] {
            let (value, added) = (self.dense(outlet)?, self.dense(other)?);
            let Some(writer) = self.writer(&value.place) else { continue };
            // What is added must be there by then, in the same order.
            let earlier = match added.place.home {
                Home::Constant(_) => true,
                Home::Buffer(buffer) => self.writers.get(&buffer).is_none_or(|other| *other < writer),
            };
            let Work::Convolve(work) = &mut self.steps[writer].work else { continue };
            let free = work.residual.is_none() && work.scaling.is_none() && work.activation == Activation::None;
            if !free || !earlier || !added.is_in(&value.order) || !self.is_read_once(outlet)? {
                continue;
            }
            if let Work::Convolve(work) = &mut self.steps[writer].work {
                work.residual = Some(added.place);
            }
            return Ok(Some(Value::Dense(value)));
        }
        Ok(None)
    }
}

/// How many numbers a constant has along the innermost axis of a value: one, or one for each channel. Nothing where it varies along others.
fn by_channel(value: &Dense, tensor: &Tensor) -> Option<usize> {
    if tensor.len() == 1 {
        return Some(1);
    }
    let innermost = *value.significant().last()?;
    let varies: Vec<usize> =
        (0..value.shape.len()).filter(|axis| tensor.shape().get(*axis).is_some_and(|size| *size != 1)).collect();
    (varies == [innermost]).then_some(value.shape[innermost])
}

pub(super) fn channels_last(spec: &PoolSpec) -> Vec<usize> {
    let rank = spec.rank() + 1 + usize::from(spec.data_format.has_n());
    if spec.data_format.c_is_last() {
        return (0..rank).collect();
    }
    let channel = usize::from(spec.data_format.has_n());
    (0..rank).filter(|axis| *axis != channel).chain([channel]).collect()
}

/// Two dimensions: what is one-dimensional has one row.
pub(super) fn two(values: &[usize], row: usize) -> Option<[usize; 2]> {
    match *values {
        [column] => Some([row, column]),
        [row, column] => Some([row, column]),
        _ => None,
    }
}

fn sizes(spec: &PoolSpec, shape: &[usize], result: &[usize]) -> TractResult<Option<Sizes>> {
    let (input, output) = (spec.data_format.shape(shape)?, spec.data_format.shape(result)?);
    let padding = spec.computed_padding(input.hw_dims());
    let before: Vec<usize> = padding.iter().map(|side| side.pad_before).collect();
    let after: Vec<usize> = padding.iter().map(|side| side.pad_after).collect();
    let all = || {
        Some(Sizes {
            count: input.n().copied().unwrap_or(1),
            channels: *input.c(),
            image: two(input.hw_dims(), 1)?,
            kernel: two(&spec.kernel_shape, 1)?,
            stride: two(&spec.strides(), 1)?,
            dilation: two(&spec.dilations(), 1)?,
            before: two(&before, 0)?,
            after: two(&after, 0)?,
            output: two(output.hw_dims(), 1)?,
        })
    };
    Ok(all().filter(|sizes| (0..2).all(|side| reaches(sizes, side))))
}

/// Whether all windows are inside of the padded image: with rounding up, the last may not be.
fn reaches(sizes: &Sizes, side: usize) -> bool {
    let last = (sizes.output[side] - 1) * sizes.stride[side] + (sizes.kernel[side] - 1) * sizes.dilation[side];
    last < sizes.before[side] + sizes.image[side] + sizes.after[side]
}

/// A window's stretches of memory. `depth` channels are read at each of its elements.
pub(super) fn runs(taps: impl Iterator<Item = usize>, depth: usize) -> Vec<Run> {
    joined(taps.map(|at| Run { at, length: depth }))
}
