//! Quantised models as networks of our own kernels. What is not one runs operator by operator, as it is.

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{TractError, TypedModel};

use super::{Plan, Runnable, Simplified, declutter, one_example, simplified};
use crate::eager::Eager;
use crate::network::Network;
use crate::ops;
use crate::ops::quantised::Quantised;
use crate::{Dim, Error, Signature, TensorSpec};

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
    let Simplified { model, outputs, by_example } =
        simplified(proto, given, &inputs, outputs, ops::register_quantised)?;
    let network = |model: &TypedModel| {
        Network::new(model).map_err(reason)?.ok_or_else(|| Error::Model("it is no network".into())).map(Box::new)
    };
    if !by_example && is_ranged(&model) && inputs.iter().all(has_open_batch) {
        // The range of a batch is that of all its examples.
        let model = declutter(proto, given, &one_example(&inputs), ops::register_quantised()).map_err(reason)?;
        let one = network(&model)?;
        let graph = proto.graph.as_ref().ok_or_else(|| Error::Model("there is no graph".into()))?;
        let (any, signature) = Eager::new(proto, graph, inputs)?;
        return Ok((Plan { runnable: Runnable::OneOrAny(one, Box::new(any)), by_example: false }, signature));
    }
    Ok((Plan { runnable: Runnable::Network(network(&model)?), by_example }, Signature { inputs, outputs }))
}

/// Whether scales are of each run's numbers.
fn is_ranged(model: &TypedModel) -> bool {
    let is_range = |op: &Quantised| op.name().0 == "DynamicQuantizeLinear";
    model.nodes.iter().any(|node| node.op_as::<Quantised>().is_some_and(is_range))
}

fn has_open_batch(input: &TensorSpec) -> bool {
    matches!(input.dims().first(), Some(Dim::Symbol(_)))
}
