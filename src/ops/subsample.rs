//! Every n-th element along an axis: tract's Downsample without its optimisations.
//!
//! tract pulls a Downsample towards the inputs. While it generates code, that fails over a Reshape that merges the axis
//! with another ("Invalid axis"), as before the strided 1×1 convolutions of a ResNet. By then nothing is left to gain.

use tract_onnx::tract_core::ops::downsample::Downsample;
use tract_onnx::tract_hir::internal::*;

/// What stands in for tract's, if it is this operator.
pub(super) fn settled(op: &dyn TypedOp) -> Option<Box<dyn TypedOp>> {
    op.downcast_ref::<Downsample>().map(|downsample| Box::new(Subsample(downsample.clone())) as Box<dyn TypedOp>)
}

#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct Subsample(Downsample);

impl Op for Subsample {
    fn name(&self) -> StaticName {
        "Subsample".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Subsample {
    op_out_of_plan!();

    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        self.0.eval(context, inputs)
    }
}

impl TypedOp for Subsample {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.0.output_facts(inputs)
    }

    as_op!();
}
