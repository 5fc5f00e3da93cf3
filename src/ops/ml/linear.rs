//! LinearClassifier and LinearRegressor.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::labels::{Labels, largest};
use super::post::{PostTransform, Second};
use super::rows::rows;
use crate::eager::broadcast;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// Coefficients, a row a target.
struct Linear {
    coefficients: Vec<f32>,
    intercepts: Vec<f32>,
    targets: usize,
}

impl Linear {
    fn of(node: &Node, targets: usize) -> TractResult<Linear> {
        let coefficients = node.floats("coefficients").ok_or_else(|| format_err!("coefficients is missing"))?;
        let intercepts = node.floats("intercepts").unwrap_or_default();
        ensure!(!coefficients.is_empty(), "coefficients is empty");
        ensure!(targets > 0 && coefficients.len() % targets == 0, "coefficients do not divide among {targets} targets");
        let fits = intercepts.is_empty() || intercepts.len() == targets;
        ensure!(fits, "intercepts has {} values for {targets} targets", intercepts.len());
        Ok(Linear { coefficients, intercepts, targets })
    }

    /// The targets of each row, and the number of rows.
    fn scores(&self, input: &TensorValue) -> TractResult<(usize, Vec<f32>)> {
        let (count, columns) = rows(input)?;
        let features = self.coefficients.len() / self.targets;
        ensure!(columns == features, "expected {features} features, got {columns}");
        let values = input.to_f32s()?;
        let mut scores = Vec::with_capacity(broadcast::count(&[count, self.targets])?);
        for row in 0..count {
            let row = &values[row * columns..(row + 1) * columns];
            for target in 0..self.targets {
                let weights = &self.coefficients[target * features..(target + 1) * features];
                // Summed in double: the reference's order of additions is not ours.
                let sum: f64 = row.iter().zip(weights).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
                scores.push((sum + f64::from(self.intercepts.get(target).copied().unwrap_or(0.0))) as f32);
            }
        }
        Ok((count, scores))
    }
}

pub(super) fn regressor(node: &Node) -> TractResult<Kernel> {
    let linear = Linear::of(node, usize::try_from(node.int("targets", 1))?)?;
    let post = PostTransform::of(node)?;
    post.check_targets(linear.targets)?;
    Ok(Box::new(move |arguments| {
        let (count, mut scores) = linear.scores(arguments.tensor(0)?)?;
        scores.chunks_mut(linear.targets).for_each(|row| post.apply(row));
        one(TensorValue::new(&[count, linear.targets], scores)?)
    }))
}

pub(super) fn classifier(node: &Node) -> TractResult<Kernel> {
    let labels = Labels::of(node, "classlabels_ints", "classlabels_strings")?;
    let intercepts = node.floats("intercepts").map_or(0, |values| values.len());
    let linear = Linear::of(node, if intercepts > 0 { intercepts } else { labels.len() })?;
    let post = PostTransform::of(node)?;
    let one_score = linear.targets == 1 && labels.len() == 2;
    if one_score {
        post.check_one()?;
    }
    // onnxruntime answers "1" or "0", whatever the class is.
    ensure!(labels.len() > 1, "a single class is not supported");
    ensure!(one_score || linear.targets == labels.len(), "{} scores for {} classes", linear.targets, labels.len());
    Ok(Box::new(move |arguments| {
        let (count, scores) = linear.scores(arguments.tensor(0)?)?;
        let mut places = vec![];
        let mut all = vec![];
        for row in scores.chunks(linear.targets) {
            if one_score {
                places.push(usize::from(row[0] > 0.0));
                all.extend(post.apply_to_one(row[0], Second::Complement));
                continue;
            }
            places.push(largest(row));
            let mut row = row.to_vec();
            post.apply(&mut row);
            all.extend(row);
        }
        let width = all.len().checked_div(count).unwrap_or(labels.len());
        Ok(vec![labels.at(&places)?.into(), TensorValue::new(&[count, width], all)?.into()])
    }))
}
