//! Quantised operators: kernels of floats on whole numbers.
//!
//! A byte less its zero point times a weight is less than 2^16, and sums of such products below 2^24 are exact in float32, in
//! whatever order. So where the weights prove that no sum can be larger, bytes take the convolutions of floats, and each gives what
//! `ops/quant` gives to the last bit. What isn't proven, or not known here, is left to `ops/quant` (`foreign.rs`).

mod conv;
mod dynamic;
mod functions;
mod products;
mod slots;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::array::{Pad, TypedConcat};
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::change_axes::AxisOp;
use tract_onnx::tract_core::ops::cnn::MaxPool;

use super::Lowering;
use crate::network::step::Work;
use crate::network::value::{Centre, Dense, Value, Zero, strides};
use crate::network::whole::Whole;
use crate::ops::quantised::Quantised;
use onnxlet_kernels::requantise::{Pairwise, Quantise};

/// What lowering knows of bytes.
#[derive(Default)]
pub(super) struct Bytes {
    /// Values that are carried as float32.
    centres: HashMap<OutletId, Centre>,
    /// Those that are in slots as bytes, too.
    slots: HashMap<OutletId, usize>,
}

/// A value and, where it is bytes, what they are less.
type Made = Option<(Value, Option<Centre>)>;

impl Lowering<'_> {
    /// Takes a node that has to do with bytes; says whether it was one that is known here.
    pub(super) fn whole(&mut self, node: &TypedNode) -> TractResult<bool> {
        let made = match node.op_as::<Quantised>() {
            Some(op) if op.name().0 == "DynamicQuantizeLinear" => return self.ranged(node),
            Some(op) => match self.function(node)? {
                None => self.quantised(node, op)?,
                made => made,
            },
            None if node.inputs.iter().any(|outlet| self.is_whole(*outlet)) => match self.function(node)? {
                None if node.op_is::<Cast>() => self.cast(node)?,
                None => self.moved(node)?,
                made => made,
            },
            None => None,
        };
        let Some((value, centre)) = made else { return Ok(false) };
        let outlet = OutletId::from(node.id);
        self.values.insert(outlet, value);
        self.bytes.centres.extend(centre.map(|centre| (outlet, centre)));
        Ok(true)
    }

    /// Whether it is bytes carried as float32, or a function of such.
    fn is_whole(&self, outlet: OutletId) -> bool {
        self.bytes.centres.contains_key(&outlet) || matches!(self.values.get(&outlet), Some(Value::Function(_)))
    }

    /// What bytes are less, where they are carried as float32.
    pub(super) fn centre(&self, outlet: OutletId) -> Option<Centre> {
        self.bytes.centres.get(&outlet).copied()
    }

    /// Bytes that only change places, or are chosen among.
    fn moved(&mut self, node: &TypedNode) -> TractResult<Made> {
        let centre = self.centre(node.inputs[0]);
        if centre.is_none() || node.outputs.len() != 1 || node.op_is::<Pad>() {
            return Ok(None);
        }
        let alike = node.inputs.iter().all(|outlet| self.centre(*outlet) == centre);
        let value = if !alike && !node.op_is::<TypedConcat>() {
            None
        } else if node.op_is::<AxisOp>() {
            self.axes(node)?
        } else if node.op_is::<MaxPool>() {
            self.pooling(node)?
        } else if alike {
            self.copying(node)?
        } else {
            None
        };
        Ok(value.map(|value| (value, centre)))
    }

    fn quantised(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        match op.name() {
            ("QuantizeLinear", _) => self.quantise(node, op),
            ("QLinearConv", _) => self.linear_convolution(node, op),
            ("ConvScaled", _) => self.scaled_convolution(node, op),
            ("ConvInteger", _) => self.integer_convolution(node, op),
            ("MatMulInteger", _) => self.integer_product(node, op),
            ("QLinearMatMul", _) => self.linear_product(node, op),
            ("QGemm", _) => self.gemm(node, op),
            ("QLinearAdd" | "QLinearMul" | "Add" | "Mul", _) => self.pairwise(node, op),
            ("QLinearGlobalAveragePool", _) => self.global_average(node, op),
            _ => Ok(None),
        }
    }

    /// The constant that is one of ONNX's inputs.
    fn given(&self, node: &TypedNode, op: &Quantised, index: usize) -> TractResult<Option<Arc<Tensor>>> {
        let Some(edge) = op.edge(index) else { return Ok(None) };
        Ok(match self.value(node.inputs[edge])? {
            Value::Constant(tensor) => Some(tensor),
            _ => None,
        })
    }

    /// The one scale that is one of ONNX's inputs.
    fn scale(&self, node: &TypedNode, op: &Quantised, index: usize) -> TractResult<Option<f32>> {
        let tensor = self.given(node, op, index)?.filter(|tensor| tensor.len() == 1);
        let Some(tensor) = tensor.filter(|tensor| tensor.datum_type() == f32::datum_type()) else { return Ok(None) };
        Ok(Some(super::floats(&tensor)?[0]).filter(|scale| scale.is_normal() && *scale > 0.0))
    }

    /// What the one zero point that is one of ONNX's inputs says.
    fn zero(&self, node: &TypedNode, op: &Quantised, index: usize) -> TractResult<Option<Centre>> {
        let Some(tensor) = self.given(node, op, index)?.filter(|tensor| tensor.len() == 1) else { return Ok(None) };
        let dtype = tensor.datum_type();
        if dtype != u8::datum_type() && dtype != i8::datum_type() {
            return Ok(None);
        }
        Ok(Some(Centre { zero: Zero::Known(tensor.cast_to_scalar::<i32>()?), dtype }))
    }

    /// The bytes that are one of ONNX's inputs, less the zero point that the input at `zero` says.
    fn operand(&mut self, node: &TypedNode, op: &Quantised, [index, zero]: [usize; 2]) -> TractResult<Option<Operand>> {
        let Some(edge) = op.edge(index) else { return Ok(None) };
        let outlet = node.inputs[edge];
        let dtype = self.model.outlet_fact(outlet)?.datum_type;
        let centre = match op.edge(zero).map(|edge| node.inputs[edge]) {
            None => Some(Centre { zero: Zero::Known(0), dtype }),
            Some(zero) if self.centre(outlet).is_some_and(|centre| centre.zero == Zero::Of(zero)) => {
                self.centre(outlet)
            }
            Some(_) => self.zero(node, op, zero)?,
        };
        let Some(centre) = centre else { return Ok(None) };
        self.settle_function(outlet)?;
        self.take_out(outlet, centre)?;
        Ok((self.centre(outlet) == Some(centre)).then_some(Operand { outlet, centre }))
    }

    fn quantise(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let is_plain = op.written.node.attribute.iter().all(|own| ["axis", "saturate"].contains(&own.name.as_str()));
        let (Some(scale), Some(centre)) = (self.scale(node, op, 1)?, self.zero(node, op, 2)?) else { return Ok(None) };
        if !is_plain {
            return Ok(None);
        }
        let input = self.dense(node.inputs[0])?;
        Ok(Some((self.made_bytes(input, centre, [1.0, 1.0, scale]), Some(centre))))
    }

    /// Numbers over `divisor`, times `factor`, over `scale`, as bytes.
    fn made_bytes(&mut self, input: Dense, centre: Centre, [divisor, factor, scale]: [f32; 3]) -> Value {
        let [low, high] = centre.limits();
        // What is not a number becomes the byte 0.
        let nan = centre.known().map_or(0.0, |zero| -zero as f32);
        let how = Quantise { divisor, factor, scale, low, high, nan };
        let place = self.buffer(input.place.length);
        self.push(Work::Whole(Box::new(Whole::Quantise { input: input.place, how })), place, None);
        Value::Dense(Dense { place, ..input })
    }

    /// A sum or a product of two values, whose bytes are rounded as `ops/quant` and `ops/contrib` do.
    fn pairwise(&mut self, node: &TypedNode, op: &Quantised) -> TractResult<Made> {
        let scales = [self.scale(node, op, 1)?, self.scale(node, op, 4)?, self.scale(node, op, 6)?];
        let [Some(a), Some(b), Some(scale)] = scales else { return Ok(None) };
        let Some(to) = self.zero(node, op, 7)? else { return Ok(None) };
        let [left, right] = [self.operand(node, op, [0, 2])?, self.operand(node, op, [3, 5])?];
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let zero = to.known().map_or(0.0, |zero| zero as f32);
        if ![a / scale, b / scale, a * b / scale].iter().all(|factor| factor.is_finite()) {
            return Ok(None);
        }
        let function = match op.name() {
            ("Add", _) => Pairwise::Sum { factors: [a, b], scale },
            ("Mul", _) => Pairwise::Product { factors: [a, b], scale },
            ("QLinearAdd", _) => Pairwise::SumFrom { factors: [a / scale, b / scale], zero },
            _ => Pairwise::ProductFrom { factor: a * b / scale, zero },
        };
        let shape = self.shape(node.id.into())?;
        let [first, second] = [self.dense(left.outlet)?, self.dense(right.outlet)?];
        if first.shape.len() != shape.len() || second.shape.len() != shape.len() {
            return Ok(None);
        }
        let order = if first.place.length >= second.place.length { first.order } else { second.order };
        let [first, second] = [self.ordered(left.outlet, &order)?, self.ordered(right.outlet, &order)?];
        let own = [&first, &second].map(|value| strides(&value.order, &value.shape));
        let axes = super::axes_between(&order, &shape, [&own[0], &own[1]]);
        let place = self.buffer(shape.iter().product());
        let work = Whole::Pairs { inputs: [first.place, second.place], function, limits: to.limits(), axes };
        self.push(Work::Whole(Box::new(work)), place, None);
        Ok(Some((Value::Dense(Dense { place, shape, order }), Some(to))))
    }
}

/// Bytes that an operator reads.
struct Operand {
    outlet: OutletId,
    centre: Centre,
}
