//! Dropout outside training: the input, and a mask that keeps all of it.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use crate::eager::node::{Kernel, Node};
use crate::eager::value::{TensorValue, Value};

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let old = node.opset < 7;
    ensure!(
        !old || node.flag("is_test", 0) || node.float("ratio", 0.5) == 0.0,
        "training is not supported: is_test is 0"
    );
    let (mask, bools) = (node.has_output(1), node.opset >= 10);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let training = match arguments.optional(2)? {
            Some(training) => training.item::<bool>()?,
            None => false,
        };
        if training {
            let ratio = arguments.optional(1)?.map(TensorValue::to_f64s).transpose()?;
            let keeps_all = ratio.is_some_and(|ratio| ratio == [0.0]);
            ensure!(keeps_all, "training drops elements at random, which is not supported");
        }
        let mut outputs: Vec<Value> = vec![input.clone().into()];
        if mask {
            let all = match bools {
                true => TensorValue::new(input.shape(), vec![true; input.len()])?,
                false => TensorValue::from_f64s(input.dtype(), input.shape(), vec![1.0; input.len()])?,
            };
            outputs.push(all.into());
        }
        Ok(outputs)
    }))
}
