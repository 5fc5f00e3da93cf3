//! Operators of our own, by family. Most are kernels of `eager` (`kernels.rs` finds them); `gather.rs`, `subsample.rs`
//! and `top.rs` are put into tract's plans.

mod contrib;
mod gather;
pub(crate) mod guard;
pub(crate) mod kernels;
mod math;
mod ml;
mod nn;
#[cfg(test)]
mod properties;
mod quant;
mod sequence;
mod split;
mod subsample;
mod tensor;
mod text;
mod top;

use tract_onnx::model::OnnxOpRegister;
use tract_onnx::prelude::TypedModel;

pub(crate) use gather::OutOfRange;
pub(crate) use nn::Flex;
pub(crate) use top::asks_too_much;

/// The operators that tract has, each behind a guard, but for a Cast and a Split of ours.
pub(crate) fn register() -> OnnxOpRegister {
    let mut register = tract_onnx::onnx().op_register;
    register.insert("Cast", math::whole::in_plans);
    guard::register(&mut register);
    register.insert("Split", split::in_plans);
    register
}

/// Puts our operators in place of tract's in a model whose generic optimisations are done.
pub(crate) fn settle(model: &mut TypedModel) {
    subsample::settle(model);
    gather::settle(model);
    top::settle(model);
}
