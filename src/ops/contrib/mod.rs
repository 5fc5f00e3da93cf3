//! `com.microsoft`: what onnxruntime's optimiser and quantiser write, and scikit-learn's text models.

mod attention;
mod attention_fused;
mod quantised;
mod tokenizer;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    match operator {
        "Tokenizer" => Some(tokenizer::build),
        _ => {
            attention::find(operator).or_else(|| attention_fused::find(operator)).or_else(|| quantised::find(operator))
        }
    }
}
