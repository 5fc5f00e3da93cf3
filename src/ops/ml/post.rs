//! `post_transform`: what turns the raw scores of a row into what is answered.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::node::Node;

/// What happens to scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PostTransform {
    None,
    Logistic,
    Softmax,
    SoftmaxZero,
    Probit,
}

/// The second score of two classes, where a model gives one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Second {
    /// The score is a probability.
    Complement,
    /// The score is a decision: its negative, or both through the logistic function.
    Opposite,
}

impl PostTransform {
    /// # Errors
    /// For a name that is none of ONNX's.
    pub(super) fn of(node: &Node) -> TractResult<PostTransform> {
        Ok(match node.text("post_transform", "NONE")?.as_str() {
            "NONE" => PostTransform::None,
            "LOGISTIC" => PostTransform::Logistic,
            "SOFTMAX" => PostTransform::Softmax,
            "SOFTMAX_ZERO" => PostTransform::SoftmaxZero,
            "PROBIT" => PostTransform::Probit,
            other => bail!("post_transform {other:?} is unknown"),
        })
    }

    /// Transforms the scores of a row.
    pub(super) fn apply(self, scores: &mut [f32]) {
        match self {
            PostTransform::None => {}
            PostTransform::Logistic => scores.iter_mut().for_each(|score| *score = logistic(*score)),
            PostTransform::Softmax => softmax(scores, |_| true),
            PostTransform::SoftmaxZero => softmax(scores, |score| score.abs() > 1e-7),
            PostTransform::Probit => scores.iter_mut().for_each(|score| *score = probit(*score)),
        }
    }

    /// Makes the scores of two classes of the one that there is, as onnxruntime does.
    pub(super) fn apply_to_one(self, score: f32, second: Second) -> [f32; 2] {
        match (self, second) {
            (_, Second::Complement) => [1.0 - score, score],
            (PostTransform::Logistic, Second::Opposite) => [logistic(-score), logistic(score)],
            (_, Second::Opposite) => [-score, score],
        }
    }

    /// Checks that [`Self::apply_to_one`] has an answer.
    ///
    /// # Errors
    /// For PROBIT, whose second score nobody defines: onnxruntime leaves there what the memory held.
    pub(super) fn check_one(self) -> TractResult<()> {
        ensure!(self != PostTransform::Probit, "post_transform PROBIT of one score for two classes is not defined");
        Ok(())
    }

    /// Checks that the answer is the same whether it goes by ONNX or by onnxruntime, which leaves the scores of a single target
    /// or class as they are but for PROBIT.
    ///
    /// # Errors
    /// Where they differ.
    pub(super) fn check_targets(self, targets: usize) -> TractResult<()> {
        let same = targets > 1 || matches!(self, PostTransform::None | PostTransform::Probit);
        ensure!(same, "post_transform {self:?} of a single score is one thing in ONNX and another in onnxruntime");
        Ok(())
    }
}

pub(super) fn logistic(x: f32) -> f32 {
    let positive = 1.0 / (1.0 + (-x.abs()).exp());
    if x < 0.0 { 1.0 - positive } else { positive }
}

/// Over the scores that count; the others are 0.
fn softmax(scores: &mut [f32], counts: impl Fn(f32) -> bool) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        if counts(*score) {
            *score = (*score - largest).exp();
            sum += *score;
        } else {
            *score *= (-largest).exp();
        }
    }
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// √2 · erf⁻¹(2x − 1), by Winitzki's approximation, which is what the reference has.
fn probit(x: f32) -> f32 {
    let argument = 2.0 * x - 1.0;
    let sign = if argument < 0.0 { -1.0 } else { 1.0 };
    let log = ((1.0 - argument) * (1.0 + argument)).ln();
    let v = 2.0 / (std::f32::consts::PI * 0.147) + 0.5 * log;
    let v2 = log / 0.147;
    std::f32::consts::SQRT_2 * sign * (-v + (v * v - v2).sqrt()).sqrt()
}
