//! Transposed convolutions whose windows lie side by side: each element of the image becomes a window of the output, by a product.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::{Deconv, KernelFormat};

use super::Lowering;
use super::conv::{channels_last, two};
use crate::network::step::{Convolve, Group, Images, Work};
use crate::network::value::{Dense, Value};
use onnxlet_kernels::activation::Activation;
use onnxlet_kernels::tile::Run;
use onnxlet_kernels::window::Windows;

impl Lowering<'_> {
    pub(super) fn deconvolution(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let Some(op) = node.op_as::<Deconv>() else { return Ok(None) };
        let (spec, shape, result) = (&op.pool_spec, self.shape(node.inputs[0])?, self.shape(node.id.into())?);
        let (input, output) = (spec.data_format.shape(&shape)?, spec.data_format.shape(&result)?);
        let (Some(image), Some(kernel), Some(stride), Some(dilation), Some(size)) = (
            two(input.hw_dims(), 1),
            two(&spec.kernel_shape, 1),
            two(&spec.strides(), 1),
            two(&spec.dilations(), 1),
            two(output.hw_dims(), 1),
        ) else {
            return Ok(None);
        };
        let (Some(weights), Some(bias)) = (self.constant(node.inputs[1])?, self.constant(node.inputs[2])?) else {
            return Ok(None);
        };
        // Without padding, that is: it would take from the output.
        let side_by_side =
            kernel == stride && dilation == [1, 1] && size == [image[0] * kernel[0], image[1] * kernel[1]];
        let plain = op.group == 1 && op.kernel_format == KernelFormat::OIHW && op.adjustments.iter().all(|by| *by == 0);
        if !side_by_side || !plain {
            return Ok(None);
        }
        let (weights, bias) = (super::floats(&weights)?, super::floats(&bias)?);
        let (depth, channels) = (*input.c(), *output.c());
        let order = channels_last(spec);
        let source = self.ordered(node.inputs[0], &order)?.place;
        // A row of the window is one product: its elements and their channels lie together.
        let row = kernel[1] * channels;
        let group = |down: usize| {
            let weight = |from: usize, column: usize| {
                let (right, to) = (column / channels, column % channels);
                weights[((to * depth + from) * kernel[0] + down) * kernel[1] + right]
            };
            let packed = self.pack([depth, row], weight, |column| bias[column % channels % bias.len()]);
            Group { packed: packed.into(), starts: [0, down * image[1] * row] }
        };
        let work = Convolve {
            input: source,
            images: Images {
                count: input.n().copied().unwrap_or(1),
                strides: [image[0] * image[1] * depth, size[0] * size[1] * channels],
            },
            windows: Windows {
                output: image,
                stride: [image[1] * depth, depth],
                pitch: [kernel[0] * image[1] * row, row],
                start: 0,
            },
            runs: Box::new([Run { at: 0, length: depth }]),
            groups: (0..kernel[0]).map(group).collect(),
            residual: None,
            scaling: None,
            activation: Activation::None,
        };
        let place = self.buffer(result.iter().product());
        self.push(Work::Convolve(Box::new(work)), place, None);
        Ok(Some(Value::Dense(Dense { place, shape: result, order })))
    }
}
