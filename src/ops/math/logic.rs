//! Comparisons, And, Or, Xor, Not, Where, IsNaN, IsInf; bits: BitShift, BitwiseAnd, BitwiseOr, BitwiseXor, BitwiseNot.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::arithmetic::Aligned;
use super::number::{Number, float, rounded, same_dtype, with_number};
use crate::eager::broadcast::{expanded, shape, zip};
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::{Element, TensorValue, with_element};

/// Less, LessOrEqual, Greater and GreaterOrEqual.
pub(super) fn compare(node: &Node) -> TractResult<Kernel> {
    let operator = node.proto.op_type.clone();
    let aligned = Aligned::of(node);
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, &aligned.second(arguments.tensor(0)?, arguments.tensor(1)?)?);
        same_dtype(a, b)?;
        with_number!(a.dtype(), T => {
            let holds: fn(&T, &T) -> bool = match operator.as_str() {
                "Less" => T::lt,
                "LessOrEqual" => T::le,
                "Greater" => T::gt,
                _ => T::ge,
            };
            let (shape, data) = zip(a, b, holds)?;
            one(TensorValue::new(&shape, data)?)
        })
    }))
}

/// Equal, of whatever elements.
pub(super) fn equal(node: &Node) -> TractResult<Kernel> {
    let aligned = Aligned::of(node);
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, &aligned.second(arguments.tensor(0)?, arguments.tensor(1)?)?);
        same_dtype(a, b)?;
        with_element!(a.dtype(), T => {
            let (shape, data) = zip(a, b, <T as PartialEq>::eq)?;
            one(TensorValue::new(&shape, data)?)
        })
    }))
}

/// And, Or and Xor.
pub(super) fn binary(node: &Node) -> TractResult<Kernel> {
    let operation: fn(&bool, &bool) -> bool = match node.proto.op_type.as_str() {
        "And" => |x, y| *x && *y,
        "Or" => |x, y| *x || *y,
        _ => |x, y| x != y,
    };
    let aligned = Aligned::of(node);
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, &aligned.second(arguments.tensor(0)?, arguments.tensor(1)?)?);
        let (shape, data) = zip(a, b, operation)?;
        one(TensorValue::new(&shape, data)?)
    }))
}

pub(super) fn not(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let a = arguments.tensor(0)?;
        one(TensorValue::new(a.shape(), a.slice::<bool>()?.iter().map(|x| !x).collect())?)
    }))
}

pub(super) fn r#where(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let (condition, a, b) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
        same_dtype(a, b)?;
        let to = shape(&[condition.shape(), a.shape(), b.shape()])?;
        let condition = expanded(condition, &to)?;
        let condition = condition.slice::<bool>()?;
        with_element!(a.dtype(), T => one(pick::<T>(condition, a, b, &to)?))
    }))
}

fn pick<T: Element>(condition: &[bool], a: &TensorValue, b: &TensorValue, to: &[usize]) -> TractResult<TensorValue> {
    let (left, right) = (expanded(a, to)?, expanded(b, to)?);
    let pairs = left.slice::<T>()?.iter().zip(right.slice::<T>()?);
    let picked = condition.iter().zip(pairs).map(|(&first, (x, y))| if first { x.clone() } else { y.clone() });
    TensorValue::tagged(a.dtype(), to, picked.collect())
}

pub(super) fn is_nan(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let a = arguments.tensor(0)?;
        float(a)?;
        with_number!(a.dtype(), T => {
            one(TensorValue::new(a.shape(), a.slice::<T>()?.iter().map(|x| Number::is_nan(*x)).collect())?)
        })
    }))
}

pub(super) fn is_inf(node: &Node) -> TractResult<Kernel> {
    let (negative, positive) = (node.flag("detect_negative", 1), node.flag("detect_positive", 1));
    Ok(Box::new(move |arguments| {
        let a = arguments.tensor(0)?;
        float(a)?;
        let holds = |x: f64| (positive && x == f64::INFINITY) || (negative && x == f64::NEG_INFINITY);
        one(TensorValue::new(a.shape(), a.to_f64s()?.into_iter().map(holds).collect())?)
    }))
}

/// Bits of an integer.
pub(crate) trait Bits: Number {
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn not(self) -> Self;
    /// 0 where all bits are shifted out.
    fn left(self, by: Self) -> Self;
    fn right(self, by: Self) -> Self;
}

macro_rules! bits {
    ($($type:ty),*) => { $(impl Bits for $type {
        fn and(self, other: Self) -> Self { self & other }
        fn or(self, other: Self) -> Self { self | other }
        fn xor(self, other: Self) -> Self { self ^ other }
        fn not(self) -> Self { !self }
        fn left(self, by: Self) -> Self { u32::try_from(by).ok().and_then(|by| self.checked_shl(by)).unwrap_or(0) }
        fn right(self, by: Self) -> Self { u32::try_from(by).ok().and_then(|by| self.checked_shr(by)).unwrap_or(0) }
    })* };
}
bits!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! with_bits {
    ($tensor:expr, $name:ident => $body:expr) => {
        with_bits!(@ $tensor, $name => $body, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64)
    };
    (@ $tensor:expr, $name:ident => $body:expr, $($datum:ident $type:ty),*) => {
        match $tensor.dtype().to_tract() {
            $(tract_onnx::prelude::DatumType::$datum => {
                type $name = $type;
                $body
            })*
            _ => bail!("expected integers, got {}", $tensor.dtype().name()),
        }
    };
}

/// BitwiseAnd, BitwiseOr, BitwiseXor and BitShift.
pub(super) fn bitwise(node: &Node) -> TractResult<Kernel> {
    let direction = node.text("direction", "")?;
    let operator = node.proto.op_type.clone() + &direction;
    let known = ["BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitShiftLEFT", "BitShiftRIGHT"];
    ensure!(known.contains(&operator.as_str()), "the direction is {direction:?}, not LEFT or RIGHT");
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, arguments.tensor(1)?);
        same_dtype(a, b)?;
        with_bits!(a, T => {
            let operation: fn(T, T) -> T = match operator.as_str() {
                "BitwiseAnd" => T::and,
                "BitwiseOr" => T::or,
                "BitwiseXor" => T::xor,
                "BitShiftLEFT" => T::left,
                _ => T::right,
            };
            let (shape, data) = zip(a, b, |x: &T, y: &T| operation(*x, *y))?;
            one(rounded(a.dtype(), &shape, data)?)
        })
    }))
}

pub(super) fn bitwise_not(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let a = arguments.tensor(0)?;
        with_bits!(a, T => {
            let data = a.slice::<T>()?.iter().map(|x| Bits::not(*x)).collect();
            one(rounded(a.dtype(), a.shape(), data)?)
        })
    }))
}
