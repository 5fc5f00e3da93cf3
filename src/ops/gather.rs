//! Gather that refuses an index out of range: tract's stops the instance over one, or reads a neighbour's data.

use std::fmt;

use tract_onnx::tract_core::ops::array::Gather;
use tract_onnx::tract_hir::internal::*;

/// What stands in for tract's, if it is this operator.
pub(super) fn settled(op: &dyn TypedOp) -> Option<Box<dyn TypedOp>> {
    op.downcast_ref::<Gather>().map(|gather| Box::new(CheckedGather(gather.clone())) as Box<dyn TypedOp>)
}

/// An index, such as a token's id, that the tensor it picks from doesn't have.
#[derive(Debug)]
pub(crate) struct OutOfRange {
    index: i64,
    size: usize,
}

impl OutOfRange {
    pub(crate) fn new(index: i64, size: usize) -> OutOfRange {
        OutOfRange { index, size }
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the index {} is out of range: the model picks one of {}", self.index, self.size)
    }
}

impl std::error::Error for OutOfRange {}

#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct CheckedGather(Gather);

impl Op for CheckedGather {
    fn name(&self) -> StaticName {
        "CheckedGather".into()
    }

    op_as_typed_op!();
}

impl EvalOp for CheckedGather {
    op_out_of_plan!();

    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let size = inputs[0].shape()[self.0.axis];
        let indices = inputs[1].cast_to::<i64>()?;
        let valid = -(size as i64)..size as i64;
        if let Some(index) = indices.try_as_plain_ram()?.as_slice::<i64>()?.iter().find(|index| !valid.contains(index))
        {
            return Err(OutOfRange { index: *index, size }.into());
        }
        self.0.eval(context, inputs)
    }
}

impl TypedOp for CheckedGather {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.0.output_facts(inputs)
    }

    as_op!();
}
