//! Quantisation: floats as small integers times a scale.

pub(super) mod bytes;
pub(crate) mod conv;
pub(crate) mod dynamic;
mod lanes;
pub(crate) mod linear;
pub(crate) mod matmul;
pub(crate) mod params;
pub(crate) mod plan;
mod planes;
mod shapes;
mod tiles;
pub(crate) mod window;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "QuantizeLinear" => linear::quantize,
        "DequantizeLinear" => linear::dequantize,
        "DynamicQuantizeLinear" => dynamic::quantize,
        "MatMulInteger" => matmul::integer,
        "QLinearMatMul" => matmul::linear,
        "ConvInteger" => conv::integer,
        "QLinearConv" => conv::linear,
        _ => return None,
    })
}
