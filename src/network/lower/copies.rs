//! Parts of values, joined, repeated and padded: copies.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::array::{MultiBroadcastTo, Pad, PadMode, Slice, TypedConcat};
use tract_onnx::tract_core::ops::downsample::Downsample;
use tract_onnx::tract_core::ops::nn::NearestUpsample;
use tract_onnx::tract_hir::internal::DimLike;

use super::{Lowering, axes_between};
use crate::network::step::{Part, Work};
use crate::network::value::{Dense, Value, strides};
use onnxlet_kernels::axis::{Axis, merged};
use onnxlet_kernels::copy::Beyond;

impl Lowering<'_> {
    pub(super) fn copying(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        if let Some(concat) = node.op_as::<TypedConcat>() {
            return self.join(node, concat.axis).map(Some);
        }
        if let Some(slice) = node.op_as::<Slice>() {
            let start = usize::try_from(slice.start.eval_to_i64(self.symbols)?)?;
            return self.part(node, |axis| if axis == slice.axis { [start, 1] } else { [0, 1] }).map(Some);
        }
        if let Some(down) = node.op_as::<Downsample>().filter(|down| down.stride > 0) {
            if let Some(value) = self.fewer_windows(node, down)? {
                return Ok(Some(value));
            }
            let stride = down.stride as usize;
            return self.part(node, |axis| if axis == down.axis { [down.modulo, stride] } else { [0, 1] }).map(Some);
        }
        if let Some(pad) = node.op_as::<Pad>() {
            return match &pad.mode {
                PadMode::Constant(fill) => self.pad(node, &pad.pads, fill.cast_to_scalar::<f32>()?).map(Some),
                PadMode::Reflect => self.mirror(node, &pad.pads, Beyond::Reflected),
                PadMode::Edge => self.mirror(node, &pad.pads, Beyond::Repeated),
            };
        }
        if let Some(up) = node.op_as::<NearestUpsample>() {
            return self.repeat(node, &up.scales).map(Some);
        }
        if node.op_is::<MultiBroadcastTo>() {
            return self.broadcast(node).map(Some);
        }
        Ok(None)
    }

    /// Each n-th place along an axis of what a kernel makes, where nothing else reads it: the kernel makes no more.
    fn fewer_windows(&mut self, node: &TypedNode, down: &Downsample) -> TractResult<Option<Value>> {
        let value = self.dense(node.inputs[0])?;
        let significant = value.significant();
        let [rows, columns, _] = significant[..] else { return Ok(None) };
        let side = if down.axis == rows { 0 } else { 1 };
        let stride = down.stride as usize;
        if !self.is_read_once(node.inputs[0])? || down.modulo != 0 || ![rows, columns].contains(&down.axis) {
            return Ok(None);
        }
        let Some(writer) = self.writer(&value.place) else { return Ok(None) };
        let Work::Convolve(work) = &mut self.steps[writer].work else { return Ok(None) };
        let windows = &mut work.windows;
        if work.residual.is_some() || windows.output != [value.shape[rows], value.shape[columns]] || windows.start != 0
        {
            return Ok(None);
        }
        work.groups.iter_mut().for_each(|group| Arc::make_mut(&mut group.packed).without_transforms());
        windows.output[side] = windows.output[side].div_ceil(stride);
        windows.stride[side] *= stride;
        windows.pitch[0] = windows.output[1] * windows.pitch[1];
        let shape = self.shape(node.id.into())?;
        let place = self.buffer(shape.iter().product());
        self.steps[writer].output = place;
        self.move_writer(place, writer);
        Ok(Some(Value::Dense(Dense { place, shape, order: value.order })))
    }

    /// A copy of a value's places: for each axis, the first one and the step.
    fn part(&mut self, node: &TypedNode, pick: impl Fn(usize) -> [usize; 2]) -> TractResult<Value> {
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let (own, to) = (input.strides(), strides(&input.order, &shape));
        let start = own.iter().enumerate().map(|(axis, stride)| pick(axis)[0] * stride).sum();
        let from: Vec<usize> = own.iter().enumerate().map(|(axis, stride)| pick(axis)[1] * stride).collect();
        let axes = axes_between(&input.order, &shape, [&from, &to]);
        let part = Part { input: input.place, axes, starts: [start, 0] };
        Ok(self.copied(vec![part], None, shape, input.order))
    }

    fn join(&mut self, node: &TypedNode, axis: usize) -> TractResult<Value> {
        let shape = self.shape(node.id.into())?;
        // The order of the first input may say nothing of the joined axis: then it is where the model has it.
        let order = self.dense(node.inputs[0])?.order;
        let to = strides(&order, &shape);
        let mut parts = vec![];
        let mut at = 0;
        for outlet in &node.inputs {
            let input = self.ordered(*outlet, &order)?;
            let axes = axes_between(&order, &input.shape, [&input.strides(), &to]);
            parts.push(Part { input: input.place, axes, starts: [0, at * to[axis]] });
            at += input.shape[axis];
        }
        Ok(self.copied(parts, None, shape, order))
    }

    fn pad(&mut self, node: &TypedNode, pads: &[(usize, usize)], fill: f32) -> TractResult<Value> {
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let to = strides(&input.order, &shape);
        let start = pads.iter().zip(&to).map(|(pad, stride)| pad.0 * stride).sum();
        let axes = axes_between(&input.order, &input.shape, [&input.strides(), &to]);
        let part = Part { input: input.place, axes, starts: [0, start] };
        Ok(self.copied(vec![part], Some(fill), shape, input.order))
    }

    /// A value padded along one axis of known size by what it holds.
    fn mirror(&mut self, node: &TypedNode, pads: &[(usize, usize)], beyond: Beyond) -> TractResult<Option<Value>> {
        let padded: Vec<usize> = (0..pads.len()).filter(|axis| pads[*axis] != (0, 0)).collect();
        let [axis] = padded[..] else { return Ok(None) };
        let (before, after) = pads[axis];
        let known = self.model.outlet_fact(node.inputs[0])?.shape[axis].to_usize();
        let Some(size) = known.ok().filter(|size| beyond.inside(before.max(after)) < *size) else { return Ok(None) };
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let place = self.buffer(shape.iter().product());
        let at = input.order.iter().position(|other| *other == axis).unwrap_or(0);
        let count = |axes: &[usize]| axes.iter().map(|axis| shape[*axis]).product();
        let sizes = [count(&input.order[..at]), size, count(&input.order[at + 1..])];
        self.push(Work::Mirror { input: input.place, beyond, sizes, pads: [before, after] }, place, None);
        Ok(Some(Value::Dense(Dense { place, shape, order: input.order })))
    }

    /// Each place several times along its axis.
    fn repeat(&mut self, node: &TypedNode, scales: &[usize]) -> TractResult<Value> {
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let (from, to) = (input.strides(), strides(&input.order, &shape));
        let axes = input.order.iter().flat_map(|axis| {
            let outer = Axis { size: input.shape[*axis], strides: [from[*axis], to[*axis] * scales[*axis]] };
            [outer, Axis { size: scales[*axis], strides: [0, to[*axis]] }]
        });
        let part = Part { input: input.place, axes: merged(axes), starts: [0, 0] };
        Ok(self.copied(vec![part], None, shape, input.order))
    }

    /// A value along axes of which it has one place.
    fn broadcast(&mut self, node: &TypedNode) -> TractResult<Value> {
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let added = shape.len() - input.shape.len();
        let order: Vec<usize> = (0..added).chain(input.order.iter().map(|axis| axis + added)).collect();
        let from = [vec![0; added], input.strides()].concat();
        let axes = axes_between(&order, &shape, [&from, &strides(&order, &shape)]);
        let part = Part { input: input.place, axes, starts: [0, 0] };
        Ok(self.copied(vec![part], None, shape, order))
    }

    /// The value that copies make, filled with a number first where they don't write all of it.
    fn copied(&mut self, parts: Vec<Part>, fill: Option<f32>, shape: Vec<usize>, order: Vec<usize>) -> Value {
        let place = self.buffer(shape.iter().product());
        self.push(Work::Copy { parts: parts.into() }, place, fill);
        Value::Dense(Dense { place, shape, order })
    }
}
