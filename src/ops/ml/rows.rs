//! What classical models take: a row an example, a column a feature.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::value::TensorValue;

/// The number of rows and columns; a tensor of one axis is one row.
///
/// # Errors
/// For more axes, or none.
pub(super) fn rows(input: &TensorValue) -> TractResult<(usize, usize)> {
    match input.shape() {
        [columns] => Ok((1, *columns)),
        [rows, columns] => Ok((*rows, *columns)),
        shape => bail!("expected rows of features, got shape {shape:?}"),
    }
}

/// Checks that the input has at least the features that a model reads.
///
/// # Errors
/// Where it has fewer.
pub(super) fn check_features(columns: usize, read: usize) -> TractResult<()> {
    ensure!(columns >= read, "expected {read} features, got {columns}");
    Ok(())
}
