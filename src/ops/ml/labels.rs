//! The classes of a classifier: whole numbers or texts.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, format_err};

use crate::eager::node::Node;
use crate::eager::value::TensorValue;

/// The classes, in the order of the scores.
pub(super) enum Labels {
    Ints(Vec<i64>),
    Texts(Vec<String>),
}

impl Labels {
    /// # Errors
    /// Where the node has neither kind.
    pub(super) fn of(node: &Node, ints: &str, texts: &str) -> TractResult<Labels> {
        match (node.texts(texts)?, node.ints(ints)) {
            (Some(texts), _) if !texts.is_empty() => Ok(Labels::Texts(texts)),
            (_, Some(ints)) if !ints.is_empty() => Ok(Labels::Ints(ints)),
            _ => bail!("it has neither {ints} nor {texts}"),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Labels::Ints(labels) => labels.len(),
            Labels::Texts(labels) => labels.len(),
        }
    }

    /// The labels at these places.
    ///
    /// # Errors
    /// Where there is no such place.
    pub(super) fn at(&self, places: &[usize]) -> TractResult<TensorValue> {
        match self {
            Labels::Ints(labels) => picked(labels, places),
            Labels::Texts(labels) => picked(labels, places),
        }
    }
}

fn picked<T: crate::eager::value::Element>(labels: &[T], places: &[usize]) -> TractResult<TensorValue> {
    let one = |place: &usize| labels.get(*place).cloned().ok_or_else(|| format_err!("there is no class {place}"));
    TensorValue::new(&[places.len()], places.iter().map(one).collect::<TractResult<Vec<T>>>()?)
}

/// The place of the largest score; the first of equal ones. NaN is never larger.
pub(super) fn largest(scores: &[f32]) -> usize {
    largest_of(scores.iter().copied().enumerate())
}

/// The place whose score is the largest; 0 where there is none.
pub(super) fn largest_of<T: PartialOrd>(scores: impl IntoIterator<Item = (usize, T)>) -> usize {
    let best = scores.into_iter().reduce(|best, other| if other.1 > best.1 { other } else { best });
    best.map_or(0, |(place, _)| place)
}
