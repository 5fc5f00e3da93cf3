//! AffineGrid.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::pick::{count, each, size};
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

pub(super) fn affine(node: &Node) -> TractResult<Kernel> {
    let align_corners = node.flag("align_corners", 0);
    Ok(Box::new(move |arguments| {
        let theta = arguments.tensor(0)?;
        let sizes = arguments.tensor(1)?.to_i64s()?.into_iter().map(size).collect::<TractResult<Vec<_>>>()?;
        ensure!(sizes.len() == 4 || sizes.len() == 5, "expected 4 or 5 sizes, got {}", sizes.len());
        let axes = sizes.len() - 2;
        let wanted = [sizes[0], axes, axes + 1];
        ensure!(theta.shape() == wanted, "expected theta of shape {wanted:?}, got {:?}", theta.shape());
        let matrix = theta.to_f64s()?;
        let mut shape = vec![sizes[0]];
        shape.extend(&sizes[2..]);
        let mut values = Vec::with_capacity(count(&[shape.as_slice(), &[axes]].concat())?);
        each(&shape, |at| {
            // The last axis is x, which comes first in theta.
            let coordinate = |axis: usize| {
                let (place, length) = (at[axes - axis] as f64, shape[axes - axis] as f64);
                if !align_corners {
                    return (2.0 * place + 1.0) / length - 1.0;
                }
                if length > 1.0 { 2.0 * place / (length - 1.0) - 1.0 } else { 0.0 }
            };
            for row in 0..axes {
                let weights = &matrix[(at[0] * axes + row) * (axes + 1)..][..axes + 1];
                values.push((0..axes).map(|axis| weights[axis] * coordinate(axis)).sum::<f64>() + weights[axes]);
            }
        });
        shape.push(axes);
        one(TensorValue::from_f64s(theta.dtype(), &shape, values)?)
    }))
}
