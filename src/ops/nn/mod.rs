//! Layers of networks: pooling, normalisation, attention, images, signals.

mod attention;
mod causal_conv;
mod flex;
mod heads;
mod layer_norm;
mod linear_attention;
mod norms;
pub(super) mod real;
mod rotary;

use crate::eager::node::Build;

pub(crate) use flex::Flex;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Attention" => attention::build,
        "CausalConvWithState" => causal_conv::build,
        "BatchNormalization" => norms::batch,
        "GroupNormalization" => norms::group,
        "InstanceNormalization" => norms::instance,
        "LayerNormalization" => layer_norm::layer,
        "LRN" => norms::local_response,
        "LpNormalization" => norms::lp,
        "MeanVarianceNormalization" => layer_norm::mean_variance,
        "RMSNormalization" | "SimplifiedLayerNormalization" => layer_norm::rms,
        "RotaryEmbedding" => rotary::build,
        "LinearAttention" => linear_attention::build,
        _ => return None,
    })
}
