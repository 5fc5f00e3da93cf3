//! TreeEnsembleClassifier. Where ONNX leaves open what two classes with one score mean, onnxruntime's reading holds; where
//! the two contradict each other, the model is refused.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::super::labels::{Labels, largest_of};
use super::super::post::{PostTransform, Second};
use super::super::rows::{check_features, rows};
use super::forest::{Forest, Number};
use super::read;
use super::regressor::features;
use crate::Dtype;
use crate::eager::broadcast;
use crate::eager::node::{Kernel, Node};
use crate::eager::value::{TensorValue, Value};

/// What the leaves' weights are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// A score for each class.
    Each,
    /// Of two classes the weights are the first's: one score, which speaks for the second.
    One,
    /// Of two classes the weights are the second's: the first's score is 0.
    Second,
}

struct Classifier<T> {
    forest: Forest<T>,
    labels: Labels,
    base: Vec<T>,
    post: PostTransform,
    reading: Reading,
    all_positive: bool,
}

pub(in super::super) fn build(node: &Node) -> TractResult<Kernel> {
    // Doubles are compared and added as doubles, whatever the trees are written in.
    if node.has("nodes_values_as_tensor") {
        let double = classifier::<f64>(node)?;
        return Ok(Box::new(move |arguments| double.run::<f64>(arguments.tensor(0)?)));
    }
    let single = classifier::<f32>(node)?;
    Ok(Box::new(move |arguments| match arguments.tensor(0)? {
        input if input.dtype() == Dtype::Float64 => single.run::<f64>(input),
        input => single.run::<f32>(input),
    }))
}

fn classifier<T: Number>(node: &Node) -> TractResult<Classifier<T>> {
    let labels = Labels::of(node, "classlabels_int64s", "classlabels_strings")?;
    let forest = read::forest::<T>(node, "class")?;
    forest.check(labels.len())?;
    let base: Vec<T> = read::numbers(node, "base_values")?.into_iter().map(T::of).collect();
    let post = PostTransform::of(node)?;
    post.check_targets(labels.len())?;
    let reading = reading(&forest, labels.len());
    match (reading, base.len()) {
        (_, 0) | (Reading::One, 1) => {}
        (Reading::Each, count) if count == labels.len() && count != 2 => {}
        (_, count) => {
            bail!("{count} base_values for {} classes are one thing in ONNX and another in onnxruntime", labels.len())
        }
    }
    if reading == Reading::One {
        post.check_one()?;
    }
    let second_is_there = reading != Reading::Each || labels.len() != 2 || forest.always_reaches(1);
    ensure!(
        second_is_there,
        "leaves that weigh for the first of two classes only are one thing in ONNX and another in onnxruntime"
    );
    let all_positive = forest.weights.iter().all(|weight| weight.value >= T::of(0.0));
    Ok(Classifier { forest, labels, base, post, reading, all_positive })
}

fn reading<T: Number>(forest: &Forest<T>, classes: usize) -> Reading {
    let of_only = |class: u32| !forest.weights.is_empty() && forest.weights.iter().all(|weight| weight.target == class);
    match classes {
        2 if of_only(0) => Reading::One,
        2 if of_only(1) => Reading::Second,
        _ => Reading::Each,
    }
}

impl<T: Number> Classifier<T> {
    fn run<X: Number + From<T>>(&self, input: &TensorValue) -> TractResult<Vec<Value>> {
        let (count, columns) = rows(input)?;
        check_features(columns, self.forest.features())?;
        let values = features::<X>(input)?;
        let mut places = Vec::with_capacity(count);
        let mut scores = Vec::with_capacity(broadcast::count(&[count, self.labels.len()])?);
        let mut sums = vec![None; self.labels.len()];
        for row in (0..count).map(|row| &values[row * columns..(row + 1) * columns]) {
            self.sum(row, &mut sums);
            places.push(self.decide(&sums, &mut scores));
        }
        let scores = TensorValue::new(&[count, self.labels.len()], scores)?;
        Ok(vec![self.labels.at(&places)?.into(), scores.into()])
    }

    fn sum<X: Number + From<T>>(&self, row: &[X], sums: &mut [Option<X>]) {
        sums.fill(None);
        for root in &self.forest.roots {
            for weight in self.forest.leaf(*root, row) {
                let (sum, value) = (&mut sums[weight.target as usize], X::from(weight.value));
                *sum = Some(sum.map_or(value, |so_far| so_far + value));
            }
        }
        for (sum, base) in sums.iter_mut().zip(&self.base) {
            *sum = Some(sum.map_or(X::from(*base), |so_far| so_far + X::from(*base)));
        }
    }

    /// The class of a row, whose scores go behind the others.
    fn decide<X: Number>(&self, sums: &[Option<X>], scores: &mut Vec<f32>) -> usize {
        let score = |sum: &Option<X>| sum.map_or(0.0, Number::to_f32);
        // Beyond which a single score speaks for the second class: that of a probability, or of a decision.
        let limit = X::of(if self.all_positive { 0.5 } else { 0.0 });
        let speaks = |sum: Option<&Option<X>>| usize::from(sum.is_some_and(|sum| sum.is_some_and(|sum| sum > limit)));
        let first = scores.len();
        let place = match self.reading {
            Reading::Each => {
                scores.extend(sums.iter().map(score));
                // A class that no leaf weighs for is not chosen, though its score is 0.
                largest_of(sums.iter().enumerate().filter_map(|(place, sum)| Some((place, (*sum)?))))
            }
            Reading::One => {
                let score = sums.first().map_or(0.0, score);
                let second = if self.all_positive { Second::Complement } else { Second::Opposite };
                scores.extend(self.post.apply_to_one(score, second));
                return speaks(sums.first());
            }
            Reading::Second => {
                scores.extend(sums.iter().map(score));
                speaks(sums.last())
            }
        };
        self.post.apply(&mut scores[first..]);
        place
    }
}
