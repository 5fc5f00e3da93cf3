//! Parts of values, joined, repeated and padded: copies.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::array::{MultiBroadcastTo, Pad, PadMode, Slice, TypedConcat};
use tract_onnx::tract_core::ops::downsample::Downsample;
use tract_onnx::tract_core::ops::nn::NearestUpsample;
use tract_onnx::tract_hir::internal::DimLike;

use super::Lowering;
use crate::network::step::{Part, Work};
use crate::network::value::{Dense, Value, strides};
use onnxlet_kernels::copy;

impl Lowering<'_> {
    pub(super) fn copying(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        if let Some(concat) = node.op_as::<TypedConcat>() {
            return self.join(node, concat.axis).map(Some);
        }
        if let Some(slice) = node.op_as::<Slice>() {
            let start = slice.start.to_usize()?;
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
            let PadMode::Constant(fill) = &pad.mode else { return Ok(None) };
            let fill = fill.cast_to_scalar::<f32>()?;
            return self.pad(node, &pad.pads, fill).map(Some);
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
        let (from, to) = (input.strides(), strides(&input.order, &shape));
        let mut start = 0;
        let mut axes = vec![];
        for axis in input.order.iter().copied() {
            let [first, step] = pick(axis);
            start += first * from[axis];
            axes.push(copy::Axis { size: shape[axis], from: from[axis] * step, to: to[axis] });
        }
        let place = self.buffer(shape.iter().product());
        let part = Part { input: input.place, axes: tidy(axes), starts: [start, 0] };
        self.push(Work::Copy { parts: Box::new([part]) }, place, None);
        Ok(Value::Dense(Dense { place, shape, order: input.order }))
    }

    fn join(&mut self, node: &TypedNode, axis: usize) -> TractResult<Value> {
        let shape = self.shape(node.id.into())?;
        let order = self.dense(node.inputs[0])?.order;
        // The order of the first input may say nothing of the joined axis: then it is where the model has it.
        let to = strides(&order, &shape);
        let mut parts = vec![];
        let mut at = 0;
        for outlet in &node.inputs {
            let input = self.ordered(*outlet, &order)?;
            let from = input.strides();
            let axes =
                order.iter().map(|axis| copy::Axis { size: input.shape[*axis], from: from[*axis], to: to[*axis] });
            parts.push(Part { input: input.place, axes: tidy(axes.collect()), starts: [0, at * to[axis]] });
            at += input.shape[axis];
        }
        let place = self.buffer(shape.iter().product());
        self.push(Work::Copy { parts: parts.into() }, place, None);
        Ok(Value::Dense(Dense { place, shape, order }))
    }

    fn pad(&mut self, node: &TypedNode, pads: &[(usize, usize)], fill: f32) -> TractResult<Value> {
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let (from, to) = (input.strides(), strides(&input.order, &shape));
        let start = (0..shape.len()).map(|axis| pads[axis].0 * to[axis]).sum();
        let axes =
            input.order.iter().map(|axis| copy::Axis { size: input.shape[*axis], from: from[*axis], to: to[*axis] });
        let part = Part { input: input.place, axes: tidy(axes.collect()), starts: [0, start] };
        let place = self.buffer(shape.iter().product());
        self.push(Work::Copy { parts: Box::new([part]) }, place, Some(fill));
        Ok(Value::Dense(Dense { place, shape, order: input.order }))
    }

    /// Each place several times along its axis.
    fn repeat(&mut self, node: &TypedNode, scales: &[usize]) -> TractResult<Value> {
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let (from, to) = (input.strides(), strides(&input.order, &shape));
        let axes = input.order.iter().flat_map(|axis| {
            let outer = copy::Axis { size: input.shape[*axis], from: from[*axis], to: to[*axis] * scales[*axis] };
            [outer, copy::Axis { size: scales[*axis], from: 0, to: to[*axis] }]
        });
        let part = Part { input: input.place, axes: tidy(axes.collect()), starts: [0, 0] };
        let place = self.buffer(shape.iter().product());
        self.push(Work::Copy { parts: Box::new([part]) }, place, None);
        Ok(Value::Dense(Dense { place, shape, order: input.order }))
    }

    /// A value along axes of which it has one place.
    fn broadcast(&mut self, node: &TypedNode) -> TractResult<Value> {
        let input = self.dense(node.inputs[0])?;
        let shape = self.shape(node.id.into())?;
        let added = shape.len() - input.shape.len();
        let order: Vec<usize> = (0..added).chain(input.order.iter().map(|axis| axis + added)).collect();
        let (from, to) = (input.strides(), strides(&order, &shape));
        let axes = order.iter().map(|axis| {
            let from = if *axis < added { 0 } else { from[axis - added] };
            copy::Axis { size: shape[*axis], from, to: to[*axis] }
        });
        let part = Part { input: input.place, axes: tidy(axes.collect()), starts: [0, 0] };
        let place = self.buffer(shape.iter().product());
        self.push(Work::Copy { parts: Box::new([part]) }, place, None);
        Ok(Value::Dense(Dense { place, shape, order }))
    }
}

/// The axes that matter, as few as they can be.
fn tidy(axes: Vec<copy::Axis>) -> Box<[copy::Axis]> {
    let mut tidy: Vec<copy::Axis> = vec![];
    for axis in axes.into_iter().filter(|axis| axis.size != 1) {
        match tidy.last_mut() {
            Some(outer) if outer.from == axis.from * axis.size && outer.to == axis.to * axis.size => {
                *outer = copy::Axis { size: outer.size * axis.size, ..axis };
            }
            _ => tidy.push(axis),
        }
    }
    tidy.into()
}
