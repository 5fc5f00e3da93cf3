//! FlexAttention: attention whose scores and shares go through graphs.

use tract_onnx::pb::OperatorSetIdProto;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, format_err};

use super::{Bodies, Body};
use crate::Dtype;
use crate::eager::node::{Arguments, Kernel, Node, one};
use crate::eager::value::TensorValue;
use crate::ops::Flex;

pub(super) fn build(node: &Node, bodies: &mut Bodies, opsets: &[OperatorSetIdProto]) -> TractResult<Kernel> {
    let mut body = |name: &str| node.graph(name).map(|_| bodies.take(node, name, opsets)).transpose();
    let (score_mod, prob_mod) = (body("score_mod")?, body("prob_mod")?);
    let scale = node.has("scale").then(|| node.float("scale", 1.0));
    let precision = match node.int("softmax_precision", 0) {
        0 => None,
        number => {
            let dtype = i32::try_from(number).ok().and_then(Dtype::from_onnx).filter(|dtype| dtype.is_float());
            Some(dtype.ok_or_else(|| format_err!("softmax_precision is {number}"))?)
        }
    };
    Ok(Box::new(move |arguments| {
        let (query, key, value) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
        let dtype = precision.unwrap_or(match query.dtype() {
            Dtype::Float64 => Dtype::Float64,
            _ => Dtype::Float32,
        });
        let flex = Flex { query, key, value, scale, dtype };
        one(flex
            .run(&|scores| changed(&score_mod, scores, arguments), &|shares| changed(&prob_mod, shares, arguments))?)
    }))
}

/// What the graph makes of a tensor; itself, where there is none.
fn changed(body: &Option<Body>, tensor: TensorValue, arguments: &Arguments) -> TractResult<TensorValue> {
    let Some(body) = body else { return Ok(tensor) };
    match body.run(vec![tensor.into()], arguments)?.as_slice() {
        [output] => output.tensor().cloned(),
        outputs => bail!("a graph gave {} outputs, not one", outputs.len()),
    }
}
