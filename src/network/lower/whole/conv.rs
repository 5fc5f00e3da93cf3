//! Convolutions of bytes.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::PaddingSpec;
use tract_onnx::tract_core::ops::cnn::pools::PoolSpec;
use tract_onnx::tract_core::ops::nn::DataFormat;

use super::super::Lowering;
use super::super::conv::{Geometry, runs};
use super::{Made, Operand};
use crate::eager::value::TensorValue;
use crate::network::step::{Convolve, Depthwise, Group, Work};
use crate::network::value::{Centre, Dense, Value};
use crate::network::whole::Scaling;
use crate::ops::quant::conv::centred_weights;
use crate::ops::quant::window::Attributes;
use crate::ops::quantised::Quantised;
use onnxlet_kernels::activation::Activation;
use onnxlet_kernels::conv::Packed;
use onnxlet_kernels::depthwise::Filters;
use onnxlet_kernels::weights::Weights;

/// Whole numbers up to here, and their sums, are exact in float32.
const EXACT: i64 = 1 << 24;

/// The weights of a convolution or a product, by output.
pub(super) struct Columns {
    /// Of shape [outputs, rest].
    pub(super) weights: Vec<i16>,
    /// One an output.
    pub(super) bias: Vec<i32>,
}

impl Columns {
    /// Whether no sum of products with such bytes can be beyond what is exact.
    pub(super) fn are_exact(&self, centre: Centre) -> bool {
        let reach = centre.limits().map(|limit| limit.abs() as i64).into_iter().max().unwrap_or(0);
        let depth = (self.weights.len() / self.bias.len().max(1)).max(1);
        self.weights.chunks(depth).zip(&self.bias).all(|(weights, bias)| {
            let sum: i64 = weights.iter().map(|weight| i64::from(weight.unsigned_abs())).sum();
            reach * sum + i64::from(bias.unsigned_abs()) < EXACT
        })
    }
}

/// What comes behind the sums.
pub(super) struct Behind {
    pub(super) scaling: Scaling,
    pub(super) activation: Activation,
}

impl Lowering<'_> {
    pub(super) fn linear_convolution(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let (Some(from), Some(to_scale)) = (self.scale(node, op, 1)?, self.scale(node, op, 6)?) else {
            return Ok(None);
        };
        let (Some(to), Some(scales)) = (self.zero(node, op, 7)?, self.scales(node, op, 4)?) else { return Ok(None) };
        let Some((columns, shape)) = self.columns(node, op, [3, 5, 8])? else { return Ok(None) };
        if scales.len() != 1 && scales.len() != columns.bias.len() {
            return Ok(None);
        }
        // As `ops/quant` has it.
        let factors: Vec<f32> = scales.iter().map(|scale| from * scale / to_scale).collect();
        let Some(operand) = self.operand(node, op, [0, 2])? else { return Ok(None) };
        let Some(behind) = self.requantised(factors, to) else { return Ok(None) };
        let value = self.convolved(node, op, operand, columns, &shape, behind)?;
        Ok(value.map(|value| (value, Some(to))))
    }

    /// The scales that are one of ONNX's inputs, all of them fit for this.
    pub(super) fn scales(&self, node: &TypedNode, op: &Quantised, index: usize) -> TractResult<Option<Vec<f32>>> {
        let scales = self.given(node, op, index)?.filter(|scales| scales.datum_type() == f32::datum_type());
        let scales = scales.map(|scales| super::super::floats(&scales)).transpose()?;
        Ok(scales.filter(|scales| !scales.is_empty() && scales.iter().all(|scale| scale.is_finite())))
    }

    /// Bytes of sums times these factors.
    pub(super) fn requantised(&mut self, factors: Vec<f32>, to: Centre) -> Option<Behind> {
        if !factors.iter().all(|factor| factor.is_finite()) {
            return None;
        }
        let [low, high] = to.limits();
        let scaling = Scaling { factors: self.keep(factors), offsets: None, table: None };
        Some(Behind { scaling, activation: Activation::Round { low, high } })
    }

    /// Constant weights of shape [outputs, …] and their shape, by ONNX's inputs: weights, zero points, bias.
    pub(super) fn columns(
        &self,
        node: &TypedNode,
        op: &Quantised,
        [weights, zeros, bias]: [usize; 3],
    ) -> TractResult<Option<(Columns, Vec<usize>)>> {
        let Some(weights) = self.given(node, op, weights)? else { return Ok(None) };
        let zero = self.given(node, op, zeros)?;
        if op.edge(zeros).is_some() && zero.is_none() {
            return Ok(None);
        }
        let shape = weights.shape().to_vec();
        let zero = zero.map(|zero| TensorValue::from_tract(None, zero)).transpose()?;
        let weights = centred_weights(&TensorValue::from_tract(None, weights)?, zero.as_ref())?;
        let Some(bias) = self.whole_bias(node, op, bias, shape[0])? else { return Ok(None) };
        Ok(Some((Columns { weights, bias }, shape)))
    }

    /// A constant bias of whole numbers, one an output; zeros where it is left out.
    pub(super) fn whole_bias(
        &self,
        node: &TypedNode,
        op: &Quantised,
        index: usize,
        outputs: usize,
    ) -> TractResult<Option<Vec<i32>>> {
        if op.edge(index).is_none() {
            return Ok(Some(vec![0; outputs]));
        }
        let bias = self.given(node, op, index)?.filter(|bias| bias.datum_type() == i32::datum_type());
        let bias =
            bias.map(|bias| TractResult::Ok(bias.try_as_plain_ram()?.as_slice::<i32>()?.to_vec())).transpose()?;
        Ok(bias.filter(|bias| bias.len() == outputs))
    }

    pub(super) fn convolved(
        &mut self,
        node: &TypedNode,
        op: &Quantised,
        operand: Operand,
        columns: Columns,
        shape: &[usize],
        behind: Behind,
    ) -> TractResult<Option<Value>> {
        let &[outputs, depth, ref kernel @ ..] = shape else { return Ok(None) };
        if !(1..=2).contains(&kernel.len()) || !columns.are_exact(operand.centre) || operand.outlet != node.inputs[0] {
            return Ok(None);
        }
        let (described, sizes) = (op.written.described(vec![]), self.shape(operand.outlet)?);
        let attributes = Attributes::of(&described)?;
        let group = attributes.group;
        let spec = spec(&attributes, &sizes, kernel, outputs)?;
        let Some(geometry) = self.geometry(node, &spec, 0.0)? else { return Ok(None) };
        let taps = geometry.taps().count();
        if depth == 1 && outputs == group {
            return Ok(Some(self.depthwise_whole(geometry, &columns, behind)));
        }
        let (share, Columns { weights, bias }) = (outputs / group, columns);
        let groups = (0..group).map(|group| {
            // A window is stored by its elements, then by channels.
            let weight = |row: usize, column: usize| {
                weights[((group * share + column) * depth + row % depth) * taps + row / depth]
            };
            let packed = Packed::whole(depth * taps, share, weight, |column| bias[group * share + column] as f32);
            Group { packed: packed.into(), starts: [group * depth, group * share] }
        });
        let runs = runs(geometry.taps(), depth).into();
        let Geometry { input, images, windows, output, .. } = geometry;
        let Behind { scaling, activation } = behind;
        let (groups, scaling) = (groups.collect(), Some(scaling));
        let work = Convolve { input, images, windows, runs, groups, residual: None, scaling, activation };
        self.push(Work::Convolve(Box::new(work)), output.place, None);
        Ok(Some(Value::Dense(output)))
    }

    fn depthwise_whole(&mut self, geometry: Geometry, columns: &Columns, behind: Behind) -> Value {
        let taps: Box<[usize]> = geometry.taps().collect();
        let (channels, count) = (columns.bias.len(), taps.len());
        let weights: Vec<i16> =
            (0..count * channels).map(|at| columns.weights[at % channels * count + at / channels]).collect();
        let bias = columns.bias.iter().map(|bias| *bias as f32).collect();
        let filters = Filters { weights: Weights::whole(&weights), bias };
        let Geometry { input, images, windows, output, .. } = geometry;
        let (scaling, activation) = (Some(behind.scaling), behind.activation);
        let work = Depthwise { input, images, windows, taps, filters, scaling, activation };
        self.push(Work::Depthwise(Box::new(work)), output.place, None);
        Value::Dense(output)
    }

    /// The mean of each channel, as `ops/contrib` takes it.
    pub(super) fn global_average(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        use onnxlet_kernels::reduce::Reducer;
        let (Some(factor), Some(scale)) = (self.scale(node, op, 1)?, self.scale(node, op, 3)?) else { return Ok(None) };
        let Some(to) = self.zero(node, op, 4)? else { return Ok(None) };
        let shape = self.shape(node.inputs[0])?;
        let area: usize = shape[2..].iter().product();
        // The sum must be exact.
        if area * 255 >= EXACT as usize {
            return Ok(None);
        }
        let Some(operand) = self.operand(node, op, [0, 2])? else { return Ok(None) };
        let order: Vec<usize> = [0].into_iter().chain(2..shape.len()).chain([1]).collect();
        let input = self.ordered(operand.outlet, &order)?;
        let shape_of_result = self.shape(node.id.into())?;
        let place = self.buffer(shape_of_result.iter().product());
        let sizes = [shape[0], area, shape[1]];
        self.push(Work::Reduce { input: input.place, reducer: Reducer::Sum, sizes }, place, None);
        let sums = Dense { place, shape: shape_of_result, order };
        Ok(Some((self.made_bytes(sums, to, [area as f32, factor, scale]), Some(to))))
    }
}

/// The windows as tract tells of them.
fn spec(attributes: &Attributes, sizes: &[usize], kernel: &[usize], outputs: usize) -> TractResult<PoolSpec> {
    let axes = attributes.axes(&sizes[2..], kernel)?;
    let reach = |axis: &crate::ops::quant::window::Axis| {
        (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1
    };
    let before: TVec<usize> = axes.iter().map(|axis| axis.before).collect();
    // As far as the last window goes.
    let after = axes.iter().map(|axis| reach(axis).saturating_sub(axis.before + axis.input));
    let padding = PaddingSpec::Explicit(before, after.collect());
    Ok(PoolSpec {
        data_format: DataFormat::NCHW,
        kernel_shape: kernel.into(),
        padding,
        dilations: Some(axes.iter().map(|axis| axis.dilation).collect()),
        strides: Some(axes.iter().map(|axis| axis.stride).collect()),
        input_channels: sizes[1],
        output_channels: outputs,
    })
}
