//! Broadcasting as numpy does: sizes of 1 repeat, missing leading axes count as 1.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::value::{Element, TensorValue};

/// No operator makes more elements than this: 512 MiB of float32. With what some need on the way (places, doubles) that is half of
/// the memory that WebAssembly has.
pub(crate) const MOST_ELEMENTS: usize = 1 << 27;

/// The number of elements of a shape. One without elements may not be larger along its other axes either: some operators go
/// through them.
///
/// # Errors
/// Where it is too large.
pub(crate) fn count(shape: &[usize]) -> TractResult<usize> {
    let product = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size.max(1)));
    ensure!(product.is_some_and(|count| count <= MOST_ELEMENTS), "the shape {shape:?} is too large");
    Ok(shape.iter().product())
}

/// No operator makes texts of more bytes together: those of a few loops may be as long as all memory.
const MOST_TEXT: usize = 1 << 28;

/// Checks that so many texts of at most that length can be held.
///
/// # Errors
/// Where they are too large.
pub(crate) fn check_texts(count: usize, longest: usize) -> TractResult<()> {
    let each = longest.saturating_add(size_of::<String>());
    ensure!(count.saturating_mul(each) <= MOST_TEXT, "{count} texts of up to {longest} bytes are too large");
    Ok(())
}

/// Checks that copies of elements can be held, where these are texts.
///
/// # Errors
/// Where they are too large.
pub(crate) fn check_copies(tensor: &TensorValue, count: usize) -> TractResult<()> {
    if tensor.dtype() != crate::Dtype::String {
        return Ok(());
    }
    check_texts(count, tensor.slice::<String>()?.iter().map(String::len).max().unwrap_or(0))
}

/// The shape that all of `shapes` broadcast to.
///
/// # Errors
/// Where they don't fit, or the result is too large.
pub(crate) fn shape(shapes: &[&[usize]]) -> TractResult<Vec<usize>> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut common = vec![1; rank];
    for shape in shapes {
        for (size, &own) in common[rank - shape.len()..].iter_mut().zip(shape.iter()) {
            ensure!(own == *size || own == 1 || *size == 1, "the shapes {shapes:?} don't broadcast");
            if *size == 1 {
                *size = own;
            }
        }
    }
    count(&common)?;
    Ok(common)
}

/// The steps through a tensor of shape `from` along the axes of `to`, 0 where it repeats.
fn strides(from: &[usize], to: &[usize]) -> TractResult<Vec<usize>> {
    ensure!(from.len() <= to.len(), "{from:?} does not broadcast to {to:?}");
    let mut strides = vec![0; to.len()];
    let mut step = 1;
    let skipped = to.len() - from.len();
    for axis in (0..from.len()).rev() {
        ensure!(from[axis] == to[axis + skipped] || from[axis] == 1, "{from:?} does not broadcast to {to:?}");
        strides[axis + skipped] = if from[axis] == 1 { 0 } else { step };
        step *= from[axis];
    }
    Ok(strides)
}

/// For each element of `to`, where it is in a tensor of shape `from`.
///
/// # Errors
/// Where that does not broadcast to `to`.
pub(crate) fn places(from: &[usize], to: &[usize]) -> TractResult<Vec<usize>> {
    let count = count(to)?;
    let strides = strides(from, to)?;
    let mut places = Vec::with_capacity(count);
    let row = to.last().copied().unwrap_or(1);
    let step = strides.last().copied().unwrap_or(0);
    let outer = to.len().saturating_sub(1);
    let mut index = vec![0; outer];
    let mut start = 0;
    while places.len() < count {
        places.extend((0..row).map(|place| start + place * step));
        for axis in (0..outer).rev() {
            index[axis] += 1;
            start += strides[axis];
            if index[axis] < to[axis] {
                break;
            }
            start -= strides[axis] * to[axis];
            index[axis] = 0;
        }
    }
    Ok(places)
}

/// The elements of `data`, which has shape `from`, repeated to fill `to`.
///
/// # Errors
/// Where it does not broadcast to `to`.
pub(crate) fn expand<T: Clone>(data: &[T], from: &[usize], to: &[usize]) -> TractResult<Vec<T>> {
    if from == to {
        return Ok(data.to_vec());
    }
    let places = places(from, to)?;
    let fits = places.iter().all(|&place| place < data.len());
    ensure!(fits, "{} elements do not fill {from:?}", data.len());
    Ok(places.into_iter().map(|place| data[place].clone()).collect())
}

/// A tensor repeated to fill `to`.
///
/// # Errors
/// Where it does not broadcast to `to`.
pub(crate) fn expanded(tensor: &TensorValue, to: &[usize]) -> TractResult<TensorValue> {
    check_copies(tensor, count(to)?)?;
    super::value::with_element!(tensor.dtype(), T => {
        TensorValue::tagged(tensor.dtype(), to, expand(tensor.slice::<T>()?, tensor.shape(), to)?)
    })
}

/// Whether a shape is the first axes of another, and 1 in the others: each of its elements meets a whole block.
fn leads(shape: &[usize], of: &[usize]) -> bool {
    let same = shape.iter().zip(of).take_while(|(own, size)| own == size).count();
    shape.len() == of.len() && shape[same..].iter().all(|&size| size == 1)
}

/// `f` of every pair of elements of two tensors, and the shape that these broadcast to.
///
/// # Errors
/// Where they don't broadcast, or are not held as `A` and `B`.
pub(crate) fn zip<A: Element, B: Element, R>(
    a: &TensorValue,
    b: &TensorValue,
    f: impl Fn(&A, &B) -> R,
) -> TractResult<(Vec<usize>, Vec<R>)> {
    let to = shape(&[a.shape(), b.shape()])?;
    let (left, right) = (a.slice::<A>()?, b.slice::<B>()?);
    let results = if left.len() == right.len() && a.len() == count(&to)? {
        left.iter().zip(right).map(|(x, y)| f(x, y)).collect()
    } else if let ([y], true) = (right, left.len() == count(&to)?) {
        left.iter().map(|x| f(x, y)).collect()
    } else if let ([x], true) = (left, right.len() == count(&to)?) {
        right.iter().map(|y| f(x, y)).collect()
    } else if a.shape() == to && to.ends_with(b.shape()) && !right.is_empty() {
        left.chunks(right.len()).flat_map(|row| row.iter().zip(right)).map(|(x, y)| f(x, y)).collect()
    } else if a.shape() == to && leads(b.shape(), &to) && !right.is_empty() {
        // Written row by row: an iterator in an iterator is several times as slow.
        let mut results = Vec::with_capacity(left.len());
        for (row, y) in left.chunks((left.len() / right.len()).max(1)).zip(right) {
            results.extend(row.iter().map(|x| f(x, y)));
        }
        results
    } else {
        let (left, right) = (expand(left, a.shape(), &to)?, expand(right, b.shape(), &to)?);
        left.iter().zip(&right).map(|(x, y)| f(x, y)).collect()
    };
    Ok((to, results))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_one_repeat() {
        assert_eq!(shape(&[&[2, 1], &[3], &[]]).unwrap(), [2, 3]);
        assert_eq!(shape(&[&[0], &[1]]).unwrap(), [0]);
        assert!(shape(&[&[2], &[3]]).is_err());
        assert!(shape(&[&[1 << 20, 1], &[1 << 20]]).is_err());
        assert_eq!(expand(&[1, 2], &[2, 1], &[2, 3]).unwrap(), [1, 1, 1, 2, 2, 2]);
        assert_eq!(expand(&[1, 2, 3], &[3], &[2, 3]).unwrap(), [1, 2, 3, 1, 2, 3]);
        assert_eq!(expand(&[7], &[], &[2, 0]).unwrap(), [0; 0]);
        assert_eq!(expand(&[7], &[], &[]).unwrap(), [7]);
        assert!(expand(&[1, 2], &[2], &[3]).is_err());
    }

    #[test]
    fn pairs_broadcast_both_ways() {
        let column = TensorValue::new(&[2, 1], vec![10f32, 20.0]).unwrap();
        let row = TensorValue::new(&[3], vec![1f32, 2.0, 3.0]).unwrap();
        let (shape, sums) = zip::<f32, f32, f32>(&column, &row, |x, y| x + y).unwrap();
        assert_eq!((shape, sums), (vec![2, 3], vec![11.0, 12.0, 13.0, 21.0, 22.0, 23.0]));
        let block = TensorValue::new(&[2, 3], vec![1f32, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        let (shape, sums) = zip::<f32, f32, f32>(&block, &column, |x, y| x + y).unwrap();
        assert_eq!((shape, sums), (vec![2, 3], vec![11.0, 12.0, 13.0, 24.0, 25.0, 26.0]));
        let none = TensorValue::new(&[2, 0], Vec::<f32>::new()).unwrap();
        assert_eq!(zip::<f32, f32, f32>(&none, &column, |x, y| x + y).unwrap().0, [2, 0]);
    }
}
