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
pub(crate) mod quant;
mod sequence;
mod split;
mod subsample;
mod tensor;
mod text;
mod top;

use tract_onnx::model::{OnnxOpRegister, ParsingContext};
use tract_onnx::pb::NodeProto;
use tract_onnx::prelude::{TractResult, TypedModel};
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::internal::{TypedOp, format_err};

pub(crate) use gather::OutOfRange;
pub(crate) use nn::Flex;
pub(crate) use quant::plan as quantised;
pub(crate) use top::asks_too_much;

/// What makes an operator of a node for tract's plans.
type Maker = fn(&ParsingContext, &NodeProto) -> Made;
type Made = TractResult<(Box<dyn InferenceOp>, Vec<String>)>;

/// Makers of our own, in place of tract's.
const MAKERS: [(&str, Maker); 2] = [("Cast", math::whole::in_plans), ("Split", split::in_plans)];

/// The operators that tract has, made by tract or by us, each behind a guard.
pub(crate) fn register() -> OnnxOpRegister {
    let mut register = tract_onnx::onnx().op_register;
    for (name, make) in MAKERS {
        register.insert(name, make);
    }
    guard::register(&mut register);
    register
}

/// As [`register`], with quantised operators. Those of the same name that are not are tract's.
pub(crate) fn register_quantised() -> OnnxOpRegister {
    fn make(context: &ParsingContext, node: &NodeProto) -> Made {
        match quantised::knows(node) {
            true => quantised::make(context, node),
            false => guard::build(context, node),
        }
    }
    let mut register = register();
    quantised::names().for_each(|name| register.insert(name, make));
    register
}

/// The operator without a guard.
fn unguarded(context: &ParsingContext, node: &NodeProto) -> Made {
    match MAKERS.iter().find(|(name, _)| *name == node.op_type) {
        Some((_, make)) => make(context, node),
        None => made_by_tract(context, node),
    }
}

/// The operator as tract makes it. Its register is not kept: what is kept is part of every baked module.
fn made_by_tract(context: &ParsingContext, node: &NodeProto) -> Made {
    let register = tract_onnx::onnx().op_register;
    let make = register.0.get(&node.op_type).ok_or_else(|| format_err!("there is no {}", node.op_type))?;
    make(context, node)
}

/// Puts our operators in place of tract's in a model whose generic optimisations are done.
pub(crate) fn settle(model: &mut TypedModel) {
    for node in &mut model.nodes {
        if let Some(op) = settled(&*node.op) {
            node.op = op;
        }
    }
}

/// Our operator in place of one of tract's, where there is one.
pub(crate) fn settled(op: &dyn TypedOp) -> Option<Box<dyn TypedOp>> {
    gather::settled(op).or_else(|| top::settled(op)).or_else(|| subsample::settled(op))
}
