//! Pad, in every mode and version.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::layout::attribute_or_input;
use super::pick::{count, joined, picked, strides};
use crate::eager::node::{Kernel, Node, axis, one};
use crate::eager::value::TensorValue;

/// What stands where the input does not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Constant,
    Reflect,
    Edge,
    Wrap,
}

pub(super) fn pad(node: &Node) -> TractResult<Kernel> {
    let mode = match node.text("mode", "constant")?.as_str() {
        "constant" => Mode::Constant,
        "reflect" => Mode::Reflect,
        "edge" => Mode::Edge,
        "wrap" => Mode::Wrap,
        other => bail!("mode {other:?} is unknown"),
    };
    // The attribute had another name in the first version.
    let attribute = node.ints("pads").or_else(|| node.ints("paddings"));
    let old_value = f64::from(node.float("value", 0.0));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let rank = input.rank();
        let pads = attribute_or_input(&attribute, arguments, 1)?.ok_or_else(|| format_err!("pads is missing"))?;
        let axes = match arguments.optional(3)? {
            Some(axes) => {
                axes.to_i64s()?.into_iter().map(|place| axis(place, rank)).collect::<TractResult<Vec<_>>>()?
            }
            None => (0..rank).collect(),
        };
        ensure!(pads.len() == 2 * axes.len(), "pads has {} values for {} axes", pads.len(), axes.len());
        let mut before = vec![0; rank];
        let mut shape: Vec<i64> = input.shape().iter().map(|size| *size as i64).collect();
        for (place, along) in axes.iter().enumerate() {
            before[*along] = pads[place];
            let grown =
                shape[*along].checked_add(pads[place]).and_then(|size| size.checked_add(pads[axes.len() + place]));
            shape[*along] = grown.ok_or_else(|| format_err!("pads is too large"))?;
        }
        let shape = shape.into_iter().map(super::pick::size).collect::<TractResult<Vec<_>>>()?;
        count(&shape)?;
        let value = match arguments.optional(2)? {
            Some(value) if value.len() == 1 => value.reshaped(&[1])?,
            _ if input.dtype() == crate::Dtype::String => TensorValue::new(&[1], vec![String::new()])?,
            _ => TensorValue::from_f64s(input.dtype(), &[1], vec![old_value])?,
        };
        one(padded(input, &shape, &before, mode, &value)?)
    }))
}

/// The input laid into another shape, `before` places from its beginning: fewer than none where it is cropped.
///
/// # Errors
/// Where there is nothing to repeat, or `value` is not one of the input's dtype.
pub(super) fn padded(
    input: &TensorValue,
    shape: &[usize],
    before: &[i64],
    mode: Mode,
    value: &TensorValue,
) -> TractResult<TensorValue> {
    let empty = input.shape().iter().zip(shape).any(|(own, new)| *own == 0 && *new > 0);
    ensure!(mode == Mode::Constant || !empty, "there is nothing to repeat in shape {:?}", input.shape());
    let both = joined(&[&input.reshaped(&[input.len()])?, value], 0)?;
    let steps = strides(input.shape());
    picked(&both, shape, |at| {
        let mut offset = 0;
        for axis in 0..at.len() {
            match source(at[axis] as i64 - before[axis], input.shape()[axis] as i64, mode) {
                Some(place) => offset += place as usize * steps[axis],
                None => return input.len(),
            }
        }
        offset
    })
}

/// The place that is repeated, of `length`; none for the constant.
fn source(place: i64, length: i64, mode: Mode) -> Option<i64> {
    if (0..length).contains(&place) {
        return Some(place);
    }
    match mode {
        Mode::Constant => None,
        Mode::Edge => Some(place.clamp(0, length - 1)),
        Mode::Wrap => Some(place.rem_euclid(length)),
        Mode::Reflect if length == 1 => Some(0),
        Mode::Reflect => {
            let period = 2 * (length - 1);
            let folded = place.rem_euclid(period);
            Some(if folded < length { folded } else { period - folded })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reflection_does_not_repeat_the_edge() {
        let places: Vec<_> = (-4..7).map(|place| source(place, 3, Mode::Reflect).unwrap()).collect();
        assert_eq!(places, [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]);
        assert_eq!(source(-1, 3, Mode::Wrap), Some(2));
        assert_eq!(source(5, 3, Mode::Edge), Some(2));
        assert_eq!(source(5, 3, Mode::Constant), None);
    }
}
