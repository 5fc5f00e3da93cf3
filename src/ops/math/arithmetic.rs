//! Add, Sub, Mul, Div, Mod, Pow; Min, Max, Sum, Mean.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, format_err};

use super::number::{Number, float, rounded, same_dtype, with_number};
use crate::eager::broadcast::{count, zip};
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

type Fallible<T> = fn(T, T) -> Option<T>;

/// Add, Sub, Mul, Div and Mod.
pub(super) fn binary(node: &Node) -> TractResult<Kernel> {
    let operator = node.proto.op_type.clone();
    let truncates = node.flag("fmod", 0);
    let aligned = Aligned::of(node);
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, &aligned.second(arguments.tensor(0)?, arguments.tensor(1)?)?);
        same_dtype(a, b)?;
        one(match operator.as_str() {
            "Add" => total(a, b, Total::Add)?,
            "Sub" => total(a, b, Total::Sub)?,
            "Mul" => total(a, b, Total::Mul)?,
            "Div" => with_number!(a.dtype(), T => fallible::<T>(a, b, T::over)?),
            _ if truncates => with_number!(a.dtype(), T => fallible::<T>(a, b, T::remainder)?),
            _ => with_number!(a.dtype(), T => fallible::<T>(a, b, T::modulo)?),
        })
    }))
}

/// How the second input of an operator lines up with the first: before opset 7 an attribute says it.
pub(super) struct Aligned {
    axis: Option<i64>,
    old: bool,
}

impl Aligned {
    pub(super) fn of(node: &Node) -> Aligned {
        Aligned { axis: node.has("axis").then(|| node.int("axis", 0)), old: node.opset < 7 }
    }

    pub(super) fn second(&self, a: &TensorValue, b: &TensorValue) -> TractResult<TensorValue> {
        let Some(axis) = self.axis.filter(|_| self.old) else { return Ok(b.clone()) };
        let axis = crate::eager::node::axis(axis, a.rank())?;
        let behind = a.rank().checked_sub(axis + b.rank());
        let behind =
            behind.ok_or_else(|| format_err!("{:?} has no place at axis {axis} of {:?}", b.shape(), a.shape()))?;
        let mut shape = b.shape().to_vec();
        shape.resize(b.rank() + behind, 1);
        b.reshaped(&shape)
    }
}

/// The operations that can't fail.
#[derive(Clone, Copy)]
enum Total {
    Add,
    Sub,
    Mul,
    Min,
    Max,
}

fn total(a: &TensorValue, b: &TensorValue, operation: Total) -> TractResult<TensorValue> {
    if a.dtype() == crate::Dtype::Float32 {
        let (shape, data) = match operation {
            Total::Add => zip(a, b, |x: &f32, y: &f32| x + y)?,
            Total::Sub => zip(a, b, |x: &f32, y: &f32| x - y)?,
            Total::Mul => zip(a, b, |x: &f32, y: &f32| x * y)?,
            Total::Min => zip(a, b, |x: &f32, y: &f32| x.smallest(*y))?,
            Total::Max => zip(a, b, |x: &f32, y: &f32| x.largest(*y))?,
        };
        return TensorValue::new(&shape, data);
    }
    with_number!(a.dtype(), T => {
        let operation: fn(T, T) -> T = match operation {
            Total::Add => T::plus,
            Total::Sub => T::minus,
            Total::Mul => T::times,
            Total::Min => T::smallest,
            Total::Max => T::largest,
        };
        let (shape, data) = zip(a, b, |x: &T, y: &T| operation(*x, *y))?;
        rounded(a.dtype(), &shape, data)
    })
}

fn fallible<T: Number>(a: &TensorValue, b: &TensorValue, operation: Fallible<T>) -> TractResult<TensorValue> {
    let (shape, data) = zip(a, b, |x: &T, y: &T| operation(*x, *y))?;
    let data = data.into_iter().collect::<Option<Vec<T>>>().ok_or_else(|| format_err!("an integer is divided by 0"))?;
    rounded(a.dtype(), &shape, data)
}

/// Pow. The result has the base's dtype.
pub(super) fn pow(node: &Node) -> TractResult<Kernel> {
    let aligned = Aligned::of(node);
    Ok(Box::new(move |arguments| {
        let (base, exponent) = (arguments.tensor(0)?, &aligned.second(arguments.tensor(0)?, arguments.tensor(1)?)?);
        if base.dtype() == crate::Dtype::Float32 && exponent.len() == 1 && count(exponent.shape())? == 1 {
            let y = exponent.to_f64s()?[0];
            if y == 2.0 && exponent.rank() <= base.rank() {
                return one(TensorValue::new(base.shape(), base.slice::<f32>()?.iter().map(|x| x * x).collect())?);
            }
        }
        let whole = !base.dtype().is_float() && !exponent.dtype().is_float();
        if whole {
            let wide = |tensor: &TensorValue| TensorValue::new(tensor.shape(), tensor.to_i64s()?);
            let (shape, data) = zip(&wide(base)?, &wide(exponent)?, whole_power)?;
            let data = data.into_iter().collect::<TractResult<Vec<i64>>>()?;
            // Wrapped to the base's width, as its own arithmetic would.
            return one(match base.dtype() {
                crate::Dtype::Int64 => TensorValue::new(&shape, data)?,
                crate::Dtype::Int32 => TensorValue::new(&shape, data.iter().map(|&x| x as i32).collect())?,
                other => bail!("a power of {} is not supported", other.name()),
            });
        }
        let wide = |tensor: &TensorValue| TensorValue::new(tensor.shape(), tensor.to_f64s()?);
        let (shape, data) = zip(&wide(base)?, &wide(exponent)?, |x: &f64, y: &f64| x.powf(*y))?;
        one(TensorValue::from_f64s(base.dtype(), &shape, data)?)
    }))
}

fn whole_power(base: &i64, exponent: &i64) -> TractResult<i64> {
    if let Ok(exponent) = u32::try_from(*exponent) {
        return Ok(base.wrapping_pow(exponent));
    }
    Ok(match (*base, exponent % 2 == 0) {
        (1, _) => 1,
        (-1, even) => {
            if even {
                1
            } else {
                -1
            }
        }
        (0, _) if *exponent < 0 => bail!("0 to the power of {exponent}"),
        _ if *exponent < 0 => 0,
        _ => bail!("the power {exponent} is too large"),
    })
}

/// Min, Max, Sum and Mean, of any number of tensors.
pub(super) fn variadic(node: &Node) -> TractResult<Kernel> {
    let (operation, mean) = match node.proto.op_type.as_str() {
        "Min" => (Total::Min, false),
        "Max" => (Total::Max, false),
        "Sum" => (Total::Add, false),
        _ => (Total::Add, true),
    };
    Ok(Box::new(move |arguments| {
        let tensors = arguments.tensors()?;
        let Some((first, others)) = tensors.split_first() else { bail!("it has no inputs") };
        let mut result = (*first).clone();
        for other in others {
            same_dtype(&result, other)?;
            result = total(&result, other, operation)?;
        }
        if mean {
            float(first)?;
            let count = TensorValue::from_f64s(first.dtype(), &[], vec![tensors.len() as f64])?;
            result = with_number!(first.dtype(), T => fallible::<T>(&result, &count, T::over)?);
        }

        one(result)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(data: &[i32]) -> TensorValue {
        TensorValue::new(&[data.len()], data.to_vec()).unwrap()
    }

    #[test]
    fn integers_wrap_and_division_truncates() {
        let sum = total(&ints(&[i32::MAX]), &ints(&[1]), Total::Add).unwrap();
        assert_eq!(sum.slice::<i32>().unwrap(), [i32::MIN]);
        let quotient = fallible::<i32>(&ints(&[-7, 7, i32::MIN]), &ints(&[2, -2, -1]), i32::over).unwrap();
        assert_eq!(quotient.slice::<i32>().unwrap(), [-3, -3, i32::MIN]);
        assert!(fallible::<i32>(&ints(&[1]), &ints(&[0]), i32::over).is_err());
        let rest = fallible::<i32>(&ints(&[-4, 7, 5]), &ints(&[3, -3, 8]), i32::modulo).unwrap();
        assert_eq!(rest.slice::<i32>().unwrap(), [2, -2, 5]);
    }

    #[test]
    fn powers_of_integers_are_exact() {
        assert_eq!(whole_power(&3, &39).unwrap(), 4_052_555_153_018_976_267);
        assert_eq!(whole_power(&2, &-1).unwrap(), 0);
        assert!(whole_power(&0, &-1).is_err());
    }

    #[test]
    fn the_largest_of_nan_is_nan() {
        assert!(1f32.largest(f32::NAN).is_nan() && f32::NAN.smallest(1.0).is_nan());
        assert_eq!(1f32.largest(2.0), 2.0);
    }
}
