//! ONNX bytes → a plan and its signature. What can't be run faithfully is refused here, by name.

mod graph;
mod operators;
mod plan;

use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto};
use tract_onnx::prelude::TypedRunnableModel;

use crate::{Error, Signature};

/// What a model's bytes become.
pub(crate) struct Imported {
    /// What runs.
    pub(crate) plan: Arc<TypedRunnableModel>,
    /// What it takes and gives.
    pub(crate) signature: Signature,
    /// The card inside the model (`metadata_props["onnxlet.card"]`), if there is one.
    pub(crate) card: Option<String>,
}

/// The metadata property that may hold the card's JSON.
const CARD_PROPERTY: &str = "onnxlet.card";

/// Parses, checks and plans.
///
/// # Errors
/// [`Error::Model`] with the reason.
pub(crate) fn import(onnx: &[u8]) -> Result<Imported, Error> {
    let proto = ModelProto::decode(onnx)
        .map_err(|e| Error::Model(format!("the {} bytes are not a whole ONNX model: {e}", onnx.len())))?;
    let graph = checked(&proto)?;
    let inputs = graph::inputs(graph)?;
    let outputs: Vec<String> = graph.output.iter().map(|output| output.name.clone()).collect();
    let (plan, signature) = plan::make(&proto, inputs, outputs)?;
    let card = proto.metadata_props.iter().find(|entry| entry.key == CARD_PROPERTY).map(|entry| entry.value.clone());
    Ok(Imported { plan, signature, card })
}

/// The graph, once nothing is wrong with it that can be seen from outside.
fn checked(proto: &ModelProto) -> Result<&GraphProto, Error> {
    let graph = proto.graph.as_ref().ok_or_else(|| Error::Model("the bytes hold no ONNX graph".into()))?;
    graph::check(graph)?;
    operators::check(proto, graph)?;
    Ok(graph)
}
