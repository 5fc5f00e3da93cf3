//! What a model takes and gives: names, dtypes, shapes.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::Dtype;

/// One dimension of a tensor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a size or a symbol's name")]
pub enum Dim {
    /// Always this size.
    Fixed(usize),
    /// Any size of at least 1; the same within one request wherever the same name stands.
    Symbol(String),
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Fixed(size) => write!(f, "{size}"),
            Dim::Symbol(name) => f.write_str(name),
        }
    }
}

impl Serialize for Dim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Dim::Fixed(size) => serializer.serialize_u64(*size as u64),
            Dim::Symbol(name) => serializer.serialize_str(name),
        }
    }
}

/// The name, dtype and shape of an input or output. Displays as `f32[N,1,28,28]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TensorSpec {
    /// The name in the model's graph.
    pub name: String,
    /// The elements' type.
    pub dtype: Dtype,
    /// The dimensions, outermost first; `None` where even their number is unknown.
    pub shape: Option<Vec<Dim>>,
}

impl TensorSpec {
    /// The dimensions, or none where their number is unknown.
    pub fn dims(&self) -> &[Dim] {
        self.shape.as_deref().unwrap_or_default()
    }
}

impl fmt::Display for TensorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<String> = self.dims().iter().map(Dim::to_string).collect();
        let dims = if self.shape.is_some() { dims.join(",") } else { "…".into() };
        write!(f, "{}[{dims}]", self.dtype.short())
    }
}

/// A model's inputs and outputs, in the graph's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// What `predict` takes.
    pub inputs: Vec<TensorSpec>,
    /// What `predict` gives.
    pub outputs: Vec<TensorSpec>,
}

impl Signature {
    /// The position and spec of the input called `name`.
    pub fn input(&self, name: &str) -> Option<(usize, &TensorSpec)> {
        self.inputs.iter().enumerate().find(|(_, spec)| spec.name == name)
    }

    /// The position and spec of the output called `name`.
    pub fn output(&self, name: &str) -> Option<(usize, &TensorSpec)> {
        self.outputs.iter().enumerate().find(|(_, spec)| spec.name == name)
    }
}

/// The names, for messages: `image, mask`.
pub(crate) fn names(specs: &[TensorSpec]) -> String {
    specs.iter().map(|spec| spec.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_reads_like_a_type() {
        let shape = vec![Dim::Symbol("N".into()), Dim::Fixed(1), Dim::Fixed(28), Dim::Fixed(28)];
        let spec = TensorSpec { name: "image".into(), dtype: Dtype::Float32, shape: Some(shape) };
        assert_eq!(spec.to_string(), "f32[N,1,28,28]");
        assert_eq!(TensorSpec { shape: None, ..spec }.to_string(), "f32[…]");
    }
}
