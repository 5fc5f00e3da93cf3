//! `com.microsoft`: what onnxruntime's optimiser and quantiser write, and scikit-learn's text models.

mod attention;
mod blocks;
mod embed;
mod fused;
mod grouped;
mod layers;
mod pool;
mod quantised;
#[cfg(test)]
mod tests;
mod tokenizer;

use crate::eager::node::Build;
use crate::ops::tensor::grid_sample;

pub(super) fn find(operator: &str) -> Option<Build> {
    match operator {
        "EmbedLayerNormalization" => Some(embed::build),
        "GridSample" => Some(grid_sample),
        "GroupQueryAttention" => Some(grouped::build),
        "MatMulNBits" => Some(blocks::build),
        "Tokenizer" => Some(tokenizer::build),
        _ => attention::find(operator)
            .or_else(|| layers::find(operator))
            .or_else(|| fused::find(operator))
            .or_else(|| pool::find(operator))
            .or_else(|| quantised::find(operator)),
    }
}
