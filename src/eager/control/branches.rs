//! If.

use tract_onnx::pb::OperatorSetIdProto;
use tract_onnx::prelude::TractResult;

use super::{Bodies, Kernel, Node};

pub(super) fn build(node: &Node, bodies: &mut Bodies, opsets: &[OperatorSetIdProto]) -> TractResult<Kernel> {
    let then = bodies.take(node, "then_branch", opsets)?;
    let otherwise = bodies.take(node, "else_branch", opsets)?;
    Ok(Box::new(move |arguments| {
        let branch = if arguments.tensor(0)?.item::<bool>()? { &then } else { &otherwise };
        branch.run(vec![], arguments)
    }))
}
