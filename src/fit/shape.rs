//! The shape that an array has as a model's input.

use super::Misfit;
use crate::array::{Array, Shaped, cast};
use crate::{Dim, TensorSpec};

/// The full shape of `array` as `spec`: its own, with leading axes of one added (the batch, then only fixed ones), or a
/// flat run folded.
///
/// # Errors
/// What was expected and what came.
pub(super) fn resolve(spec: &TensorSpec, array: &Array) -> Result<Vec<usize>, Misfit> {
    let Some(dims) = &spec.shape else { return Ok(array.shape.clone()) };
    let mut candidates = vec![array.shape.clone()];
    if let Some(missing @ 1..) = dims.len().checked_sub(array.shape.len()) {
        let is_one = |dim: &Dim| *dim == Dim::Fixed(1);
        // A second open axis would be a guess.
        if matches!(dims[0], Dim::Symbol(_) | Dim::Fixed(1)) && dims[1..missing].iter().all(is_one) {
            candidates.push([vec![1; missing], array.shape.clone()].concat());
        }
    }
    if array.shaped == Shaped::Nested && array.shape.len() == 1 && dims.len() != 1 {
        candidates.extend(fold(dims, array.shape[0]));
    }
    candidates.into_iter().find(|shape| fits(dims, shape)).ok_or_else(|| {
        let got = match array.shape.as_slice() {
            [] => "a single value".into(),
            [count] if array.shaped == Shaped::Nested => format!("{count} values"),
            shape => format!("shape {shape:?}"),
        };
        Misfit::Problem(format!("expected {spec}, got {got}"))
    })
}

fn fits(dims: &[Dim], shape: &[usize]) -> bool {
    dims.len() == shape.len()
        && dims.iter().zip(shape).all(|(dim, &size)| match dim {
            Dim::Fixed(expected) => *expected == size,
            Dim::Symbol(_) => size >= 1,
        })
}

/// The only shape of `dims` that `count` elements fill, where at most one dimension is open.
fn fold(dims: &[Dim], count: usize) -> Option<Vec<usize>> {
    let open = dims.iter().filter(|dim| matches!(dim, Dim::Symbol(_))).count();
    let fixed = dims.iter().try_fold(1usize, |product, dim| match dim {
        Dim::Fixed(size) => product.checked_mul(*size),
        Dim::Symbol(_) => Some(product),
    })?;
    let size = match (open, count.checked_rem(fixed)?) {
        (0, 0) if count == fixed => 1,
        (1, 0) if count > 0 => count / fixed,
        _ => return None,
    };
    let fill = |dim: &Dim| match dim {
        Dim::Fixed(fixed) => *fixed,
        Dim::Symbol(_) => size,
    };
    Some(dims.iter().map(fill).collect())
}

/// The `shape` that stands beside data; 64 bits wide on every platform, so that the limits see what was sent.
pub(super) fn declared(array: Array) -> Result<Vec<u64>, Misfit> {
    if array.shape.len() != 1 || array.shape[0] > 16 {
        return Err(Misfit::Problem("shape: expected a list of at most 16 sizes".into()));
    }
    Ok(cast::<u64>(array, None).map_err(|message| format!("shape: {message}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dtype;
    use crate::array::Data;

    fn spec(dims: &[i64]) -> TensorSpec {
        let dim = |&size: &i64| if size < 0 { Dim::Symbol(format!("S{size}")) } else { Dim::Fixed(size as usize) };
        TensorSpec { name: "x".into(), dtype: Dtype::Float32, shape: Some(dims.iter().map(dim).collect()) }
    }

    fn resolved(dims: &[i64], shape: &[usize]) -> Option<Vec<usize>> {
        let data = Data::F32(vec![0.0; shape.iter().product()]);
        resolve(&spec(dims), &Array { shape: shape.to_vec(), shaped: Shaped::Nested, data }).ok()
    }

    #[test]
    fn a_batch_axis_is_added_and_a_flat_run_folded_only_when_unambiguous() {
        assert_eq!(resolved(&[-1, 1, 28, 28], &[2, 1, 28, 28]), Some(vec![2, 1, 28, 28]));
        assert_eq!(resolved(&[-1, 1, 28, 28], &[1, 28, 28]), Some(vec![1, 1, 28, 28]));
        assert_eq!(resolved(&[-1, 1, 28, 28], &[784 * 3]), Some(vec![3, 1, 28, 28]));
        assert_eq!(resolved(&[-1, 1, 28, 28], &[28, 28]), Some(vec![1, 1, 28, 28]));
        assert_eq!(resolved(&[-1, 4], &[4]), Some(vec![1, 4]));
        assert_eq!(resolved(&[-1], &[]), Some(vec![1]));
        assert_eq!(resolved(&[], &[]), Some(vec![]));
        for (dims, shape) in [
            (&[-1, 3, 28, 28][..], &[28, 28][..]),
            (&[-1, -2, 28, 28], &[28, 28]),
            (&[-1, 1, 28, 28], &[783]),
            (&[-1, 1, 28, 28], &[0]),
            (&[-1, 4], &[0, 4]),
            (&[-1, -2], &[6, 1, 1]),
            (&[-1, -2, 3], &[6]),
            (&[2, 4], &[4]),
        ] {
            assert_eq!(resolved(dims, shape), None, "{dims:?} {shape:?}");
        }
    }

    #[test]
    fn a_declared_shape_holds_to_the_letter() {
        let array = Array { shape: vec![784], shaped: Shaped::Declared, data: Data::F32(vec![0.0; 784]) };
        assert!(resolve(&spec(&[-1, 1, 28, 28]), &array).is_err());
    }
}
