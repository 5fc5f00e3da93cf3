//! Values that may be missing.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::bail;

use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::{TensorValue, Value};

pub(super) fn optional(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| Ok(vec![arguments.inputs.first().cloned().flatten().unwrap_or(Value::Nothing)])))
}

pub(super) fn has_element(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let is_there = !matches!(arguments.inputs.first(), None | Some(None | Some(Value::Nothing)));
        one(TensorValue::scalar(is_there)?)
    }))
}

pub(super) fn get_element(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| match arguments.value(0)? {
        Value::Nothing => bail!("the optional holds nothing"),
        value => Ok(vec![value.clone()]),
    }))
}
