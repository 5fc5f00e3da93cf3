//! Layers of networks: pooling, normalisation, attention, images, signals.

mod activation;
pub(super) mod attention;
mod cache;
mod causal_conv;
mod cell;
mod col2im;
pub(super) mod conv;
mod deform;
mod dropout;
mod flex;
mod fourier;
pub(super) mod heads;
pub(super) mod layer_norm;
mod linear_attention;
mod norms;
mod pool;
pub(super) mod real;
mod recurrent;
pub(super) mod rotary;
pub(super) mod training;
pub(super) mod window;

use crate::eager::node::Build;

pub(crate) use flex::Flex;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Attention" => attention::build,
        "CausalConvWithState" => causal_conv::build,
        "AveragePool" => pool::average,
        "BlackmanWindow" | "HammingWindow" | "HannWindow" => fourier::window,
        "Col2Im" => col2im::build,
        "DeformConv" => deform::build,
        "DFT" => fourier::dft,
        "Dropout" => dropout::build,
        "GRU" | "LSTM" | "RNN" => recurrent::build,
        "TensorScatter" => cache::scatter,
        "GlobalAveragePool" => pool::global_average,
        "GlobalLpPool" => pool::global_lp,
        "GlobalMaxPool" => pool::global_max,
        "LpPool" => pool::lp,
        "MaxPool" => pool::max,
        "MaxUnpool" => pool::unpool,
        "MelWeightMatrix" => fourier::mel_weights,
        "STFT" => fourier::stft,
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
