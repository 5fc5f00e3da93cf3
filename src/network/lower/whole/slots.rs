//! Bytes as tensors ↔ as whole numbers in float32.

use tract_onnx::tract_hir::internal::*;

use super::super::Lowering;
use crate::network::memory::Place;
use crate::network::step::{Foreign, Source, Target, Work};
use crate::network::value::{Centre, Dense, Value};

impl Lowering<'_> {
    /// The slot of a value's bytes, where it is carried as float32.
    pub(in crate::network::lower) fn slot(&mut self, outlet: OutletId) -> TractResult<Option<usize>> {
        let Some(centre) = self.centre(outlet) else { return Ok(None) };
        if let Some(slot) = self.bytes.slots.get(&outlet) {
            return Ok(Some(*slot));
        }
        let Some(zero) = centre.known() else { bail!("bytes of an unknown zero point") };
        let dense = self.plain(outlet)?;
        self.slots += 1;
        let slot = self.slots - 1;
        let input = Source::Buffer { place: dense.place, shape: dense.shape.into() };
        let op = Carried { zero, dtype: centre.dtype, to: Form::Bytes };
        self.converts(op, input, Target::Slot(slot));
        self.bytes.slots.insert(outlet, slot);
        Ok(Some(slot))
    }

    /// Has bytes that are a tensor carried as float32 less a zero point. Those that a run is given stay as they are.
    pub(super) fn take_out(&mut self, outlet: OutletId, centre: Centre) -> TractResult<()> {
        let is_input = self.model.input_outlets()?.contains(&outlet);
        let source = match self.value(outlet)? {
            Value::Slot(slot) if !is_input => Source::Slot(slot),
            _ => return Ok(()),
        };
        let (Some(zero), true) = (centre.known(), self.model.outlet_fact(outlet)?.datum_type == centre.dtype) else {
            return Ok(());
        };
        let shape = self.shape(outlet)?;
        let place = self.buffer(shape.iter().product());
        let target = Target::Buffer { place, shape: shape.as_slice().into() };
        if let Source::Slot(slot) = source {
            self.bytes.slots.insert(outlet, slot);
        }
        self.converts(Carried { zero, dtype: centre.dtype, to: Form::Floats }, source, target);
        let order = (0..shape.len()).collect();
        self.values.insert(outlet, Value::Dense(Dense { place, shape, order }));
        self.bytes.centres.insert(outlet, centre);
        Ok(())
    }

    fn converts(&mut self, op: Carried, input: Source, output: Target) {
        let work = Foreign { op: Box::new(op), node: 0, inputs: Box::new([input]), outputs: Box::new([output]) };
        self.push(Work::Foreign(Box::new(work)), Place::NOTHING, None);
    }
}

/// What numbers are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Bytes,
    Floats,
}

/// Adds or takes a zero point.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Carried {
    zero: i32,
    dtype: DatumType,
    to: Form,
}

impl Op for Carried {
    fn name(&self) -> StaticName {
        "Carried".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Carried {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (input, zero) = (&inputs[0], self.zero as f32);
        let view = input.try_as_plain_ram()?;
        let shape = input.shape();
        let made = match (self.to, self.dtype) {
            (Form::Floats, DatumType::I8) => Tensor::from_shape(
                shape,
                &view.as_slice::<i8>()?.iter().map(|byte| f32::from(*byte) - zero).collect::<Vec<f32>>(),
            ),
            (Form::Floats, _) => Tensor::from_shape(
                shape,
                &view.as_slice::<u8>()?.iter().map(|byte| f32::from(*byte) - zero).collect::<Vec<f32>>(),
            ),
            (Form::Bytes, DatumType::I8) => Tensor::from_shape(
                shape,
                &view.as_slice::<f32>()?.iter().map(|number| (number + zero) as i8).collect::<Vec<i8>>(),
            ),
            (Form::Bytes, DatumType::I32) => Tensor::from_shape(
                shape,
                &view.as_slice::<f32>()?.iter().map(|number| *number as i32).collect::<Vec<i32>>(),
            ),
            (Form::Bytes, _) => Tensor::from_shape(
                shape,
                &view.as_slice::<f32>()?.iter().map(|number| (number + zero) as u8).collect::<Vec<u8>>(),
            ),
        };
        Ok(tvec![made?.into_tvalue()])
    }
}

impl TypedOp for Carried {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let dtype = if self.to == Form::Bytes { self.dtype } else { f32::datum_type() };
        Ok(tvec![dtype.fact(inputs[0].shape.clone())])
    }

    as_op!();
}
