//! Our own operators, by family: found by domain and name.

use crate::eager::node::Build;

/// The kernel's maker, where the operator is ours.
pub(crate) fn find(domain: &str, operator: &str) -> Option<Build> {
    match domain {
        "" | "ai.onnx" => super::tensor::find(operator)
            .or_else(|| super::math::find(operator))
            .or_else(|| super::nn::find(operator))
            .or_else(|| super::text::find(operator))
            .or_else(|| super::sequence::find(operator))
            .or_else(|| super::quant::find(operator)),
        "ai.onnx.ml" => super::ml::find(operator),
        "ai.onnx.preview.training" => super::nn::training::find(operator),
        "com.microsoft" => super::contrib::find(operator),
        _ => None,
    }
}

/// Operators that tract has, too, but answers wrongly in some form, so that ours are used.
pub(crate) fn replaces_tracts(domain: &str, operator: &str) -> bool {
    match domain {
        // Labels of two classes, of ties, of texts; shapes of what is extracted.
        "ai.onnx.ml" => true,
        "" | "ai.onnx" => matches!(
            operator,
            // The logarithm of a sum that overflows.
            "ReduceLogSumExp"
                // Quotients are taken by the scale's reciprocal, whose rounding moves ties.
                | "QuantizeLinear"
                | "DynamicQuantizeLinear"
                // Infinite from 89 on.
                | "Softplus"
                // Planned for float64, and then not run.
                | "Round"
                | "IsNaN"
                | "IsInf"
        ),
        // tract finds ONNX's operator by the name.
        "com.microsoft" => matches!(operator, "QuantizeLinear" | "DequantizeLinear"),
        _ => false,
    }
}
