//! Arithmetic, comparisons, casts, reductions, losses.

pub(super) mod along;
mod arithmetic;
pub(crate) mod cast;
mod einsum;
mod logic;
mod loss;
pub(crate) mod number;
pub(crate) mod product;
mod reduce;
mod unary;
pub(super) mod whole;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Add" | "Sub" | "Mul" | "Div" | "Mod" => arithmetic::binary,
        "Pow" => arithmetic::pow,
        "Min" | "Max" | "Sum" | "Mean" => arithmetic::variadic,
        "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" => logic::compare,
        "Equal" => logic::equal,
        "And" | "Or" | "Xor" => logic::binary,
        "Not" => logic::not,
        "Where" => logic::r#where,
        "IsNaN" => logic::is_nan,
        "IsInf" => logic::is_inf,
        "BitwiseAnd" | "BitwiseOr" | "BitwiseXor" | "BitShift" => logic::bitwise,
        "BitwiseNot" => logic::bitwise_not,
        "Floor" | "Ceil" | "Round" | "Sqrt" | "Reciprocal" | "Exp" | "Log" | "Sin" | "Cos" | "Tan" | "Asin"
        | "Acos" | "Atan" | "Sinh" | "Cosh" | "Tanh" | "Asinh" | "Acosh" | "Atanh" | "Erf" | "Sigmoid" | "Softplus"
        | "Softsign" | "HardSwish" | "Mish" => unary::plain,
        "LeakyRelu" | "Elu" | "Celu" | "Selu" | "HardSigmoid" | "ThresholdedRelu" | "Swish" | "Gelu" => unary::shaped,
        "Abs" | "Neg" | "Sign" | "Relu" => unary::signed,
        "Shrink" => unary::shrink,
        "Clip" => unary::clip,
        "PRelu" => unary::prelu,
        "Cast" => cast::cast,
        "CastLike" => cast::cast_like,
        "BitCast" => cast::bit_cast,
        "ReduceSum" | "ReduceProd" | "ReduceMax" | "ReduceMin" | "ReduceMean" | "ReduceL1" | "ReduceL2"
        | "ReduceSumSquare" | "ReduceLogSum" | "ReduceLogSumExp" => reduce::reduce,
        "ArgMax" | "ArgMin" => along::arg,
        "TopK" => along::top,
        "CumSum" | "CumProd" => along::cumulative,
        "Softmax" | "LogSoftmax" | "Hardmax" => along::squash,
        "NegativeLogLikelihoodLoss" => loss::negative_log_likelihood,
        "SoftmaxCrossEntropyLoss" => loss::softmax_cross_entropy,
        "MatMul" => product::matmul,
        "Gemm" => product::gemm,
        "Det" => product::det,
        "Einsum" => einsum::einsum,
        _ => return None,
    })
}
