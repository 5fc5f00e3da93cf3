//! `com.microsoft`: what onnxruntime's optimiser and quantiser write, and scikit-learn's text models.

mod attention;
mod attention_fused;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    attention::find(operator).or_else(|| attention_fused::find(operator))
}
