//! What a model says of itself: `describe()` in JavaScript, `GET /model` over HTTP.

use serde::Serialize;

use crate::{Card, Dim, Dtype, Model, TensorSpec};

/// A model's identity, signature and card, and the engine that runs it.
#[derive(Debug, Serialize)]
pub struct Description<'a> {
    /// The card's name.
    pub name: &'a str,
    /// The card's version.
    pub version: &'a str,
    /// The card's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// `sha256:…` of the ONNX bytes.
    pub digest: &'a str,
    /// What `predict` takes.
    pub inputs: Vec<Edge<'a>>,
    /// What `predict` gives.
    pub outputs: Vec<Edge<'a>>,
    /// What is known of a batch, where something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// The card itself.
    pub card: &'a Card,
    /// The engine.
    pub engine: Engine,
}

/// What is known of the examples along the first axis of every input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Batch {
    /// Each is answered by itself: proven of the graph, and each is computed alone, so that any part of a batch gets the bits that
    /// it gets in the whole.
    Independent,
}

/// An input or output.
#[derive(Debug, Serialize)]
pub struct Edge<'a> {
    /// Its name in the graph.
    pub name: &'a str,
    /// Its elements' type.
    pub dtype: Dtype,
    /// Its dimensions: sizes, or symbols' names.
    pub shape: Option<&'a [Dim]>,
    /// The classes along an output's last axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<&'a [String]>,
}

/// The engine's identity.
#[derive(Debug, Serialize)]
pub struct Engine {
    /// `onnxlet`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The SIMD instructions it was built for: `relaxed`, `baseline`, or `native` outside WebAssembly.
    pub simd: &'static str,
}

const SIMD: &str = if cfg!(target_feature = "relaxed-simd") {
    "relaxed"
} else if cfg!(target_feature = "simd128") {
    "baseline"
} else {
    "native"
};

impl Model {
    /// Describes the model.
    pub fn describe(&self) -> Description<'_> {
        let card = self.card();
        Description {
            name: &card.name,
            version: &card.version,
            description: card.description.as_deref(),
            digest: self.digest(),
            inputs: self.signature().inputs.iter().map(|spec| edge(spec, None)).collect(),
            outputs: self.signature().outputs.iter().map(|spec| edge(spec, Some(card))).collect(),
            batch: self.takes_examples_apart().then_some(Batch::Independent),
            card,
            engine: Engine { name: "onnxlet", version: env!("CARGO_PKG_VERSION"), simd: SIMD },
        }
    }
}

fn edge<'a>(spec: &'a TensorSpec, labelled_by: Option<&'a Card>) -> Edge<'a> {
    let labels = labelled_by.and_then(|card| card.outputs.get(&spec.name)?.labels.as_deref());
    Edge { name: &spec.name, dtype: spec.dtype, shape: spec.shape.as_deref(), labels }
}
