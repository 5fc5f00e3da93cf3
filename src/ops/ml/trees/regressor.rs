//! TreeEnsembleRegressor.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::super::post::PostTransform;
use super::super::rows::{check_features, rows};
use super::forest::{Entry, Forest, Number};
use super::read;
use crate::Dtype;
use crate::eager::broadcast;
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
    // Doubles are compared and added as doubles, whatever the trees are written in.
    if node.has("nodes_values_as_tensor") {
        let scorer = scorer::<f64>(node)?;
        return kernel(node, scorer.targets, move |input| singles(scorer.sums::<f64>(input)?));
    }
    let scorer = scorer::<f32>(node)?;
    kernel(node, scorer.targets, move |input| match input.dtype() {
        Dtype::Float64 => singles(scorer.sums::<f64>(input)?),
        _ => scorer.sums::<f32>(input),
    })
}

fn scorer<T: Number>(node: &Node) -> TractResult<Scorer<T>> {
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
    Scorer::new(read::forest::<T>(node, "target")?, targets, &base, aggregate)
}

fn kernel(
    node: &Node,
    targets: usize,
    scores: impl Fn(&TensorValue) -> TractResult<Vec<f32>> + Send + Sync + 'static,
) -> TractResult<Kernel> {
    let post = PostTransform::of(node)?;
    post.check_targets(targets)?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let mut scores = scores(input)?;
        scores.chunks_mut(targets).for_each(|row| post.apply(row));
        one(TensorValue::new(&[rows(input)?.0, targets], scores)?)
    }))
}

fn singles(sums: Vec<f64>) -> TractResult<Vec<f32>> {
    Ok(sums.into_iter().map(|sum| sum as f32).collect())
}

/// Trees with what is added to their sums.
pub(super) struct Scorer<T> {
    forest: Forest<T>,
    targets: usize,
    base: Vec<T>,
    aggregate: Aggregate,
}

impl<T: Number> Scorer<T> {
    pub(super) fn new(forest: Forest<T>, targets: usize, base: &[f64], aggregate: Aggregate) -> TractResult<Scorer<T>> {
        ensure!((1..1 << 20).contains(&targets), "n_targets is {targets}");
        forest.check(targets)?;
        let single = |entry: &Entry<T>| matches!(entry, Entry::Leaf { first, end } if end - first > 1);
        ensure!(targets != 1 || !forest.entries.iter().any(single), "a leaf weighs twice for the only target");
        // Where no leaf weighs for a target, onnxruntime forgets its base value.
        let forgotten = |(target, base): (usize, &f64)| *base != 0.0 && targets > 1 && !forest.always_reaches(target);
        let kept = !base.iter().enumerate().any(forgotten);
        ensure!(kept, "base_values of a target that a row may not reach are not the same in onnxruntime");
        Ok(Scorer { forest, targets, base: base.iter().map(|value| T::of(*value)).collect(), aggregate })
    }

    /// The targets of each row, as `X` adds.
    pub(super) fn sums<X: Number + From<T>>(&self, input: &TensorValue) -> TractResult<Vec<X>> {
        let (count, columns) = rows(input)?;
        check_features(columns, self.forest.features())?;
        let values = features::<X>(input)?;
        let mut all = Vec::with_capacity(broadcast::count(&[count, self.targets])?);
        let mut row_sums: Vec<Option<X>> = vec![None; self.targets];
        for row in (0..count).map(|row| &values[row * columns..(row + 1) * columns]) {
            row_sums.fill(None);
            for root in &self.forest.roots {
                for weight in self.forest.leaf(*root, row) {
                    let (sum, value) = (&mut row_sums[weight.target as usize], X::from(weight.value));
                    *sum = Some(sum.map_or(value, |so_far| self.join(so_far, value)));
                }
            }
            all.extend(row_sums.iter().enumerate().map(|(target, sum)| self.finish(target, *sum)));
        }
        Ok(all)
    }

    fn join<X: Number>(&self, so_far: X, value: X) -> X {
        match self.aggregate {
            Aggregate::Sum | Aggregate::Average => so_far + value,
            Aggregate::Min if value < so_far => value,
            Aggregate::Max if value > so_far => value,
            Aggregate::Min | Aggregate::Max => so_far,
        }
    }

    fn finish<X: Number + From<T>>(&self, target: usize, sum: Option<X>) -> X {
        let mut value = sum.unwrap_or_else(|| X::of(0.0));
        if self.aggregate == Aggregate::Average {
            value = X::of(value.to_f64() / self.forest.roots.len().max(1) as f64);
        }
        self.base.get(target).map_or(value, |base| value + X::from(*base))
    }
}

/// The input's elements as the trees compare them.
pub(super) fn features<X: Number>(input: &TensorValue) -> TractResult<std::borrow::Cow<'_, [X]>> {
    match input.dtype() == X::DTYPE {
        true => Ok(input.slice::<X>()?.into()),
        false if input.dtype() == Dtype::String => bail!("expected numbers, got texts"),
        false => Ok(input.to_f64s()?.into_iter().map(X::of).collect::<Vec<X>>().into()),
    }
}
