//! Arithmetic, comparisons, casts, reductions, losses.

mod arithmetic;
mod logic;
pub(crate) mod number;

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
        _ => return None,
    })
}
