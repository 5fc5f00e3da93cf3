//! Labels in order of their scores.

use std::cmp::Ordering;

use serde::{Serialize, Serializer};

use crate::card::Card;
use crate::prediction::{Elements, NamedTensor};
use crate::{Error, Problem};

/// One label of a ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// The class's name, from the card.
    pub label: String,
    /// The class's position along the output's last axis.
    pub index: usize,
    /// The output's value for the class, exactly.
    #[serde(serialize_with = "shortest")]
    pub score: f64,
}

/// A score that was a float32 is written as one: `0.9`, not `0.8999999761581421`.
fn shortest<S: Serializer>(score: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let narrow = *score as f32;
    if f64::from(narrow) == *score { serializer.serialize_f32(narrow) } else { serializer.serialize_f64(*score) }
}

/// The rankings of each example by the first output that has labels; `None` where none has.
///
/// # Errors
/// [`Error::Invalid`] for a `top_k` of 0.
pub(crate) fn rank(
    card: &Card,
    outputs: &[NamedTensor],
    top_k: Option<usize>,
) -> Result<Option<Vec<Vec<Ranked>>>, Error> {
    if top_k == Some(0) {
        return Err(Error::Invalid(vec![Problem::new("top_k", "expected at least 1, got 0")]));
    }
    let labelled = outputs.iter().find_map(|output| {
        let card = card.outputs.get(output.name())?;
        Some((output, card.labels.as_ref()?, card.top_k))
    });
    let Some((output, labels, usual)) = labelled else { return Ok(None) };
    let k = top_k.or(usual).unwrap_or(labels.len()).min(labels.len());
    let scores = scores(output.elements()).unwrap_or_default();
    let ranked = |(index, score): (usize, f64)| Ranked { label: labels[index].clone(), index, score };
    let rows = scores.chunks_exact(labels.len().max(1));
    Ok(Some(rows.map(|row| best(row, k).into_iter().map(ranked).collect()).collect()))
}

impl NamedTensor {
    /// The best `k` elements of each row along the last axis, best first, with their positions in the row; `None` where the
    /// elements are no numbers.
    pub fn best(&self, k: usize) -> Option<Vec<Vec<(usize, f64)>>> {
        let length = self.shape().last().copied().unwrap_or(1).max(1);
        Some(scores(self.elements())?.chunks_exact(length).map(|row| best(row, k)).collect())
    }
}

/// The best `k` and their positions, best first; equal scores in the classes' order, NaN last.
fn best(row: &[f64], k: usize) -> Vec<(usize, f64)> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| match (row[a].is_nan(), row[b].is_nan()) {
        (false, false) => row[b].partial_cmp(&row[a]).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    });
    order.truncate(k);
    order.into_iter().map(|index| (index, row[index])).collect()
}

/// The elements as numbers, where they are.
fn scores(elements: Elements) -> Option<Vec<f64>> {
    Some(match elements {
        Elements::F16(values) => values.iter().map(|x| x.to_f64()).collect(),
        Elements::F32(values) => values.iter().map(|&x| f64::from(x)).collect(),
        Elements::F64(values) => values.to_vec(),
        Elements::I8(values) => values.iter().map(|&x| f64::from(x)).collect(),
        Elements::I16(values) => values.iter().map(|&x| f64::from(x)).collect(),
        Elements::I32(values) => values.iter().map(|&x| f64::from(x)).collect(),
        Elements::I64(values) => values.iter().map(|&x| x as f64).collect(),
        Elements::U8(values) => values.iter().map(|&x| f64::from(x)).collect(),
        Elements::U16(values) => values.iter().map(|&x| f64::from(x)).collect(),
        Elements::U32(values) => values.iter().map(|&x| f64::from(x)).collect(),
        Elements::U64(values) => values.iter().map(|&x| x as f64).collect(),
        // The card's check refuses labels on these.
        Elements::Bool(_) | Elements::Text(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_keep_the_classes_order_and_nan_comes_last() {
        let order: Vec<usize> = best(&[0.1, f64::NAN, 0.7, 0.1], 4).iter().map(|(index, _)| *index).collect();
        assert_eq!(order, [2, 0, 3, 1]);
        assert_eq!(best(&[0.1, 0.2], 1), [(1, 0.2)]);
    }

    #[test]
    fn a_float32_score_is_written_short() {
        let ranked = Ranked { label: "a".into(), index: 0, score: f64::from(0.9f32) };
        assert_eq!(serde_json::to_string(&ranked).unwrap(), r#"{"label":"a","index":0,"score":0.9}"#);
    }
}
