//! How many inputs a node has, and of which ranks.

use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::*;

use super::Numbers;

/// Checks that the inputs are there that no version of the operator does without.
///
/// # Errors
/// With the number of those.
pub(super) fn check(node: &NodeProto) -> TractResult<()> {
    let least = match node.op_type.as_str() {
        "QLinearConv" | "QLinearMatMul" => 8,
        "BatchNormalization" => 5,
        "InstanceNormalization"
        | "GroupNormalization"
        | "LSTM"
        | "GRU"
        | "RNN"
        | "OneHot"
        | "Where"
        | "Range"
        | "RoiAlign"
        | "ScatterElements"
        | "ScatterND"
        | "Scatter"
        | "SkipLayerNormalization"
        | "GroupQueryAttention"
        | "GatherBlockQuantized"
        | "RotaryEmbedding"
        | "DeformConv"
        | "MatMulNBits" => 3,
        "Add"
        | "Sub"
        | "Mul"
        | "Div"
        | "Mod"
        | "Pow"
        | "And"
        | "Or"
        | "Xor"
        | "Equal"
        | "Less"
        | "LessOrEqual"
        | "Greater"
        | "GreaterOrEqual"
        | "BitShift"
        | "BitwiseAnd"
        | "BitwiseOr"
        | "BitwiseXor"
        | "MatMul"
        | "MatMulInteger"
        | "Gemm"
        | "FusedMatMul"
        | "Gather"
        | "GatherElements"
        | "GatherND"
        | "Conv"
        | "ConvTranspose"
        | "ConvInteger"
        | "FusedConv"
        | "NhwcConv"
        | "Expand"
        | "Tile"
        | "Compress"
        | "PRelu"
        | "CumSum"
        | "ReverseSequence"
        | "LayerNormalization"
        | "SimplifiedLayerNormalization"
        | "SkipSimplifiedLayerNormalization"
        | "RMSNormalization"
        | "QuantizeLinear"
        | "DequantizeLinear"
        | "DynamicQuantizeLSTM"
        | "MaxUnpool"
        | "MaxRoiPool"
        | "GridSample"
        | "STFT"
        | "BiasGelu"
        | "NonMaxSuppression"
        | "TensorScatter" => 2,
        _ => 1,
    };
    // Loop and Scan may begin with inputs that are left out.
    let least = if matches!(node.op_type.as_str(), "Loop" | "Scan") { 0 } else { least };
    let most = match node.op_type.as_str() {
        "Transpose" | "Flatten" | "Identity" | "Softmax" | "LogSoftmax" | "Hardmax" => 1,
        _ => usize::MAX,
    };
    let outputs = match node.op_type.as_str() {
        "GRU" | "RNN" | "TopK" | "MaxPool" => 2,
        "LSTM" => 3,
        _ => usize::MAX,
    };
    ensure!(node.input.len() <= most, "it takes {most} inputs, got {}", node.input.len());
    ensure!(node.output.len() <= outputs, "it gives {outputs} outputs, not {}", node.output.len());
    let given = node.input.iter().take_while(|name| !name.is_empty()).count();
    ensure!(given >= least, "it needs {least} inputs, got {given}");
    Ok(())
}

/// Checks that the inputs have as many axes as the operator speaks of.
///
/// # Errors
/// With the ranks.
pub(super) fn check_ranks(numbers: &Numbers, facts: &[&InferenceFact]) -> TractResult<()> {
    let rank = |index: usize| numbers.fact(facts, index).and_then(|fact| fact.shape.rank().concretize());
    let operator = numbers.operator.as_str();
    let least = match operator {
        "DepthToSpace" | "SpaceToDepth" => 4,
        _ if operator.contains("Conv") || operator.contains("Pool") => 3,
        "InstanceNormalization" | "GroupNormalization" | "LSTM" | "GRU" | "RNN" | "LRN" | "GridSample" => 3,
        "Trilu" | "EyeLike" | "Gemm" | "BatchNormalization" => 2,
        // Before opset 13 the axis was 1 where it wasn't said.
        "Softmax" | "LogSoftmax" | "Hardmax" if numbers.opset < 13 && numbers.ints("axis").is_none() => 2,
        "Softmax"
        | "LogSoftmax"
        | "Hardmax"
        | "ArgMax"
        | "ArgMin"
        | "Split"
        | "Concat"
        | "Gather"
        | "TopK"
        | "CumSum"
        | "Flatten"
        | "LayerNormalization"
        | "RMSNormalization"
        | "MatMul"
        | "MatMulInteger"
        | "Slice"
        | "OneHot"
        | "ReverseSequence"
        | "LpNormalization"
        | "MeanVarianceNormalization"
        | "STFT"
        | "DFT" => 1,
        _ => 0,
    };
    if let Some(rank) = rank(0) {
        ensure!(rank >= least, "its input has rank {rank}");
    }
    if matches!(operator, "MatMul" | "MatMulInteger" | "FusedMatMul" | "Gemm" | "QLinearMatMul") {
        ensure!(rank(if operator.starts_with('Q') { 3 } else { 1 }) != Some(0), "a factor has no axes");
    }
    let weights = match operator {
        "QLinearConv" => 3,
        _ if operator.contains("Conv") => 1,
        _ => return Ok(()),
    };
    match (rank(0), rank(weights)) {
        (Some(rank), Some(own)) => {
            ensure!(rank == own, "its weights have rank {own}, its input {rank}");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Checks that what tract reads as single numbers has one: it reads beyond an empty tensor without looking.
///
/// # Errors
/// With the input.
pub(super) fn check_elements(numbers: &Numbers, facts: &[&InferenceFact]) -> TractResult<()> {
    let operator = numbers.operator.as_str();
    let single: &[usize] = match operator {
        "TopK" | "OneHot" | "Trilu" | "CumSum" => &[1],
        "Range" => &[0, 1, 2],
        "HannWindow" | "HammingWindow" | "BlackmanWindow" => &[0],
        "STFT" => &[1, 3],
        "DFT" | "Dropout" | "Clip" => &[1, 2],
        "NonMaxSuppression" => &[2, 3, 4],
        _ => &[],
    };
    for index in single {
        // Of an open size, it may turn out to be empty.
        let is_one = |dim: &TDim| dim.to_i64().is_ok_and(|size| size == 1);
        if let Some(shape) = numbers.fact(facts, *index).and_then(|fact| fact.shape.concretize()) {
            ensure!(shape.iter().all(is_one), "input {index} has the shape {shape:?}, not one element");
        }
    }
    // A shape, or a list of axes, may be empty; what is joined may be, and the parts of Resize.
    if matches!(operator, "Concat" | "Resize") {
        return Ok(());
    }
    let lists = [i64::datum_type(), i32::datum_type(), TDim::datum_type()];
    let is_list = |fact: &InferenceFact| fact.datum_type().is_none_or(|dtype| lists.contains(&dtype));
    let count = |fact: &InferenceFact| {
        let shape = fact.shape.concretize()?;
        shape.iter().try_fold(1i64, |count, dim| Some(count.saturating_mul(dim.to_i64().ok()?)))
    };
    for fact in facts.iter().filter(|fact| operator.starts_with("Reduce") || !is_list(fact)) {
        ensure!(count(fact) != Some(0), "an input has no elements");
    }
    Ok(())
}
