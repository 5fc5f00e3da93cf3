//! TreeEnsembleRegressor.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::super::post::PostTransform;
use super::super::rows::{check_features, rows};
use super::forest::{Forest, Number};
use super::read;
use crate::Dtype;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// How the trees' weights become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregate {
    Sum,
    Average,
    Min,
    Max,
}

pub(in super::super) fn build(node: &Node) -> TractResult<Kernel> {
    let aggregate = match node.text("aggregate_function", "SUM")?.as_str() {
        "SUM" => Aggregate::Sum,
        "AVERAGE" => Aggregate::Average,
        "MIN" => Aggregate::Min,
        "MAX" => Aggregate::Max,
        other => bail!("aggregate_function {other:?} is unknown"),
    };
    let targets = usize::try_from(node.int("n_targets", 1))?;
    let base = read::numbers(node, "base_values")?;
    ensure!(base.is_empty() || base.len() == targets, "base_values has {} values for {targets} targets", base.len());
    let post = PostTransform::of(node)?;
    let single = Scorer::new(read::forest::<f32>(node, "target")?, targets, &base, aggregate)?;
    let is_double = node.has("nodes_values_as_tensor");
    let double = match is_double {
        true => Some(Scorer::new(read::forest::<f64>(node, "target")?, targets, &base, aggregate)?),
        false => None,
    };
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (count, _) = rows(input)?;
        let mut scores = match &double {
            Some(double) => double.score(input)?,
            None => single.score(input)?,
        };
        scores.chunks_mut(targets.max(1)).for_each(|row| post.apply(row));
        one(TensorValue::new(&[count, targets], scores)?)
    }))
}

/// Trees with what is added to their sums.
pub(super) struct Scorer<T> {
    pub(super) forest: Forest<T>,
    pub(super) targets: usize,
    base: Vec<T>,
    aggregate: Aggregate,
}

impl<T: Number> Scorer<T> {
    pub(super) fn new(forest: Forest<T>, targets: usize, base: &[f64], aggregate: Aggregate) -> TractResult<Scorer<T>> {
        forest.check(targets)?;
        Ok(Scorer { forest, targets, base: base.iter().map(|value| T::of(*value)).collect(), aggregate })
    }

    /// The targets of each row.
    pub(super) fn score(&self, input: &TensorValue) -> TractResult<Vec<f32>> {
        Ok(self.sums(input)?.into_iter().map(Number::to_f32).collect())
    }

    pub(super) fn sums(&self, input: &TensorValue) -> TractResult<Vec<T>> {
        let (count, columns) = rows(input)?;
        check_features(columns, self.forest.features())?;
        let values = features::<T>(input)?;
        let mut all = Vec::with_capacity(count * self.targets);
        let mut row_sums: Vec<Option<T>> = vec![None; self.targets];
        for row in values.chunks(columns.max(1)).take(count) {
            row_sums.fill(None);
            for root in &self.forest.roots {
                for weight in self.forest.leaf(*root, row) {
                    let sum = &mut row_sums[weight.target as usize];
                    *sum = Some(sum.map_or(weight.value, |so_far| self.join(so_far, weight.value)));
                }
            }
            all.extend(row_sums.iter().enumerate().map(|(target, sum)| self.finish(target, *sum)));
        }
        Ok(all)
    }

    fn join(&self, so_far: T, value: T) -> T {
        match self.aggregate {
            Aggregate::Sum | Aggregate::Average => so_far + value,
            Aggregate::Min if value < so_far => value,
            Aggregate::Max if value > so_far => value,
            Aggregate::Min | Aggregate::Max => so_far,
        }
    }

    fn finish(&self, target: usize, sum: Option<T>) -> T {
        let mut value = sum.unwrap_or_else(|| T::of(0.0));
        if self.aggregate == Aggregate::Average {
            let trees = self.forest.roots.len().max(1) as f64;
            value = T::of(f64::from(value.to_f32()) / trees);
        }
        self.base.get(target).map_or(value, |base| value + *base)
    }
}

/// The input's elements as the trees compare them.
pub(super) fn features<T: Number>(input: &TensorValue) -> TractResult<Vec<T>> {
    match input.dtype() == T::DTYPE {
        true => Ok(input.slice::<T>()?.to_vec()),
        false if input.dtype() == Dtype::String => bail!("expected numbers, got texts"),
        false => Ok(input.to_f64s()?.into_iter().map(T::of).collect()),
    }
}
