//! Functions of one value and of two.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::math;
use tract_onnx::tract_core::ops::nn::{GeluApproximate, GeluExact, HardSwish, LeakyRelu, Sigmoid, Silu};

use super::Lowering;
use crate::network::step::Work;
use crate::network::value::{Dense, Value, strides};
use onnxlet_kernels::activation::{Activation, Clamp};
use onnxlet_kernels::zip::Binary;

impl Lowering<'_> {
    pub(super) fn elementwise(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        if let Some(op) = node.op_as::<ElementWiseOp>() {
            return self.unary(node, op);
        }
        let Some(function) = node.op_as::<TypedBinOp>().and_then(binary) else { return Ok(None) };
        let [left, right] = node.inputs[..] else { return Ok(None) };
        if matches!(function, Binary::Mul | Binary::Add)
            && let Some(gelu) = self.gelu(node)?
        {
            return Ok(Some(gelu));
        }
        for (value, other) in [(left, right), (right, left)] {
            let number = self.constant(other)?.filter(|tensor| tensor.len() == 1);
            let (Some(number), false) = (number, value == right && function == Binary::Sub) else { continue };
            // Of a single element, the result may have more axes than the value.
            if self.shape(value)? == self.shape(node.id.into())? {
                let number = super::floats(&number)?[0];
                if let Some(pending) = self.with_number(node, value, function, number)? {
                    return Ok(Some(pending));
                }
            }
        }
        if function == Binary::Mul
            && let Some(pending) = self.gate(node)?
        {
            return Ok(Some(pending));
        }
        if let Some(folded) = self.fold(node, function)? {
            return Ok(Some(folded));
        }
        if function == Binary::Add
            && let Some(sum) = self.residual(node)?
        {
            return Ok(Some(sum));
        }
        self.pairs(node, function, [left, right]).map(Some)
    }

    fn unary(&mut self, node: &TypedNode, op: &ElementWiseOp) -> TractResult<Option<Value>> {
        let Some(function) = unary(op) else { return Ok(None) };
        if let Activation::Clamp(Clamp { slope, .. }) = function {
            return self.with_number(node, node.inputs[0], Binary::Mul, slope);
        }
        let input = self.dense(node.inputs[0])?;
        if self.is_read_once(node.inputs[0])? && self.activate(&input, function) {
            return Ok(Some(Value::Dense(input)));
        }
        let place = self.buffer(input.place.length);
        self.push(Work::Map { input: input.place, function }, place, None);
        Ok(Some(Value::Dense(Dense { place, ..input })))
    }

    /// A function of two values, one of which may be repeated.
    fn pairs(&mut self, node: &TypedNode, function: Binary, inputs: [OutletId; 2]) -> TractResult<Value> {
        let shape = self.shape(node.id.into())?;
        let [left, right] = [self.dense(inputs[0])?, self.dense(inputs[1])?];
        // The larger one's order is kept.
        let model = if left.place.length >= right.place.length { &left } else { &right };
        let order = model.order.clone();
        let left = self.ordered(inputs[0], &order)?;
        let right = self.ordered(inputs[1], &order)?;
        let own = [&left, &right].map(|value| strides(&value.order, &value.shape));
        let axes = super::axes_between(&order, &shape, [&own[0], &own[1]]);
        let place = self.buffer(shape.iter().product());
        self.push(Work::Zip { inputs: [left.place, right.place], function, axes }, place, None);
        Ok(Value::Dense(Dense { place, shape, order }))
    }
}

pub(super) fn binary(op: &TypedBinOp) -> Option<Binary> {
    let is = |name: &str| op.0.name() == name;
    let known = [
        ("Add", Binary::Add),
        ("Sub", Binary::Sub),
        ("Mul", Binary::Mul),
        ("Div", Binary::Div),
        ("Max", Binary::Max),
        ("Min", Binary::Min),
    ];
    known.into_iter().find(|(name, _)| is(name)).map(|(_, function)| function)
}

fn unary(op: &ElementWiseOp) -> Option<Activation> {
    let op = &op.0;
    if let Some(leaky) = op.downcast_ref::<LeakyRelu>() {
        return Some(Activation::Leaky { slope: leaky.alpha });
    }
    if op.is::<math::Neg>() {
        return Some(Activation::Clamp(Clamp { slope: -1.0, ..Clamp::IDENTITY }));
    }
    if op.is::<HardSwish>() {
        let gate = Clamp { slope: 1.0 / 6.0, offset: 0.5, low: 0.0, high: 1.0 };
        return Some(Activation::Gated { gate, added: 0.0 });
    }
    Some(match () {
        () if op.is::<math::Square>() => Activation::Square,
        () if op.is::<math::Sqrt>() => Activation::Sqrt,
        () if op.is::<math::Recip>() => Activation::Recip,
        () if op.is::<math::Rsqrt>() => Activation::Rsqrt,
        () if op.is::<math::Abs>() => Activation::Abs,
        () if op.is::<math::Exp>() => Activation::Exp,
        () if op.is::<Sigmoid>() => Activation::Sigmoid,
        () if op.is::<math::Tanh>() => Activation::Tanh,
        () if op.is::<Silu>() => Activation::Silu,
        () if op.is::<GeluExact>() => Activation::Gelu,
        () if op.downcast_ref::<GeluApproximate>().is_some_and(|op| !op.fast_impl) => Activation::GeluTanh,
        () => return None,
    })
}
