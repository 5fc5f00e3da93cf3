//! Our own operators, by family: found by domain and name.

use tract_onnx::pb::{AttributeProto, NodeProto};

use crate::eager::node::Build;

/// The domain of what `import` puts in place of others. A model's own node of it is absent.
pub(crate) const INTERNAL: &str = "onnxlet.internal";

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
        INTERNAL => super::quant::bytes::find(operator),
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
                // An index out of range stops the instance, and so do some from the end.
                | "GatherElements"
                | "GatherND"
                | "OneHot"
                | "Scatter"
                | "ScatterElements"
                | "ScatterND"
                // A shift by the width and more.
                | "BitShift"
                // The root of a sum.
                | "GlobalLpPool"
                // A length of its own is ignored.
                | "DFT"
                // Planned for float64, and then not run.
                | "Round"
                | "IsNaN"
                | "IsInf"
        ),
        // tract finds ONNX's operator by the name.
        "com.microsoft" => matches!(
            operator,
            "QuantizeLinear"
                | "DequantizeLinear"
                // ONNX's of the same name are others.
                | "Attention"
                | "QLinearConv"
                // A skip's bias and sum; places before caches.
                | "SkipLayerNormalization"
                | "SkipSimplifiedLayerNormalization"
                | "RotaryEmbedding"
        ),
        _ => false,
    }
}

/// Whether tract reads a node as another: a recurrent layer that goes backward only, or has unusual activations; a cubic grid
/// that moves a place inside before its neighbours.
pub(crate) fn is_misread(node: &NodeProto) -> bool {
    let unusual = |attribute: &AttributeProto| match attribute.name.as_str() {
        "direction" => attribute.s == b"reverse",
        "activations" | "clip" => true,
        "input_forget" | "layout" => attribute.i != 0,
        _ => false,
    };
    let cubic = |attribute: &AttributeProto| attribute.name == "mode" && attribute.s.ends_with(b"cubic");
    match node.op_type.as_str() {
        "RNN" | "GRU" | "LSTM" => {
            node.attribute.iter().any(unusual) || node.input.get(4).is_some_and(|name| !name.is_empty())
        }
        "GridSample" => node.attribute.iter().any(cubic),
        _ => false,
    }
}
