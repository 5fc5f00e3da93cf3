//! Integers that are divided by what comes with a request: tract's division stops the instance over a 0.

use tract_onnx::tract_hir::internal::*;

/// The mapping in which a check stands between a division and its divisor, where that is an integer that only a request says.
///
/// # Errors
/// tract's.
pub(super) fn checked(
    operator: &str,
    node: &InferenceNode,
    target: &mut TypedModel,
    mapping: &HashMap<OutletId, OutletId>,
) -> TractResult<Option<HashMap<OutletId, OutletId>>> {
    let Some(divisor) = node.inputs.get(1).filter(|_| matches!(operator, "Div" | "Mod")) else { return Ok(None) };
    let fact = target.outlet_fact(mapping[divisor])?;
    if !fact.datum_type.is_integer() || fact.konst.is_some() {
        return Ok(None);
    }
    let outlet = target.wire_node(format!("{}.divisor", node.name), NonZero, &[mapping[divisor]])?[0];
    let mut changed = mapping.clone();
    changed.insert(*divisor, outlet);
    Ok(Some(changed))
}

/// Gives what it takes, where none of it is 0.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct NonZero;

impl Op for NonZero {
    fn name(&self) -> StaticName {
        "NonZero.divisor".into()
    }

    op_as_typed_op!();
}

impl EvalOp for NonZero {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let zero = inputs[0].cast_to::<bool>()?.try_as_plain_ram()?.as_slice::<bool>()?.contains(&false);
        ensure!(!zero, "an integer is divided by 0");
        Ok(inputs)
    }
}

impl TypedOp for NonZero {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(inputs[0].without_value()))
    }

    as_op!();
}
