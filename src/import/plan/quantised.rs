//! Quantised models as networks of our own kernels. What is not one runs operator by operator, as it is.

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::TractError;

use super::{Plan, Runnable, approximates, declutter, describe, one_example, says_its_shapes};
use crate::import::batch;
use crate::network::Network;
use crate::ops;
use crate::{Error, Signature, TensorSpec};

/// The network, and the types of its outputs.
///
/// # Errors
/// [`Error::Model`] where it is none: nobody is told why.
pub(super) fn make(
    proto: &ModelProto,
    given: &[TensorSpec],
    inputs: Vec<TensorSpec>,
    outputs: Vec<String>,
) -> Result<(Plan, Signature), Error> {
    let reason = |e: TractError| Error::Model(format!("{e:#}"));
    let mut model = declutter(proto, given, &inputs, ops::register_quantised()).map_err(reason)?;
    let outputs = describe(&model, outputs)?;
    let is_plain = says_its_shapes(&model).map_err(reason)? && !approximates(&model);
    if !is_plain || ops::asks_too_much(&model).map_err(reason)?.is_some() {
        return Err(Error::Model("it is no network".into()));
    }
    let by_example = batch::is_by_example(&model);
    if by_example {
        model = declutter(proto, given, &one_example(&inputs), ops::register_quantised()).map_err(reason)?;
    }
    let network = Network::new(&model).map_err(reason)?.ok_or_else(|| Error::Model("it is no network".into()))?;
    Ok((Plan { runnable: Runnable::Network(Box::new(network)), by_example }, Signature { inputs, outputs }))
}
