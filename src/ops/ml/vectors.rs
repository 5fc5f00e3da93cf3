//! Support vectors: SVMClassifier and SVMRegressor, as LIBSVM decides.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::labels::{Labels, largest};
use super::post::{PostTransform, Second};
use super::rows::rows;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::{TensorValue, Value};

#[derive(Clone, Copy)]
enum Similarity {
    Linear,
    Polynomial,
    Radial,
    Sigmoid,
}

/// The kernel and the vectors.
struct Machine {
    similarity: Similarity,
    gamma: f64,
    coef0: f64,
    degree: f64,
    vectors: Vec<f32>,
    features: usize,
    coefficients: Vec<f32>,
    rho: Vec<f32>,
}

impl Machine {
    fn of(node: &Node, count: usize) -> TractResult<Machine> {
        let similarity = match node.text("kernel_type", "LINEAR")?.as_str() {
            "LINEAR" => Similarity::Linear,
            "POLY" => Similarity::Polynomial,
            "RBF" => Similarity::Radial,
            "SIGMOID" => Similarity::Sigmoid,
            other => bail!("kernel_type {other:?} is unknown"),
        };
        let params = node.floats("kernel_params").unwrap_or_default();
        let param = |place: usize| f64::from(params.get(place).copied().unwrap_or(0.0));
        let vectors = node.floats("support_vectors").unwrap_or_default();
        let coefficients = node.floats("coefficients").unwrap_or_default();
        // Without vectors the coefficients are those of a linear model, a row a class.
        let features = vectors.len().checked_div(count).unwrap_or(0);
        ensure!(features * count == vectors.len(), "support_vectors do not divide among {count} vectors");
        let rho = node.floats("rho").unwrap_or_default();
        let (gamma, coef0, degree) = (param(0), param(1), param(2));
        Ok(Machine { similarity, gamma, coef0, degree, vectors, features, coefficients, rho })
    }

    fn similarity(&self, row: &[f32], vector: &[f32]) -> f64 {
        let pairs = || row.iter().zip(vector).map(|(a, b)| (f64::from(*a), f64::from(*b)));
        let dot = || pairs().map(|(a, b)| a * b).sum::<f64>();
        match self.similarity {
            Similarity::Linear => dot(),
            Similarity::Polynomial => (self.gamma * dot() + self.coef0).powf(self.degree),
            Similarity::Sigmoid => (self.gamma * dot() + self.coef0).tanh(),
            Similarity::Radial => (-self.gamma * pairs().map(|(a, b)| (a - b) * (a - b)).sum::<f64>()).exp(),
        }
    }

    /// The row's similarity to each vector.
    fn similarities(&self, row: &[f32]) -> Vec<f64> {
        self.vectors.chunks(self.features.max(1)).map(|vector| self.similarity(row, vector)).collect()
    }
}

pub(super) fn regressor(node: &Node) -> TractResult<Kernel> {
    let count = usize::try_from(node.int("n_supports", 0))?;
    let mut machine = Machine::of(node, count)?;
    if count == 0 {
        // What is left is a linear model.
        machine.similarity = Similarity::Linear;
    }
    ensure!(count == 0 || machine.coefficients.len() == count, "expected {count} coefficients");
    let features = if count > 0 { machine.features } else { machine.coefficients.len() };
    let post = PostTransform::of(node)?;
    ensure!(post == PostTransform::None, "post_transform {post:?} is one thing in ONNX and another in onnxruntime");
    let one_class = node.flag("one_class", 0);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (rows, columns) = rows(input)?;
        ensure!(columns == features, "expected {features} features, got {columns}");
        let values = input.to_f32s()?;
        let mut scores = vec![];
        for row in values.chunks(columns.max(1)).take(rows) {
            let sum: f64 = match count {
                0 => machine.similarity(row, &machine.coefficients),
                _ => {
                    let weights = machine.coefficients.iter().map(|weight| f64::from(*weight));
                    machine.similarities(row).into_iter().zip(weights).map(|(k, weight)| k * weight).sum()
                }
            };
            let score = sum + f64::from(machine.rho.first().copied().unwrap_or(0.0));
            scores.push(match one_class {
                true if score > 0.0 => 1.0,
                true => -1.0,
                false => score as f32,
            });
        }
        one(TensorValue::new(&[rows, 1], scores)?)
    }))
}

struct Classifier {
    machine: Machine,
    labels: Labels,
    /// For each class the place of its first vector, and behind the last.
    starts: Vec<usize>,
    prob_a: Vec<f32>,
    prob_b: Vec<f32>,
    post: PostTransform,
}

pub(super) fn classifier(node: &Node) -> TractResult<Kernel> {
    let labels = Labels::of(node, "classlabels_ints", "classlabels_strings")?;
    let mut starts = vec![0usize];
    for size in node.ints("vectors_per_class").unwrap_or_default() {
        let start = starts.last().copied().unwrap_or(0).checked_add(usize::try_from(size)?);
        starts.push(start.ok_or_else(|| format_err!("vectors_per_class is too large"))?);
    }
    let count = starts.last().copied().unwrap_or(0);
    ensure!(count > 0, "without support vectors it is not supported");
    let machine = Machine::of(node, count)?;
    let classes = labels.len();
    ensure!(starts.len() == classes + 1 && classes > 1, "vectors_per_class has {} entries", starts.len() - 1);
    ensure!(
        machine.coefficients.len() == count.saturating_mul(classes - 1),
        "{} coefficients for {count} vectors",
        machine.coefficients.len()
    );
    let pairs = classes * (classes - 1) / 2;
    ensure!(machine.rho.len() == pairs, "expected {pairs} values of rho, got {}", machine.rho.len());
    let (prob_a, prob_b) = (node.floats("prob_a").unwrap_or_default(), node.floats("prob_b").unwrap_or_default());
    let fits = prob_a.len() == prob_b.len() && (prob_a.is_empty() || prob_a.len() == pairs);
    ensure!(fits, "expected {pairs} values of prob_a and prob_b");
    let post = PostTransform::of(node)?;
    if pairs == 1 && prob_a.is_empty() {
        post.check_one()?;
    }
    let classifier = Classifier { machine, labels, starts, prob_a, prob_b, post };
    Ok(Box::new(move |arguments| classifier.run(arguments.tensor(0)?)))
}

impl Classifier {
    fn run(&self, input: &TensorValue) -> TractResult<Vec<Value>> {
        let (count, columns) = rows(input)?;
        ensure!(columns == self.machine.features, "expected {} features, got {columns}", self.machine.features);
        let values = input.to_f32s()?;
        let (mut places, mut all) = (vec![], vec![]);
        for row in values.chunks(columns.max(1)).take(count) {
            let (decisions, votes) = self.decisions(&self.machine.similarities(row));
            if self.prob_a.is_empty() {
                let (place, scores) = self.by_votes(&decisions, &votes);
                places.push(place);
                all.extend(scores);
            } else {
                let mut scores = self.probabilities(&decisions);
                // Votes decide, not the probabilities, which may disagree near a border.
                places.push(largest(&votes));
                self.post.apply(&mut scores);
                all.extend(scores);
            }
        }
        let width = all.len().checked_div(count).unwrap_or(self.labels.len());
        Ok(vec![self.labels.at(&places)?.into(), TensorValue::new(&[count, width], all)?.into()])
    }

    /// The decision between each pair of classes, and each class's votes.
    fn decisions(&self, similarities: &[f64]) -> (Vec<f64>, Vec<f32>) {
        let classes = self.labels.len();
        let count = similarities.len();
        let mut decisions = vec![];
        let mut votes = vec![0.0; classes];
        for (i, j) in pairs(classes) {
            let part = |class: usize, row: usize| {
                let range = self.starts[class]..self.starts[class + 1];
                let weight = |at: usize| f64::from(self.machine.coefficients[row * count + at]);
                range.map(|at| weight(at) * similarities[at]).sum::<f64>()
            };
            let sum = part(i, j - 1) + part(j, i) + f64::from(self.machine.rho[decisions.len()]);
            votes[if sum > 0.0 { i } else { j }] += 1.0;
            decisions.push(sum);
        }
        (decisions, votes)
    }

    fn by_votes(&self, decisions: &[f64], votes: &[f32]) -> (usize, Vec<f32>) {
        let place = largest(votes);
        let mut scores: Vec<f32> = decisions.iter().map(|decision| *decision as f32).collect();
        if let [score] = *scores.as_slice() {
            let second = if self.post == PostTransform::None { Second::Opposite } else { Second::Complement };
            return (place, self.post.apply_to_one(score, second).to_vec());
        }
        self.post.apply(&mut scores);
        (place, scores)
    }

    /// Each pair's decision as a probability, and these coupled (Wu, Lin and Weng's second approach, as LIBSVM has it).
    #[allow(clippy::needless_range_loop)] // Rows and columns of a matrix.
    fn probabilities(&self, decisions: &[f64]) -> Vec<f32> {
        let classes = self.labels.len();
        let mut pairwise = vec![vec![0.0; classes]; classes];
        for (pair, (i, j)) in pairs(classes).enumerate() {
            let x = decisions[pair] * f64::from(self.prob_a[pair]) + f64::from(self.prob_b[pair]);
            let probability = (1.0 / (1.0 + x.exp())).clamp(1e-7, 1.0 - 1e-7);
            pairwise[i][j] = probability;
            pairwise[j][i] = 1.0 - probability;
        }
        coupled(&pairwise).into_iter().map(|p| p as f32).collect()
    }
}

/// Each pair of classes, the second being the later one.
fn pairs(classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..classes).flat_map(move |i| (i + 1..classes).map(move |j| (i, j)))
}

fn coupled(pairwise: &[Vec<f64>]) -> Vec<f64> {
    let classes = pairwise.len();
    let mut q = vec![vec![0.0; classes]; classes];
    for t in 0..classes {
        for j in (0..classes).filter(|j| *j != t) {
            q[t][t] += pairwise[j][t] * pairwise[j][t];
            q[t][j] = -pairwise[j][t] * pairwise[t][j];
        }
    }
    let mut p = vec![1.0 / classes as f64; classes];
    let enough = 0.005 / classes as f64;
    for _ in 0..classes.max(100) {
        let mut qp: Vec<f64> = q.iter().map(|row| row.iter().zip(&p).map(|(a, b)| a * b).sum()).collect();
        let mut pqp: f64 = p.iter().zip(&qp).map(|(a, b)| a * b).sum();
        // Of NaN nothing gets better.
        if !qp.iter().any(|value| (value - pqp).abs() >= enough) {
            break;
        }
        for t in 0..classes {
            let step = (pqp - qp[t]) / q[t][t];
            p[t] += step;
            pqp = (pqp + step * (step * q[t][t] + 2.0 * qp[t])) / (1.0 + step) / (1.0 + step);
            for j in 0..classes {
                qp[j] = (qp[j] + step * q[t][j]) / (1.0 + step);
                p[j] /= 1.0 + step;
            }
        }
    }
    p
}
