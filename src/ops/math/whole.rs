//! Cast for tract's plans: tract's own goes to int64 by way of 32 bits, and saturates or wraps there.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::ops::cast::cast as convert;
use tract_onnx::tract_hir::internal::*;

use crate::ops::{Made, made_by_tract};

/// The maker of Cast: tract's, but to int64.
pub(in crate::ops) fn in_plans(context: &ParsingContext, node: &NodeProto) -> Made {
    let to = node.attribute.iter().find(|attribute| attribute.name == "to").map(|attribute| attribute.i);
    if to == Some(i64::from(crate::Dtype::Int64.to_onnx())) {
        return Ok((expand(ToInt64), vec![]));
    }
    made_by_tract(context, node)
}

/// A cast to int64 that leaves shapes, which tract computes in a type of their own, as they are.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct ToInt64;

fn target(from: DatumType) -> DatumType {
    if from == TDim::datum_type() { from } else { i64::datum_type() }
}

impl Expansion for ToInt64 {
    fn name(&self) -> StaticName {
        "ToInt64".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 1)?;
        s.given(&inputs[0].datum_type, |s, from| s.equals(&outputs[0].datum_type, target(from)))?;
        s.equals(&outputs[0].rank, &inputs[0].rank)?;
        s.equals(&outputs[0].shape, &inputs[0].shape)
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let from = model.outlet_fact(inputs[0])?.datum_type;
        ensure!(from != String::datum_type(), "texts become int64 elsewhere");
        let to = target(from);
        if to == from {
            return Ok(tvec!(inputs[0]));
        }
        model.wire_node(prefix, convert(to), &[inputs[0]])
    }
}
