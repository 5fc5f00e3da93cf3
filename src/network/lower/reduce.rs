//! Reductions and softmax.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::nn::{Reduce, Reducer as Kind, Softmax, SoftmaxKind};

use super::Lowering;
use crate::network::step::Work;
use crate::network::value::{Dense, Value};
use onnxlet_kernels::reduce::Reducer;

impl Lowering<'_> {
    pub(super) fn reduction(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        if let Some(softmax) = node.op_as::<Softmax>() {
            return self.softmax(node, softmax);
        }
        let Some(reduce) = node.op_as::<Reduce>() else { return Ok(None) };
        let reducer = match reduce.reducer {
            Kind::Sum => Reducer::Sum,
            Kind::Max => Reducer::Max,
            Kind::Min => Reducer::Min,
            Kind::MeanOfSquares => Reducer::MeanOfSquares,
            _ => return Ok(None),
        };
        let mut input = self.dense(node.inputs[0])?;
        let is_reduced = |axis: &usize| reduce.axes.contains(axis);
        let significant = input.significant();
        let reduced: Vec<usize> = significant.iter().copied().filter(is_reduced).collect();
        let first = significant.iter().position(is_reduced);
        if !first.is_none_or(|first| significant[first..].starts_with(&reduced)) {
            // Not together: last, then.
            let rest = (0..input.shape.len()).filter(|axis| !is_reduced(axis));
            let order: Vec<usize> = rest.chain(reduce.axes.iter().copied()).collect();
            input = self.ordered(node.inputs[0], &order)?;
        }
        let significant = input.significant();
        let first = significant.iter().position(is_reduced).unwrap_or(significant.len());
        let size = |axes: &[usize]| axes.iter().map(|axis| input.shape[*axis]).product();
        let sizes = [size(&significant[..first]), size(&reduced), size(&significant[first + reduced.len()..])];
        let shape = self.shape(node.id.into())?;
        let place = self.buffer(shape.iter().product());
        self.push(Work::Reduce { input: input.place, reducer, sizes }, place, None);
        Ok(Some(Value::Dense(Dense { place, shape, order: input.order })))
    }

    fn softmax(&mut self, node: &TypedNode, softmax: &Softmax) -> TractResult<Option<Value>> {
        if !matches!(softmax.kind, SoftmaxKind::Softmax) || softmax.quant_output_dt.is_some() {
            return Ok(None);
        }
        let shape = self.shape(node.id.into())?;
        let order = self.dense(node.inputs[0])?.order;
        // The axes that it sums over are stored last.
        let rest = order.iter().copied().filter(|axis| !softmax.axes.contains(axis));
        let order: Vec<usize> = rest.chain(order.iter().copied().filter(|axis| softmax.axes.contains(axis))).collect();
        let input = self.ordered(node.inputs[0], &order)?;
        let size = softmax.axes.iter().map(|axis| shape[*axis]).product();
        let place = self.buffer(input.place.length);
        self.push(Work::Softmax { input: input.place, size }, place, None);
        Ok(Some(Value::Dense(Dense { place, shape, order })))
    }
}
