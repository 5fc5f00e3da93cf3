//! `ai.onnx.ml`: trees, linear models, support vectors, encoders.

mod labels;
mod post;
mod rows;
mod trees;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "TreeEnsemble" => trees::ensemble,
        "TreeEnsembleClassifier" => trees::classifier,
        "TreeEnsembleRegressor" => trees::regressor,
        _ => return None,
    })
}
