//! TopK in tract's plans: tract's pads with zeros where there are fewer than k, and panics over some orders of NaN.

use tract_onnx::tract_core::ops::array::Topk;
use tract_onnx::tract_hir::internal::*;

use super::math::along;
use crate::eager::value::TensorValue;

/// Replaces each TopK of a model whose generic optimisations are done.
pub(super) fn settle(model: &mut TypedModel) {
    for node in &mut model.nodes {
        if let Some(top) = node.op_as::<Topk>() {
            node.op = Box::new(CheckedTop(top.clone()));
        }
    }
}

#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct CheckedTop(Topk);

impl Op for CheckedTop {
    fn name(&self) -> StaticName {
        "CheckedTop".into()
    }

    op_as_typed_op!();
}

impl EvalOp for CheckedTop {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let k = inputs[1].cast_to_scalar::<i64>()?;
        let data = TensorValue::from_tract(None, inputs[0].clone().into_arc_tensor())?;
        let (values, places) = along::highest(&data, self.0.axis, k, self.0.largest)?;
        Ok(tvec!(values.as_tract().clone().into_tvalue(), places.as_tract().clone().into_tvalue()))
    }
}

impl TypedOp for CheckedTop {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.0.output_facts(inputs)
    }

    as_op!();
}
