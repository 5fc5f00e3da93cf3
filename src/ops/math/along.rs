//! What goes along one axis: ArgMax, ArgMin, TopK, CumSum, CumProd, Softmax, LogSoftmax, Hardmax.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::number::{Number, float, rounded, with_number};
use crate::eager::broadcast::count;
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::TensorValue;

/// A shape as lines along an axis.
#[derive(Clone, Copy)]
struct Lines {
    outer: usize,
    size: usize,
    inner: usize,
}

impl Lines {
    fn of(shape: &[usize], axis: usize) -> TractResult<Lines> {
        let (before, rest) = shape.split_at(axis);
        let (size, behind) = rest.split_first().map_or((1, &[][..]), |(size, behind)| (*size, behind));
        Ok(Lines { outer: count(before)?, size, inner: count(behind)? })
    }

    /// Where each line's elements are.
    fn each(self) -> impl Iterator<Item = impl DoubleEndedIterator<Item = usize> + Clone> {
        let line = move |outer: usize, inner: usize| {
            (0..self.size).map(move |place| (outer * self.size + place) * self.inner + inner)
        };
        (0..self.outer).flat_map(move |outer| (0..self.inner).map(move |inner| line(outer, inner)))
    }
}

/// ArgMax and ArgMin.
pub(super) fn arg(node: &Node) -> TractResult<Kernel> {
    let (along, keeps, last) = (node.int("axis", 0), node.flag("keepdims", 1), node.flag("select_last_index", 0));
    let largest = node.proto.op_type == "ArgMax";
    Ok(Box::new(move |arguments| {
        let data = arguments.tensor(0)?;
        let along = axis(along, data.rank().max(1))?;
        let lines = Lines::of(data.shape(), along)?;
        ensure!(lines.size > 0, "there is nothing along axis {along} of {:?}", data.shape());
        let mut shape = data.shape().to_vec();
        if keeps {
            shape.get_mut(along).into_iter().for_each(|size| *size = 1);
        } else if along < shape.len() {
            shape.remove(along);
        }
        with_number!(data.dtype(), T => {
            let better: fn(&T, &T) -> bool = match (largest, last) {
                (true, false) => T::gt,
                (true, true) => T::ge,
                (false, false) => T::lt,
                (false, true) => T::le,
            };
            let elements = data.slice::<T>()?;
            let place = |line: &mut dyn Iterator<Item = usize>| {
                let mut best = 0;
                let mut best_value = None;
                for (place, value) in line.filter_map(|at| elements.get(at)).enumerate() {
                    if best_value.is_none_or(|best| better(value, best)) {
                        (best, best_value) = (place, Some(value));
                    }
                }
                best as i64
            };
            one(TensorValue::new(&shape, lines.each().map(|mut line| place(&mut line)).collect())?)
        })
    }))
}

/// TopK. What is equal stays in its order; NaN counts as the largest.
pub(super) fn top(node: &Node) -> TractResult<Kernel> {
    let (along, largest) = (node.int("axis", -1), node.flag("largest", 1));
    let attribute = (node.opset < 10).then(|| node.int("k", -1));
    Ok(Box::new(move |arguments| {
        let data = arguments.tensor(0)?;
        let k = match attribute {
            Some(k) => k,
            None => match arguments.tensor(1)?.to_i64s()?[..] {
                [k] => k,
                _ => bail!("expected one k, got {:?}", arguments.tensor(1)?.shape()),
            },
        };
        let (values, places) = highest(data, axis(along, data.rank())?, k, largest)?;
        Ok(vec![values.into(), places.into()])
    }))
}

/// The `k` largest, or smallest, elements of each line along an axis, and where they are.
///
/// # Errors
/// Where there are fewer.
pub(in crate::ops) fn highest(
    data: &TensorValue,
    along: usize,
    k: i64,
    largest: bool,
) -> TractResult<(TensorValue, TensorValue)> {
    let lines = Lines::of(data.shape(), along)?;
    let kept = usize::try_from(k).ok().filter(|k| *k <= lines.size);
    let kept = kept.ok_or_else(|| format_err!("expected a k of at most {}, got {k}", lines.size))?;
    let mut shape = data.shape().to_vec();
    shape[along] = kept;
    with_number!(data.dtype(), T => {
        let elements = data.slice::<T>()?;
        let is_nan = |x: &T| x.partial_cmp(x).is_none();
        let order = |a: &T, b: &T| a.partial_cmp(b).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)));
        let mut values = vec![T::default(); count(&shape)?];
        let mut places = vec![0; values.len()];
        for (row, line) in lines.each().enumerate() {
            let mut line: Vec<(usize, T)> = line.enumerate().map(|(place, at)| (place, elements[at])).collect();
            line.sort_by(|(_, a), (_, b)| if largest { order(b, a) } else { order(a, b) });
            for (rank, (place, value)) in line.into_iter().take(kept).enumerate() {
                let at = (row / lines.inner * kept + rank) * lines.inner + row % lines.inner;
                (values[at], places[at]) = (value, place as i64);
            }
        }
        Ok((TensorValue::tagged(data.dtype(), &shape, values)?, TensorValue::new(&shape, places)?))
    })
}

/// CumSum and CumProd.
pub(super) fn cumulative(node: &Node) -> TractResult<Kernel> {
    let (exclusive, reverse) = (node.flag("exclusive", 0), node.flag("reverse", 0));
    let product = node.proto.op_type == "CumProd";
    Ok(Box::new(move |arguments| {
        let data = arguments.tensor(0)?;
        let along = match arguments.tensor(1)?.to_i64s()?.as_slice() {
            [along] => axis(*along, data.rank().max(1))?,
            many => tract_onnx::tract_hir::internal::bail!("expected one axis, got {}", many.len()),
        };
        let lines = Lines::of(data.shape(), along)?;
        with_number!(data.dtype(), T => {
            let elements = data.slice::<T>()?;
            let (start, step): (T, fn(T, T) -> T) = if product { (T::ONE, T::times) } else { (T::ZERO, T::plus) };
            let mut results = vec![T::ZERO; elements.len()];
            let mut run = |line: &mut dyn Iterator<Item = usize>| {
                let mut total = start;
                for at in line {
                    let next = step(total, elements[at]);
                    results[at] = if exclusive { total } else { next };
                    total = next;
                }
            };
            for mut line in lines.each() {
                if reverse { run(&mut line.rev()) } else { run(&mut line) }
            }
            one(rounded(data.dtype(), data.shape(), results)?)
        })
    }))
}

#[derive(Clone, Copy)]
enum Squash {
    Softmax,
    LogSoftmax,
    Hardmax,
}

/// Softmax, LogSoftmax and Hardmax: along one axis since opset 13, before along all from that axis on.
pub(super) fn squash(node: &Node) -> TractResult<Kernel> {
    let squash = match node.proto.op_type.as_str() {
        "Softmax" => Squash::Softmax,
        "LogSoftmax" => Squash::LogSoftmax,
        _ => Squash::Hardmax,
    };
    let flattens = node.opset < 13;
    let along = node.int("axis", if flattens { 1 } else { -1 });
    Ok(Box::new(move |arguments| {
        let data = arguments.tensor(0)?;
        float(data)?;
        let lines = if flattens {
            let along = if along == data.rank() as i64 { data.rank() } else { axis(along, data.rank())? };
            let (before, behind) = data.shape().split_at(along);
            Lines { outer: count(before)?, size: count(behind)?, inner: 1 }
        } else {
            Lines::of(data.shape(), axis(along, data.rank().max(1))?)?
        };
        let mut data_wide = data.to_f64s()?;
        if lines.size > 0 {
            lines.each().for_each(|line| squash_line(&mut data_wide, line, squash));
        }
        one(TensorValue::from_f64s(data.dtype(), data.shape(), data_wide)?)
    }))
}

fn squash_line(data: &mut [f64], line: impl Iterator<Item = usize> + Clone, squash: Squash) {
    let largest = line.clone().fold(f64::NEG_INFINITY, |largest, at| largest.largest(data[at]));
    if let Squash::Hardmax = squash {
        let mut found = false;
        for at in line {
            let is_first = !found && data[at] == largest;
            found |= is_first;
            data[at] = f64::from(u8::from(is_first));
        }
        return;
    }
    let sum: f64 = line.clone().map(|at| (data[at] - largest).exp()).sum();
    for at in line {
        data[at] = match squash {
            Squash::Softmax => (data[at] - largest).exp() / sum,
            _ => data[at] - largest - sum.ln(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_along_the_axis() {
        let lines = Lines::of(&[2, 3], 0).unwrap();
        let places: Vec<Vec<usize>> = lines.each().map(Iterator::collect).collect();
        assert_eq!(places, [[0, 3], [1, 4], [2, 5]]);
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let mut data = [1000.0, 1000.0];
        squash_line(&mut data, 0..2, Squash::Softmax);
        assert_eq!(data, [0.5, 0.5]);
        let mut data = [2.0, 3.0, 3.0];
        squash_line(&mut data, 0..3, Squash::Hardmax);
        assert_eq!(data, [0.0, 1.0, 0.0]);
    }
}
