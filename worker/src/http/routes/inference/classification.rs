//! The classification extension: the best classes in place of an output's elements.

use onnxlet::{Card, NamedTensor};

use super::super::super::problem::ProblemDetails;
use super::super::score::Score;

/// The best `count` classes of each row along the last axis, best first, each as `score:index:label`, or `score:index`
/// where the card names no labels; and the shape that they have.
///
/// # Errors
/// 422 for a count of 0 and for an output that holds no numbers.
pub(super) fn classify(
    card: &Card,
    tensor: &NamedTensor,
    count: u64,
) -> Result<(Vec<usize>, Vec<String>), ProblemDetails> {
    let name = tensor.name();
    if count == 0 {
        return Err(ProblemDetails::invalid(name, "classification: expected at least 1, got 0"));
    }
    let length = tensor.shape().last().copied().unwrap_or(1);
    let count = usize::try_from(count).unwrap_or(length).min(length);
    let rows = tensor.best(count).ok_or_else(|| {
        ProblemDetails::invalid(name, format!("classification: a {} output has no scores", tensor.dtype().name()))
    })?;
    let labels = card.outputs.get(name).and_then(|card| card.labels.as_ref());
    let text = |(index, score): (usize, f64)| {
        let score = Score(score);
        match labels.and_then(|labels| labels.get(index)) {
            Some(label) => format!("{score}:{index}:{label}"),
            None => format!("{score}:{index}"),
        }
    };
    let batch = tensor.shape().split_last().map_or(&[][..], |(_, batch)| batch);
    let shape = batch.iter().copied().chain([count]).collect();
    Ok((shape, rows.into_iter().flatten().map(text).collect()))
}
