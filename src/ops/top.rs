//! TopK in tract's plans: tract's pads with zeros where there are fewer than k, and panics over some orders of NaN.

use tract_onnx::tract_core::ops::array::Topk;
use tract_onnx::tract_hir::internal::*;

use super::math::along;
use crate::eager::value::TensorValue;

/// What stands in for tract's, if it is this operator.
pub(super) fn settled(op: &dyn TypedOp) -> Option<Box<dyn TypedOp>> {
    op.downcast_ref::<Topk>().map(|top| Box::new(CheckedTop(top.clone())) as Box<dyn TypedOp>)
}

/// What is wrong with a TopK that asks for more than there is, where the model says both.
pub(crate) fn asks_too_much(model: &TypedModel) -> TractResult<Option<String>> {
    for node in &model.nodes {
        let Some(top) = node.op_as::<Topk>() else { continue };
        let facts = model.node_input_facts(node.id)?;
        let (Ok(size), Some(k)) = (facts[0].shape[top.axis].to_usize(), &facts[1].konst) else { continue };
        let k = k.cast_to_scalar::<i64>()?;
        if usize::try_from(k).ok().is_none_or(|k| k > size) {
            return Ok(Some(format!("TopK (node {:?}): expected a k of at most {size}, got {k}", node.name)));
        }
    }
    Ok(None)
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
