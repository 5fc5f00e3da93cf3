//! Every Reduce: sums, products, extremes and norms along axes.

use tract_onnx::prelude::{DatumType, TractResult};
use tract_onnx::tract_hir::internal::bail;

use super::number::{Number, with_number};
use crate::Dtype;
use crate::eager::broadcast;
use crate::eager::node::{Arguments, Kernel, Node, axis, one};
use crate::eager::value::TensorValue;

#[derive(Clone, Copy, PartialEq)]
enum Reduction {
    Sum,
    Prod,
    Max,
    Min,
    Mean,
    L1,
    L2,
    SumSquare,
    LogSum,
    LogSumExp,
}

pub(super) fn reduce(node: &Node) -> TractResult<Kernel> {
    use Reduction::*;
    let reduction = match node.proto.op_type.as_str() {
        "ReduceSum" => Sum,
        "ReduceProd" => Prod,
        "ReduceMax" => Max,
        "ReduceMin" => Min,
        "ReduceMean" => Mean,
        "ReduceL1" => L1,
        "ReduceL2" => L2,
        "ReduceSumSquare" => SumSquare,
        "ReduceLogSum" => LogSum,
        "ReduceLogSumExp" => LogSumExp,
        other => bail!("{other} is unknown"),
    };
    let attribute = node.ints("axes").unwrap_or_default();
    let (keeps, noop) = (node.flag("keepdims", 1), node.flag("noop_with_empty_axes", 0));
    Ok(Box::new(move |arguments| {
        let data = arguments.tensor(0)?;
        let axes = axes(arguments, &attribute, data.rank(), noop)?;
        let mut shape = data.shape().to_vec();
        axes.iter().for_each(|&axis| shape[axis] = 1);
        let groups = Groups::of(data.shape(), &axes, &shape)?;
        let result = reduced(data, reduction, &groups, &shape)?;
        if keeps {
            return one(result);
        }
        let left = (0..shape.len()).filter(|axis| !axes.contains(axis)).map(|axis| shape[axis]);
        one(result.reshaped(&left.collect::<Vec<_>>())?)
    }))
}

/// The axes to reduce along, each once. None given means all, unless `noop`.
fn axes(arguments: &Arguments, attribute: &[i64], rank: usize, noop: bool) -> TractResult<Vec<usize>> {
    let given = match arguments.optional(1)? {
        Some(axes) => axes.to_i64s()?,
        None => attribute.to_vec(),
    };
    if given.is_empty() {
        return Ok(if noop { vec![] } else { (0..rank).collect() });
    }
    let mut axes = given.into_iter().map(|given| axis(given, rank)).collect::<TractResult<Vec<usize>>>()?;
    axes.sort_unstable();
    axes.dedup();
    Ok(axes)
}

/// Which result each element goes into.
enum Groups {
    /// So many elements in a row make one.
    Rows(usize),
    Places(Vec<usize>),
}

impl Groups {
    fn of(given: &[usize], axes: &[usize], kept: &[usize]) -> TractResult<Groups> {
        let first = given.len() - axes.len();
        if axes.iter().copied().eq(first..given.len()) {
            return Ok(Groups::Rows(broadcast::count(&given[first..])?));
        }
        Ok(Groups::Places(broadcast::places(kept, given)?))
    }

    /// Calls `add` with the place of the result and each element.
    fn each<T: Copy>(&self, data: &[T], mut add: impl FnMut(usize, T)) {
        match self {
            Groups::Rows(0) => {}
            Groups::Rows(count) => {
                data.chunks(*count).enumerate().for_each(|(place, row)| row.iter().for_each(|&x| add(place, x)));
            }
            Groups::Places(places) => places.iter().zip(data).for_each(|(&place, &x)| add(place, x)),
        }
    }

    fn fold<T: Copy, A: Copy>(&self, data: &[T], count: usize, start: A, fold: impl Fn(A, T) -> A) -> Vec<A> {
        let mut results = vec![start; count];
        self.each(data, |place, x| {
            if let Some(result) = results.get_mut(place) {
                *result = fold(*result, x);
            }
        });
        results
    }
}

fn reduced(data: &TensorValue, reduction: Reduction, groups: &Groups, shape: &[usize]) -> TractResult<TensorValue> {
    use Reduction::*;
    let count = broadcast::count(shape)?;
    match (reduction, data.dtype().to_tract()) {
        (Max | Min, DatumType::Bool) => {
            let data = data.slice::<bool>()?;
            let results = match reduction {
                Max => groups.fold(data, count, false, |a, x| a || x),
                _ => groups.fold(data, count, true, |a, x| a && x),
            };
            TensorValue::new(shape, results)
        }
        (Sum | Prod | Max | Min | L1 | SumSquare, _) if !data.dtype().is_float() => {
            with_number!(data.dtype(), T => {
                let elements = data.slice::<T>()?;
                let results = match reduction {
                    Sum => groups.fold(elements, count, T::ZERO, T::plus),
                    Prod => groups.fold(elements, count, T::ONE, T::times),
                    Max => groups.fold(elements, count, T::from_f64(f64::NEG_INFINITY), T::largest),
                    Min => groups.fold(elements, count, T::from_f64(f64::INFINITY), T::smallest),
                    L1 => groups.fold(elements, count, T::ZERO, |a, x| {
                        if x.below_zero() { a.minus(x) } else { a.plus(x) }
                    }),
                    _ => groups.fold(elements, count, T::ZERO, |a, x| a.plus(x.times(x))),
                };
                TensorValue::tagged(data.dtype(), shape, results)
            })
        }
        (_, DatumType::F32) if data.dtype() == Dtype::Float32 => {
            let results = real(data.slice::<f32>()?, f64::from, reduction, groups, count);
            TensorValue::from_f64s(data.dtype(), shape, results)
        }
        _ => {
            let results = real(&data.to_f64s()?, |x| x, reduction, groups, count);
            TensorValue::from_f64s(data.dtype(), shape, results)
        }
    }
}

/// In float64, rounded once.
fn real<T: Copy>(data: &[T], wide: impl Fn(T) -> f64, reduction: Reduction, groups: &Groups, count: usize) -> Vec<f64> {
    use Reduction::*;
    let fold = |start: f64, step: fn(f64, f64) -> f64| groups.fold(data, count, start, |a, x| step(a, wide(x)));
    let sums = || fold(0.0, |a, x| a + x);
    match reduction {
        Sum => sums(),
        Prod => fold(1.0, |a, x| a * x),
        Max => fold(f64::NEG_INFINITY, f64::largest),
        Min => fold(f64::INFINITY, f64::smallest),
        Mean => {
            // 0 / 0 where there is nothing.
            let each = data.len() as f64 / count as f64;
            sums().into_iter().map(|sum| sum / each).collect()
        }
        L1 => fold(0.0, |a, x| a + x.abs()),
        SumSquare => fold(0.0, |a, x| a + x * x),
        L2 => fold(0.0, |a, x| a + x * x).into_iter().map(f64::sqrt).collect(),
        LogSum => sums().into_iter().map(f64::ln).collect(),
        LogSumExp => {
            let largest = fold(f64::NEG_INFINITY, f64::largest);
            let mut sums = vec![0.0; count];
            groups.each(data, |place, x| {
                if let (Some(sum), Some(largest)) = (sums.get_mut(place), largest.get(place)) {
                    *sum += (wide(x) - largest).exp();
                }
            });
            // An infinite largest stands for itself: without it, infinity minus infinity.
            let log = |(sum, largest): (f64, f64)| if largest.is_finite() { sum.ln() + largest } else { largest };
            sums.into_iter().zip(largest).map(log).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(data: &TensorValue, reduction: Reduction, axes: &[usize]) -> TensorValue {
        let mut shape = data.shape().to_vec();
        axes.iter().for_each(|&axis| shape[axis] = 1);
        let groups = Groups::of(data.shape(), axes, &shape).unwrap();
        reduced(data, reduction, &groups, &shape).unwrap()
    }

    #[test]
    fn sums_along_any_axes() {
        let x = TensorValue::new(&[2, 3], vec![1i64, 2, 3, 4, 5, i64::MAX]).unwrap();
        assert_eq!(of(&x, Reduction::Sum, &[0]).slice::<i64>().unwrap(), [5, 7, i64::MIN + 2]);
        assert_eq!(of(&x, Reduction::Max, &[1]).slice::<i64>().unwrap(), [3, i64::MAX]);
        assert_eq!(of(&x, Reduction::Min, &[0, 1]).slice::<i64>().unwrap(), [1]);
    }

    #[test]
    fn of_nothing_there_is_the_neutral_element() {
        let x = TensorValue::new(&[2, 0], Vec::<f32>::new()).unwrap();
        assert_eq!(of(&x, Reduction::Prod, &[1]).slice::<f32>().unwrap(), [1.0; 2]);
        assert_eq!(of(&x, Reduction::Max, &[1]).slice::<f32>().unwrap(), [f32::NEG_INFINITY; 2]);
        assert!(of(&x, Reduction::Mean, &[1]).slice::<f32>().unwrap()[0].is_nan());
    }

    #[test]
    fn the_logarithm_of_large_powers_is_finite() {
        let x = TensorValue::new(&[2, 2], vec![1000f32, 1000.0, f32::NEG_INFINITY, f32::NEG_INFINITY]).unwrap();
        let result = of(&x, Reduction::LogSumExp, &[1]);
        // 1000 + ln 2, to float32.
        assert_eq!(result.slice::<f32>().unwrap(), [(1000.0 + std::f64::consts::LN_2) as f32, f32::NEG_INFINITY]);
    }
}
