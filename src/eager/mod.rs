//! Runs a model operator by operator, on the shapes and values that come: what tract can't plan as a whole.
//!
//! tract's plans are several times as fast on networks. Here are the models that need more than it has: our own operators,
//! shapes that depend on values, branches that differ in shape, dtypes that tract lacks, sequences.

pub(crate) mod broadcast;
pub(crate) mod constant;
mod control;
pub(crate) mod graph;
pub(crate) mod narrow;
pub(crate) mod native;
pub(crate) mod node;
mod signature;
pub(crate) mod stack;
pub(crate) mod value;

use std::sync::Arc;

use tract_onnx::pb::{GraphProto, ModelProto};
use tract_onnx::prelude::{Tensor, TractResult};

use crate::{Dtype, Error, Signature, TensorSpec};
use graph::Graph;
use node::Fuel;
use value::TensorValue;

/// A model that runs operator by operator.
pub(crate) struct Eager {
    graph: Graph,
    inputs: Vec<Dtype>,
}

impl Eager {
    /// Makes every operator's kernel, tries them, and learns what the outputs are.
    ///
    /// # Errors
    /// [`Error::Model`] with operator, node and reason.
    pub(crate) fn new(
        proto: &ModelProto,
        graph: &GraphProto,
        inputs: Vec<TensorSpec>,
    ) -> Result<(Eager, Signature), Error> {
        let refused = |e: tract_onnx::prelude::TractError| Error::Model(format!("{e:#}"));
        let compiled = Graph::new(graph, &proto.opset_import).map_err(refused)?;
        graph::closed(&compiled).map_err(refused)?;
        let eager = Eager { graph: compiled, inputs: inputs.iter().map(|spec| spec.dtype).collect() };
        let outputs = signature::outputs(&eager, graph, &inputs)?;
        Ok((eager, Signature { inputs, outputs }))
    }

    /// Runs on inputs that fit the signature.
    ///
    /// # Errors
    /// The operator that failed, with its node and the reason.
    pub(crate) fn run(&self, inputs: Vec<Arc<Tensor>>) -> TractResult<Vec<TensorValue>> {
        let tagged = self.inputs.iter().zip(inputs);
        let values = tagged.map(|(dtype, input)| Ok(TensorValue::from_tract(Some(*dtype), input)?.into()));
        let outputs = self.graph.run(values.collect::<TractResult<_>>()?, &[], &Fuel::new())?;
        outputs.iter().map(|output| output.tensor().cloned()).collect()
    }
}
