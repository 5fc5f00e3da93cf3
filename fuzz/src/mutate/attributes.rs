//! Changes to a node's attributes.

use tract_onnx::pb::{AttributeProto, attribute_proto::AttributeType};

use super::{Dice, tensors};

/// Operators of which most take something like one another.
const OPERATORS: &str = "Abs Add And ArgMax AveragePool BatchNormalization BitShift Cast CastLike Ceil CenterCropPad Clip \
Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose CumSum DFT DeformConv \
DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Expand EyeLike Flatten GRU Gather \
GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GridSample GroupNormalization HammingWindow Hardmax \
Identity If ImageDecoder InstanceNormalization LRN LSTM LayerNormalization LeakyRelu Loop LpNormalization LpPool MatMul \
MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MelWeightMatrix Mod Multinomial NegativeLogLikelihoodLoss \
NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear \
RNN Range ReduceMax ReduceMean ReduceSum ReduceSumSquare RegexFullMatch Reshape Resize ReverseSequence RoiAlign \
RotaryEmbedding STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase \
SequenceInsert SequenceLength SequenceMap Shape Shrink Sign Size Slice Softmax SoftmaxCrossEntropyLoss SpaceToDepth Split \
SplitToSequence Sqrt Squeeze StringConcat StringNormalizer StringSplit Sub Sum TensorScatter TfIdfVectorizer \
ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor Attention ArrayFeatureExtractor Binarizer \
CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder LinearClassifier LinearRegressor Normalizer \
OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor ZipMap \
FusedMatMul BiasGelu SkipLayerNormalization EmbedLayerNormalization FusedConv QLinearAdd Tokenizer";

pub(super) fn operator(dice: &mut Dice) -> &'static str {
    let names: Vec<&'static str> = OPERATORS.split(' ').collect();
    names[dice.below(names.len())]
}

pub(super) fn change(attributes: &mut Vec<AttributeProto>, dice: &mut Dice) {
    let Some(place) = dice.place(attributes) else {
        return attributes.push(made(dice));
    };
    let own = &mut attributes[place];
    match dice.below(12) {
        0 => _ = attributes.remove(place),
        1 => attributes.push(made(dice)),
        2 => own.r#type = dice.below(15) as i32,
        3 => own.s = dice.pick(&["", "SAME_UPPER", "reflect", "linear", "MAX", "é", "relu", "DCR"]).as_bytes().to_vec(),
        4 => own.ints.push(dice.size()),
        5 => _ = own.ints.pop(),
        6 => own.floats.push(tensors::float(dice)),
        _ => value(own, dice),
    }
}

/// Another value of the kind that it has.
fn value(own: &mut AttributeProto, dice: &mut Dice) {
    if let Some(place) = dice.place(&own.ints) {
        own.ints[place] = if dice.below(2) == 0 { dice.number() } else { dice.size() };
    } else if let Some(place) = dice.place(&own.floats) {
        own.floats[place] = tensors::float(dice);
    } else if let Some(tensor) = &mut own.t {
        tensors::change(tensor, dice);
    } else if own.r#type == AttributeType::Float as i32 {
        own.f = tensors::float(dice);
    } else {
        own.i = if dice.below(2) == 0 { dice.number() } else { dice.size() };
    }
}

/// An attribute that many operators have.
fn made(dice: &mut Dice) -> AttributeProto {
    const INT: [&str; 14] = [
        "axis",
        "axes",
        "group",
        "keepdims",
        "to",
        "ceil_mode",
        "auto_pad",
        "k",
        "blocksize",
        "batch_dims",
        "num_heads",
        "hidden_size",
        "num_outputs",
        "block_size",
    ];
    const INTS: [&str; 10] = [
        "axes",
        "kernel_shape",
        "strides",
        "dilations",
        "pads",
        "perm",
        "split",
        "output_shape",
        "output_padding",
        "shape",
    ];
    if dice.below(2) == 0 {
        let (name, r#type) = (dice.pick(&INT).to_string(), AttributeType::Int as i32);
        return AttributeProto { name, r#type, i: dice.size(), ..Default::default() };
    }
    let ints = (0..dice.below(5)).map(|_| dice.size()).collect();
    let (name, r#type) = (dice.pick(&INTS).to_string(), AttributeType::Ints as i32);
    AttributeProto { name, r#type, ints, ..Default::default() }
}
