//! Operators that tract lacks, added from outside, by family.

mod scaler;
pub(crate) mod subsample;

use tract_onnx::model::OnnxOpRegister;

/// Every operator that the engine has: tract's and ours.
pub(crate) fn register() -> OnnxOpRegister {
    let mut register = tract_onnx::onnx().op_register;
    register.insert("Scaler", scaler::build);
    register
}
