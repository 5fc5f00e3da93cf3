//! Functions of one byte, however many operators they are: a table of 256, which the operators themselves compute here.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;

use super::super::Lowering;
use super::Made;
use crate::network::memory::Place;
use crate::network::step::Work;
use crate::network::value::{Centre, Dense, Function, Value, Zero};
use crate::network::whole::{Lookup, Whole};
use crate::ops::quantised::{Quantised, all_bytes};
use onnxlet_kernels::activation::{Activation, Clamp};

/// Which of the operator's inputs are numbers, not parameters. None for what is no function of each number on its own.
fn numbers(node: &TypedNode) -> Option<&'static [usize]> {
    let Some(op) = node.op_as::<Quantised>() else {
        let is_each = node.op_is::<ElementWiseOp>() || node.op_is::<TypedBinOp>() || node.op_is::<Cast>();
        return is_each.then_some(&[0, 1]);
    };
    match op.name() {
        ("QuantizeLinear" | "DequantizeLinear" | "QLinearSigmoid" | "QLinearLeakyRelu" | "Table", _) => Some(&[0]),
        ("QLinearAdd" | "QLinearMul" | "Add" | "Mul", _) => Some(&[0, 3]),
        _ => None,
    }
}

impl Lowering<'_> {
    /// The node's value as a function of one byte, if it is one.
    pub(super) fn function(&mut self, node: &TypedNode) -> TractResult<Made> {
        let Some(numbers) = numbers(node) else { return Ok(None) };
        let index = |edge: usize| node.op_as::<Quantised>().map_or(edge, |op| op.written.inputs[edge]);
        let mut base: Option<OutletId> = None;
        let mut nodes = vec![];
        let mut inputs = TVec::new();
        let shape = self.shape(node.id.into())?;
        for (edge, outlet) in node.inputs.iter().enumerate() {
            // What others read, too, is computed once, and what is before it may be gone by then.
            if !self.is_read_once(*outlet)? {
                self.settle_function(*outlet)?;
            }
            let (of, values) = match self.value(*outlet)? {
                Value::Constant(tensor) if tensor.len() == 1 => {
                    inputs.push(tensor.into_tvalue());
                    continue;
                }
                Value::Function(function) => {
                    nodes.extend(function.nodes);
                    (function.base, function.values)
                }
                _ => match self.centre(*outlet) {
                    Some(Centre { zero: Zero::Known(_), dtype }) if dtype.size_of() == 1 => {
                        (*outlet, all_bytes(dtype, shape.len())?.into_arc_tensor())
                    }
                    _ => return Ok(None),
                },
            };
            let same = base.is_none_or(|base| base == of);
            if !same || !numbers.contains(&index(edge)) || self.shape(*outlet)? != shape {
                return Ok(None);
            }
            base = Some(of);
            inputs.push(values.into_tvalue());
        }
        let Some(base) = base else { return Ok(None) };
        // What fails is left to fail at a call.
        let Ok(Some(values)) = node.op.eval_out_of_plan(inputs) else { return Ok(None) };
        let [values] = &values[..] else { return Ok(None) };
        if values.len() != 256 {
            return Ok(None);
        }
        let centre = match node.op_as::<Quantised>() {
            Some(op) if values.datum_type() != f32::datum_type() => {
                let Some(centre) = self.result(node, op)? else { return Ok(None) };
                Some(centre)
            }
            _ if values.datum_type() == f32::datum_type() => None,
            _ => return Ok(None),
        };
        nodes.push(node.id);
        let shape = all_bytes(u8::datum_type(), shape.len())?.shape().to_vec();
        let values = values.clone().into_tensor().into_shape(&shape)?.into_arc_tensor();
        Ok(Some((Value::Function(Function { base, values, centre, nodes }), None)))
    }

    /// What the bytes that an operator makes are less.
    fn result(&self, node: &TypedNode, op: &Quantised) -> TractResult<Option<Centre>> {
        match op.name().0 {
            "QuantizeLinear" => self.zero(node, op, 2),
            "QLinearSigmoid" | "QLinearLeakyRelu" => self.zero(node, op, 4),
            "Table" => {
                let zero = op.zero_of_table()?;
                let known = Zero::Known(zero.cast_to_scalar::<i32>()?);
                Ok(Some(Centre { zero: known, dtype: zero.datum_type() }))
            }
            _ => self.zero(node, op, 7),
        }
    }

    /// Has a function computed, if the value is one.
    pub(in crate::network::lower) fn settle_function(&mut self, outlet: OutletId) -> TractResult<()> {
        let Value::Function(function) = self.value(outlet)? else { return Ok(()) };
        let (base, values) = (self.dense(function.base)?, carried(&function)?);
        let first = self.centre(function.base).map_or(0.0, |centre| centre.limits()[0]);
        let shape = self.shape(outlet)?;
        let slope = slope(&values, first);
        let is_made_for = self.is_made_for(outlet, function.base, &function.nodes)?;
        let place = if is_made_for && self.table_of(&base.place).is_some() {
            let lookup = Lookup { values: self.keep(values), first };
            self.table_of(&base.place).into_iter().for_each(|table| *table = Some(lookup));
            base.place
        } else {
            let place = self.buffer(base.place.length);
            let work = match slope {
                Some(slope) => {
                    let function = Activation::Clamp(Clamp { slope, ..Clamp::IDENTITY });
                    Work::Map { input: base.place, function }
                }
                None => {
                    let lookup = Lookup { values: self.keep(values), first };
                    Work::Whole(Box::new(Whole::LookUp { input: base.place, lookup }))
                }
            };
            self.push(work, place, None);
            place
        };
        self.values.insert(outlet, Value::Dense(Dense { place, shape, order: base.order }));
        self.bytes.centres.extend(function.centre.map(|centre| (outlet, centre)));
        Ok(())
    }

    /// The place for a table in the step that makes bytes, if that has one and it is free.
    fn table_of(&mut self, place: &Place) -> Option<&mut Option<Lookup>> {
        let writer = self.writer(place)?;
        let (scaling, activation) = match &mut self.steps[writer].work {
            Work::Convolve(work) => (&mut work.scaling, work.activation),
            Work::Depthwise(work) => (&mut work.scaling, work.activation),
            _ => return None,
        };
        let scaling = scaling.as_mut().filter(|_| matches!(activation, Activation::Round { .. }))?;
        Some(&mut scaling.table).filter(|table| table.is_none())
    }
}

/// A function's values as they are carried.
fn carried(function: &Function) -> TractResult<Vec<f32>> {
    let zero = function.centre.and_then(Centre::known).unwrap_or(0) as f32;
    let values = function.values.cast_to::<f32>()?;
    Ok(values.try_as_plain_ram()?.as_slice::<f32>()?.iter().map(|value| value - zero).collect())
}

/// The slope, where the function of whole numbers from `first` on is a line through 0.
fn slope(values: &[f32], first: f32) -> Option<f32> {
    let one = values.get((1.0 - first) as usize)?;
    let is_line = values.iter().enumerate().all(|(at, value)| *value == (first + at as f32) * one);
    is_line.then_some(*one)
}
