//! `com.microsoft`: what onnxruntime's optimiser and quantiser write, and scikit-learn's text models.

mod tokenizer;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Tokenizer" => tokenizer::build,
        _ => return None,
    })
}
