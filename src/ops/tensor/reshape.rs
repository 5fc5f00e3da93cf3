//! Identity, Constant, Reshape.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

pub(super) fn identity(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| Ok(vec![arguments.value(0)?.clone()])))
}

pub(super) fn constant(node: &Node) -> TractResult<Kernel> {
    let value = if let Some(tensor) = node.tensor("value")? {
        tensor
    } else if node.has("value_float") {
        TensorValue::scalar(node.float("value_float", 0.0))?
    } else if node.has("value_int") {
        TensorValue::scalar(node.int("value_int", 0))?
    } else if let Some(floats) = node.floats("value_floats") {
        TensorValue::new(&[floats.len()], floats)?
    } else if let Some(ints) = node.ints("value_ints") {
        TensorValue::new(&[ints.len()], ints)?
    } else if let Some(texts) = node.texts("value_strings")? {
        TensorValue::new(&[texts.len()], texts)?
    } else if node.has("value_string") {
        TensorValue::scalar(node.text("value_string", "")?)?
    } else {
        bail!("it has no value, or a sparse one, which is not supported");
    };
    Ok(Box::new(move |_| one(value.clone())))
}

pub(super) fn reshape(node: &Node) -> TractResult<Kernel> {
    let attribute = node.ints("shape");
    let zero_is_size = node.flag("allowzero", 0);
    Ok(Box::new(move |arguments| {
        let data = arguments.tensor(0)?;
        let wanted = match &attribute {
            Some(shape) => shape.clone(),
            None => arguments.tensor(1)?.to_i64s()?,
        };
        one(data.reshaped(&resolve(&wanted, data.shape(), zero_is_size)?)?)
    }))
}

/// The sizes that a Reshape means: 0 keeps a size, −1 takes what is left.
fn resolve(wanted: &[i64], given: &[usize], zero_is_size: bool) -> TractResult<Vec<usize>> {
    let mut sizes = vec![];
    let mut rest = None;
    for (place, &size) in wanted.iter().enumerate() {
        sizes.push(match size {
            -1 if rest.is_none() => {
                rest = Some(place);
                1
            }
            0 if !zero_is_size => {
                let kept = given.get(place);
                *kept.ok_or_else(|| format_err!("the shape {wanted:?} keeps a size that {given:?} does not have"))?
            }
            _ => usize::try_from(size).map_err(|_| format_err!("the shape {wanted:?} has a negative size"))?,
        });
    }
    if let Some(place) = rest {
        let (known, count): (usize, usize) = (sizes.iter().product(), given.iter().product());
        ensure!(known > 0 && count % known == 0, "{given:?} can't become {wanted:?}");
        sizes[place] = count / known;
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_keeps_a_size_and_minus_one_takes_the_rest() {
        assert_eq!(resolve(&[0, -1], &[2, 3, 4], false).unwrap(), [2, 12]);
        assert_eq!(resolve(&[3, 0], &[0, 3], true).unwrap(), [3, 0]);
        assert!(resolve(&[-1, 5], &[2, 3], false).is_err());
        assert!(resolve(&[1, 1, 0], &[2, 3], false).is_err());
        assert!(resolve(&[-2], &[2], false).is_err());
    }
}
