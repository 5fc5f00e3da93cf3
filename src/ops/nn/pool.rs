//! MaxPool, AveragePool, LpPool and their global forms; MaxUnpool.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::real::{Real, count, with_real, write};
use super::window::Window;
use crate::eager::node::{Arguments, Kernel, Node, one};
use crate::eager::value::{Element, TensorValue, Value, with_element};

/// Batch times channels, and the spatial axes.
fn planes(input: &TensorValue) -> TractResult<(usize, &[usize])> {
    match input.shape() {
        [batch, channels, spatial @ ..] => Ok((batch * channels, spatial)),
        shape => bail!("expected a batch and channels, got {shape:?}"),
    }
}

fn with_spatial(input: &TensorValue, spatial: &[usize]) -> Vec<usize> {
    [&input.shape()[..2], spatial].concat()
}

pub(super) fn max(node: &Node) -> TractResult<Kernel> {
    let window = Window::new(node)?;
    let columns_first = node.flag("storage_order", 0);
    let indices = node.has_output(1);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        with_element!(input.dtype(), T => max_of::<T>(input, &window, indices, columns_first))
    }))
}

fn max_of<T: Element + PartialOrd>(
    input: &TensorValue,
    window: &Window,
    indices: bool,
    columns_first: bool,
) -> TractResult<Vec<Value>> {
    let (rows, spatial) = planes(input)?;
    let size: usize = spatial.iter().product();
    let data = input.slice::<T>()?;
    if !indices && let Some(tiles) = window.tiles(spatial)? {
        let shape = with_spatial(input, &tiles.output);
        let mut output = Vec::with_capacity(count(&shape)?);
        data.chunks_exact(size).for_each(|plane| tiles.largest(plane, &mut output));
        return one(TensorValue::tagged(input.dtype(), &shape, output)?);
    }
    let windows = window.over(spatial)?;
    let shape = with_spatial(input, &windows.output);
    let mut output = Vec::with_capacity(count(&shape)?);
    let mut chosen = Vec::with_capacity(if indices { output.capacity() } else { 0 });
    for row in 0..rows {
        let plane = &data[row * size..(row + 1) * size];
        for elements in &windows.elements {
            let Some((first, rest)) = elements.split_first() else { bail!("a window lies in the padding alone") };
            let best = rest.iter().fold(*first, |best, &at| if plane[at] > plane[best] { at } else { best });
            output.push(plane[best].clone());
            if indices {
                let place = if columns_first { by_columns(best, spatial) } else { best };
                chosen.push((row * size + place) as i64);
            }
        }
    }
    let mut outputs: Vec<Value> = vec![TensorValue::tagged(input.dtype(), &shape, output)?.into()];
    if indices {
        outputs.push(TensorValue::new(&shape, chosen)?.into());
    }
    Ok(outputs)
}

/// A row-major place, counted with the first axis running fastest.
fn by_columns(mut place: usize, spatial: &[usize]) -> usize {
    let total: usize = spatial.iter().product();
    spatial
        .iter()
        .rev()
        .fold((0, total), |(sum, step), &size| {
            let at = place % size;
            place /= size;
            let step = step / size;
            (sum + at * step, step)
        })
        .0
}

pub(super) fn average(node: &Node) -> TractResult<Kernel> {
    let padding_counts = node.flag("count_include_pad", 0);
    build(node, move |sum, inside, places| sum / if padding_counts { places } else { inside } as f64, |x| x)
}

pub(super) fn lp(node: &Node) -> TractResult<Kernel> {
    let p = exponent(node)?;
    build(node, move |sum, _, _| root(sum, p), move |x| power(x, p))
}

/// The exponent of LpPool, which was a float once.
fn exponent(node: &Node) -> TractResult<f64> {
    let p = if node.opset < 2 { f64::from(node.float("p", 2.0)) } else { node.int("p", 2) as f64 };
    ensure!(p > 0.0, "p is {p}");
    Ok(p)
}

fn power(x: f64, p: f64) -> f64 {
    if p == 2.0 { x * x } else { x.abs().powf(p) }
}

fn root(sum: f64, p: f64) -> f64 {
    if p == 2.0 { sum.sqrt() } else { sum.powf(1.0 / p) }
}

/// A pool of sums of `each` element; `finish` is also given the elements and the places of a window.
fn build(
    node: &Node,
    finish: impl Fn(f64, usize, usize) -> f64 + Send + Sync + 'static,
    each: impl Fn(f64) -> f64 + Send + Sync + 'static,
) -> TractResult<Kernel> {
    let window = Window::new(node)?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (rows, spatial) = planes(input)?;
        let windows = window.over(spatial)?;
        let shape = with_spatial(input, &windows.output);
        let size: usize = spatial.iter().product();
        with_real!(input.dtype(), T => {
            let data = T::read(input)?;
            let mut output = Vec::with_capacity(count(&shape)?);
            for row in 0..rows {
                let plane = &data[row * size..(row + 1) * size];
                for (elements, places) in windows.elements.iter().zip(&windows.places) {
                    let sum: f64 = elements.iter().map(|at| each(plane[*at].to_f64())).sum();
                    output.push(T::from_f64(finish(sum, elements.len(), *places)));
                }
            }
            one(write(input.dtype(), &shape, output)?)
        })
    }))
}

pub(super) fn global_average(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| global(arguments, |plane| plane.iter().sum::<f64>() / plane.len() as f64)))
}

pub(super) fn global_max(_: &Node) -> TractResult<Kernel> {
    let larger = |a: f64, b: f64| if b > a || b.is_nan() { b } else { a };
    Ok(Box::new(move |arguments| global(arguments, |plane| plane.iter().copied().fold(f64::NEG_INFINITY, larger))))
}

pub(super) fn global_lp(node: &Node) -> TractResult<Kernel> {
    let p = exponent(node)?;
    Ok(Box::new(move |arguments| global(arguments, |plane| root(plane.iter().map(|x| power(*x, p)).sum(), p))))
}

fn global(arguments: &Arguments, reduce: impl Fn(&[f64]) -> f64) -> TractResult<Vec<Value>> {
    let input = arguments.tensor(0)?;
    let (_, spatial) = planes(input)?;
    let size: usize = spatial.iter().product();
    ensure!(size > 0, "there is nothing to pool in {:?}", input.shape());
    let output = input.to_f64s()?.chunks_exact(size).map(reduce).collect();
    one(TensorValue::from_f64s(input.dtype(), &with_spatial(input, &vec![1; spatial.len()]), output)?)
}

pub(super) fn unpool(node: &Node) -> TractResult<Kernel> {
    let kernel = node.ints("kernel_shape").unwrap_or_default();
    let strides = node.ints("strides").unwrap_or_else(|| vec![1; kernel.len()]);
    let pads = node.ints("pads").unwrap_or_else(|| vec![0; 2 * kernel.len()]);
    ensure!(strides.len() == kernel.len() && pads.len() == 2 * kernel.len(), "strides or pads don't fit kernel_shape");
    Ok(Box::new(move |arguments| {
        let (input, indices) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let (_, spatial) = planes(input)?;
        ensure!(indices.shape() == input.shape(), "expected indices of {:?}, got {:?}", input.shape(), indices.shape());
        ensure!(spatial.len() == kernel.len(), "a kernel of {kernel:?} does not fit {spatial:?}");
        let mut inferred = input.shape()[..2].to_vec();
        for (axis, size) in spatial.iter().enumerate() {
            let padding = pads[axis].saturating_add(pads[axis + kernel.len()]);
            let size = (*size as i64 - 1).checked_mul(strides[axis]).and_then(|size| size.checked_add(kernel[axis]));
            match size.and_then(|size| usize::try_from(size.checked_sub(padding)?).ok()) {
                Some(size) => inferred.push(size),
                None => bail!("the size of axis {axis} can't be inferred"),
            }
        }
        let wanted = arguments.optional(2)?.map(TensorValue::to_i64s).transpose()?;
        let shape = match wanted {
            Some(sizes) => sizes.into_iter().map(usize::try_from).collect::<Result<Vec<usize>, _>>()?,
            None => inferred.clone(),
        };
        let fits = shape.len() == inferred.len() && shape.iter().zip(&inferred).all(|(wide, size)| wide >= size);
        ensure!(fits, "an output of {shape:?} is smaller than {inferred:?}");
        with_element!(input.dtype(), T => {
            let mut output = vec![T::default(); count(&shape)?];
            for (value, &index) in input.slice::<T>()?.iter().zip(&indices.to_i64s()?) {
                let at = usize::try_from(index).ok().and_then(|index| placed(index, &inferred, &shape));
                match at.and_then(|at| output.get_mut(at)) {
                    Some(place) => place.clone_from(value),
                    None => bail!("the index {index} is out of range: the output is of {inferred:?}"),
                }
            }
            one(TensorValue::tagged(input.dtype(), &shape, output)?)
        })
    }))
}

/// Where an element of a tensor lies in a larger one that holds it in its corner.
fn placed(mut index: usize, inner: &[usize], outer: &[usize]) -> Option<usize> {
    let (mut place, mut step) = (0, 1);
    for (size, wide) in inner.iter().zip(outer).rev() {
        place += index.checked_rem(*size)? * step;
        index /= size;
        step *= wide;
    }
    (index == 0).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_columns_and_in_larger_tensors() {
        // Row 1, column 0 of 2 × 3.
        assert_eq!(by_columns(3, &[2, 3]), 1);
        assert_eq!(by_columns(2, &[2, 3]), 4);
        assert_eq!(placed(3, &[2, 2], &[3, 4]), Some(5));
        assert_eq!(placed(4, &[2, 2], &[3, 4]), None);
    }
}
