//! Quantisation: floats as small integers times a scale.

pub(crate) mod conv;
pub(crate) mod dynamic;
pub(crate) mod linear;
pub(crate) mod matmul;
pub(crate) mod params;

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
