//! Models of which every size is known: what their operators need of tract to run one by one.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::plan::{EvalContext, Seating, SessionId};
use tract_onnx::tract_hir::internal::{TractErrorContext, TypedOp};

/// What an operator is told when it runs: the sizes that its model leaves open.
pub(crate) struct Surroundings {
    symbols: SymbolValues,
    seating: Seating,
}

impl Surroundings {
    /// Nothing is open.
    pub(crate) fn new() -> Surroundings {
        Surroundings::of(SymbolValues::default())
    }

    /// These sizes.
    pub(crate) fn of(symbols: SymbolValues) -> Surroundings {
        Surroundings { symbols, seating: Seating::single() }
    }

    /// Whether an operator keeps something from one run to the next.
    pub(crate) fn has_state(&self, node: &TypedNode) -> TractResult<bool> {
        Ok(node.op.state(&self.context(node.id))?.is_some())
    }

    /// An operator's outputs. `number` is its own, at each call.
    ///
    /// # Errors
    /// The operator's, with its name.
    pub(crate) fn eval(&self, op: &dyn TypedOp, number: usize, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        op.eval(&self.context(number), inputs).with_context(|| op.name())
    }

    fn context(&self, node_id: usize) -> EvalContext<'_> {
        let (symbols, seating) = (&self.symbols, &self.seating);
        EvalContext { session: SessionId::NONE, node_id, symbols, scenario: None, shared: None, seating }
    }
}

/// Lets go of what an operator keeps for a session, such as scratch memory.
pub(crate) fn release(op: &dyn TypedOp, number: usize) {
    op.drop_session(SessionId::NONE, number);
}

/// Whether every size is known and no operator keeps anything from one run to the next.
pub(crate) fn is_closed(model: &TypedModel) -> TractResult<bool> {
    let surroundings = Surroundings::new();
    for node in &model.nodes {
        if surroundings.has_state(node)? {
            return Ok(false);
        }
    }
    has_known_sizes(model)
}

/// Whether every size is known, and every number that is made of sizes.
pub(crate) fn has_known_sizes(model: &TypedModel) -> TractResult<bool> {
    for node in &model.nodes {
        let is_number = |dim: &TDim| dim.to_i64().is_ok();
        if !node.outputs.iter().all(|output| output.fact.shape.iter().all(is_number)) {
            return Ok(false);
        }
        if let Some(constant) =
            node.op_as::<Const>().filter(|constant| constant.val().datum_type() == TDim::datum_type())
        {
            let dims = constant.val().try_as_plain_ram()?;
            if !dims.as_slice::<TDim>()?.iter().all(is_number) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
