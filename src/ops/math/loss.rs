//! NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::number::{Number, float};
use crate::eager::broadcast::count;
use crate::eager::node::{Arguments, Kernel, Node};
use crate::eager::value::TensorValue;

#[derive(Clone, Copy)]
enum Reduction {
    None,
    Sum,
    Mean,
}

/// What both losses say in attributes.
#[derive(Clone, Copy)]
struct Loss {
    reduction: Reduction,
    ignored: Option<i64>,
}

impl Loss {
    fn of(node: &Node) -> TractResult<Loss> {
        let reduction = match node.text("reduction", "mean")?.as_str() {
            "none" => Reduction::None,
            "sum" => Reduction::Sum,
            "mean" => Reduction::Mean,
            other => bail!("the reduction {other:?} is unknown"),
        };
        let ignored = node.has("ignore_index").then(|| node.int("ignore_index", 0));
        Ok(Loss { reduction, ignored })
    }

    /// The loss where `scores` are log probabilities of shape [N, C, …].
    fn run(self, arguments: &Arguments, scores: &[f64]) -> TractResult<TensorValue> {
        let (x, target) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let (&[batch, classes], rest) = x
            .shape()
            .split_first_chunk::<2>()
            .ok_or_else(|| format_err!("expected the shape [N, C, …], got {:?}", x.shape()))?;
        let places = count(rest)?;
        let mut shape = vec![batch];
        shape.extend(rest);
        ensure!(target.shape() == shape, "expected targets {shape:?}, got {:?}", target.shape());
        let weights = arguments.optional(2)?.map(TensorValue::to_f64s).transpose()?;
        let (mut losses, mut total_weight) = (vec![], 0.0);
        for (index, class) in target.to_i64s()?.into_iter().enumerate() {
            if Some(class) == self.ignored {
                losses.push(0.0);
                continue;
            }
            let known = usize::try_from(class).ok().filter(|&class| class < classes);
            let known = known.ok_or_else(|| format_err!("the target {class} is none of {classes} classes"))?;
            let weight = match &weights {
                None => 1.0,
                Some(weights) => *weights.get(known).ok_or_else(|| format_err!("class {known} has no weight"))?,
            };
            let (row, place) = (index / places.max(1), index % places.max(1));
            let score = scores.get((row * classes + known) * places + place).copied().unwrap_or(f64::NAN);
            losses.push(-score * weight);
            total_weight += weight;
        }
        let total: f64 = losses.iter().sum();
        match self.reduction {
            Reduction::None => TensorValue::from_f64s(x.dtype(), &shape, losses),
            Reduction::Sum => TensorValue::from_f64s(x.dtype(), &[], vec![total]),
            Reduction::Mean => TensorValue::from_f64s(x.dtype(), &[], vec![total / total_weight]),
        }
    }
}

pub(super) fn negative_log_likelihood(node: &Node) -> TractResult<Kernel> {
    let loss = Loss::of(node)?;
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        float(x)?;
        Ok(vec![loss.run(arguments, &x.to_f64s()?)?.into()])
    }))
}

pub(super) fn softmax_cross_entropy(node: &Node) -> TractResult<Kernel> {
    let loss = Loss::of(node)?;
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        float(x)?;
        let mut scores = x.to_f64s()?;
        log_softmax(&mut scores, x.shape())?;
        let losses = loss.run(arguments, &scores)?;
        Ok(vec![losses.into(), TensorValue::from_f64s(x.dtype(), x.shape(), scores)?.into()])
    }))
}

/// Along axis 1.
fn log_softmax(scores: &mut [f64], shape: &[usize]) -> TractResult<()> {
    ensure!(shape.len() > 1, "expected the shape [N, C, …], got {shape:?}");
    let (classes, places) = (shape[1], count(&shape[2..])?);
    if classes * places == 0 {
        return Ok(());
    }
    for row in scores.chunks_mut(classes * places) {
        for place in 0..places {
            let line = (place..row.len()).step_by(places);
            let largest = line.clone().fold(f64::NEG_INFINITY, |largest, at| largest.largest(row[at]));
            let sum: f64 = line.clone().map(|at| (row[at] - largest).exp()).sum();
            line.for_each(|at| row[at] = row[at] - largest - sum.ln());
        }
    }
    Ok(())
}
