//! ONNX bytes → a plan and its signature. What can't be run faithfully is refused here, by name.

mod batch;
pub(crate) mod closed;
mod functions;
mod graph;
mod operators;
mod plan;
mod quantised;
mod shapes;
mod slices;
mod steps;
#[cfg(test)]
pub(crate) mod tests;
mod zipmap;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto};

pub(crate) use operators::Runner;
pub(crate) use plan::Plan;

use crate::{Card, Error, Signature};

/// What a model's bytes become.
pub(crate) struct Imported {
    /// What runs.
    pub(crate) plan: Plan,
    /// What it takes and gives.
    pub(crate) signature: Signature,
    /// The card given, otherwise the one inside the model (`metadata_props["onnxlet.card"]`), otherwise a nameless one.
    pub(crate) card: Card,
}

/// The metadata property that may hold the card's JSON.
const CARD_PROPERTY: &str = "onnxlet.card";

/// Parses, checks and plans. `runner` is what runs the model where it can.
///
/// # Errors
/// [`Error::Model`] with the reason; [`Error::Card`] for a card that is wrong or disagrees with the model.
pub(crate) fn import(onnx: &[u8], card: Option<&str>, runner: Runner) -> Result<Imported, Error> {
    let mut proto = ModelProto::decode(onnx)
        .map_err(|e| Error::Model(format!("the {} bytes are not a whole ONNX model: {e}", onnx.len())))?;
    let labels = proto.graph.as_mut().map_or_else(Vec::new, zipmap::open);
    functions::inline(&mut proto)?;
    let (graph, able) = checked(&proto)?;
    let property = proto.metadata_props.iter().find(|entry| entry.key == CARD_PROPERTY);
    let card = match card.or(property.map(|entry| entry.value.as_str())) {
        Some(json) => Card::parse(json)?,
        None => Card::nameless(),
    };
    let given = graph::inputs(graph)?;
    let inputs = card.fix_shapes(&given)?;
    graph::check_sizes(&inputs)?;
    let outputs: Vec<String> = graph.output.iter().map(|output| output.name.clone()).collect();
    // tract's maxima and functions make numbers of NaN.
    let runner = if card.inputs.values().any(|input| input.allow_nan) { Runner::Eager } else { runner };
    let asked = runner;
    let mut runner = runner.or(able);
    if runner == Runner::Eager {
        let opset = proto.opset_import.iter().find(|set| ["", "ai.onnx"].contains(&set.domain.as_str()));
        let opset = opset.map_or(1, |set| set.version);
        if let Some(graph) = &mut proto.graph {
            quantised::fuse(graph, opset);
            if asked == Runner::Tract && operators::are_in_plans(graph) {
                runner = Runner::Quantised;
            }
        }
    }
    let (plan, signature) = plan::choose(runner, &mut proto, &given, inputs, outputs)?;
    let card = zipmap::name(card, labels);
    card.check(&signature)?;
    Ok(Imported { plan, signature, card })
}

/// The graph, once nothing is wrong with it that can be seen from outside.
fn checked(proto: &ModelProto) -> Result<(&GraphProto, Runner), Error> {
    let graph = proto.graph.as_ref().ok_or_else(|| Error::Model("the bytes hold no ONNX graph".into()))?;
    graph::check(graph)?;
    let runner = operators::check(graph)?;
    Ok((graph, runner))
}
