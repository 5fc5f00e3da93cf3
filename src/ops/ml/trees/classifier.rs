//! TreeEnsembleClassifier. Where ONNX leaves open what two classes with one score mean, onnxruntime's reading holds.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::super::labels::{Labels, largest};
use super::super::post::{PostTransform, Second};
use super::super::rows::{check_features, rows};
use super::forest::{Forest, Number};
use super::read;
use super::regressor::features;
use crate::eager::node::{Arguments, Kernel, Node};
use crate::eager::value::{TensorValue, Value};

struct Classifier<T> {
    forest: Forest<T>,
    labels: Labels,
    base: Vec<T>,
    post: PostTransform,
    /// Two classes, and leaves that weigh for one of them only.
    one_score: bool,
    all_positive: bool,
}

pub(in super::super) fn build(node: &Node) -> TractResult<Kernel> {
    if node.has("nodes_values_as_tensor") {
        let double = classifier::<f64>(node)?;
        return Ok(Box::new(move |arguments| double.run(arguments)));
    }
    let single = classifier::<f32>(node)?;
    Ok(Box::new(move |arguments| single.run(arguments)))
}

fn classifier<T: Number>(node: &Node) -> TractResult<Classifier<T>> {
    let labels = Labels::of(node, "classlabels_int64s", "classlabels_strings")?;
    let forest = read::forest::<T>(node, "class")?;
    forest.check(labels.len())?;
    let base: Vec<T> = read::numbers(node, "base_values")?.into_iter().map(T::of).collect();
    let fits = base.len() <= labels.len();
    ensure!(fits, "base_values has {} values for {} classes", base.len(), labels.len());
    let first = forest.weights.first().map(|weight| weight.target);
    let one_class = first.is_some() && forest.weights.iter().all(|weight| Some(weight.target) == first);
    let all_positive = forest.weights.iter().all(|weight| weight.value >= T::of(0.0));
    let one_score = labels.len() == 2 && one_class;
    Ok(Classifier { forest, labels, base, post: PostTransform::of(node)?, one_score, all_positive })
}

impl<T: Number> Classifier<T> {
    fn run(&self, arguments: &Arguments) -> TractResult<Vec<Value>> {
        let input = arguments.tensor(0)?;
        let (count, columns) = rows(input)?;
        check_features(columns, self.forest.features())?;
        let values = features::<T>(input)?;
        let mut places = Vec::with_capacity(count);
        let mut scores = Vec::with_capacity(count * self.labels.len());
        for row in values.chunks(columns.max(1)).take(count) {
            let sums = self.sums(row);
            let (place, row_scores) = self.decide(sums);
            places.push(place);
            scores.extend(row_scores);
        }
        let width = scores.len().checked_div(count).unwrap_or(self.labels.len());
        Ok(vec![self.labels.at(&places)?.into(), TensorValue::new(&[count, width], scores)?.into()])
    }

    fn sums(&self, row: &[T]) -> Vec<Option<T>> {
        let mut sums: Vec<Option<T>> = vec![None; self.labels.len()];
        for root in &self.forest.roots {
            for weight in self.forest.leaf(*root, row) {
                let sum = &mut sums[weight.target as usize];
                *sum = Some(sum.map_or(weight.value, |so_far| so_far + weight.value));
            }
        }
        sums
    }

    /// The class and the scores of a row.
    fn decide(&self, sums: Vec<Option<T>>) -> (usize, Vec<f32>) {
        if self.labels.len() != 2 {
            return self.decide_by_largest(sums);
        }
        let zero = T::of(0.0);
        let [first, second] = [sums[0], sums[1]];
        let (first, second) = match *self.base.as_slice() {
            [_, base] if second.is_some() && first.is_none() => (first, second.map(|sum| sum + base)),
            // A base for both, a score for one: it is of the second class.
            [_, base] if self.one_score => (Some(first.unwrap_or(zero) + base), None),
            [base, other] => (Some(first.unwrap_or(zero) + base), Some(second.unwrap_or(zero) + other)),
            [base] => (Some(first.unwrap_or(zero) + base), second),
            _ => (first, second),
        };
        match (first, second) {
            (Some(first), Some(second)) if !self.one_score => self.decide_by_largest(vec![Some(first), Some(second)]),
            (first, second) => {
                let score = second.or(first).unwrap_or(zero).to_f32();
                let (limit, other) =
                    if self.all_positive { (0.5, Second::Complement) } else { (0.0, Second::Opposite) };
                let other = if self.one_score { other } else { Second::Complement };
                (usize::from(score > limit), self.post.apply_to_one(score, other))
            }
        }
    }

    fn decide_by_largest(&self, sums: Vec<Option<T>>) -> (usize, Vec<f32>) {
        let base = |place: usize| self.base.get(place).filter(|_| self.labels.len() != 2).copied();
        let sum = |(place, sum): (usize, Option<T>)| {
            let sum = sum.unwrap_or_else(|| T::of(0.0));
            base(place).map_or(sum, |base| sum + base).to_f32()
        };
        let mut scores: Vec<f32> = sums.into_iter().enumerate().map(sum).collect();
        let place = largest(&scores);
        self.post.apply(&mut scores);
        (place, scores)
    }
}
