//! Functions of one number. Halves and bfloat16 are computed in float32 and rounded once.

use tract_onnx::prelude::{DatumType, TractResult, f16};
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::number::{Number, float, rounded, same_dtype, with_number};
use crate::Dtype;
use crate::eager::broadcast::zip;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::{Element, TensorValue};

/// A function on slices of both float types.
struct Function {
    single: OnSlices<f32>,
    double: OnSlices<f64>,
}

type OnSlices<T> = Box<dyn Fn(&[T]) -> Vec<T> + Send + Sync>;

/// The function whose value at `$x` is `$value`, the attributes being floats of either type.
macro_rules! function {
    ($([$($attribute:ident),*],)? $x:ident => $value:expr) => {
        Function {
            single: Box::new(move |data: &[f32]| data.iter().map(|&$x: &f32| -> f32 { $value }).collect()),
            double: Box::new(move |data: &[f64]| {
                $($(let $attribute = f64::from($attribute);)*)?
                data.iter().map(|&$x: &f64| -> f64 { $value }).collect()
            }),
        }
    };
}

fn kernel(function: Function) -> Kernel {
    Box::new(move |arguments| one(function.apply(arguments.tensor(0)?)?))
}

impl Function {
    fn apply(&self, x: &TensorValue) -> TractResult<TensorValue> {
        float(x)?;
        let data = match x.dtype().to_tract() {
            DatumType::F64 => return TensorValue::new(x.shape(), (self.double)(x.slice()?)),
            DatumType::F16 => {
                let results = (self.single)(&x.to_f32s()?);
                return TensorValue::new(x.shape(), results.into_iter().map(f16::from_f32).collect());
            }
            _ => (self.single)(x.slice()?),
        };
        rounded(x.dtype(), x.shape(), data)
    }
}

/// Functions without attributes.
pub(super) fn plain(node: &Node) -> TractResult<Kernel> {
    Ok(kernel(match node.proto.op_type.as_str() {
        "Floor" => function!(x => x.floor()),
        "Ceil" => function!(x => x.ceil()),
        "Round" => function!(x => x.round_ties_even()),
        "Sqrt" => function!(x => x.sqrt()),
        "Reciprocal" => function!(x => x.recip()),
        "Exp" => function!(x => x.exp()),
        "Log" => function!(x => x.ln()),
        "Sin" => function!(x => x.sin()),
        "Cos" => function!(x => x.cos()),
        "Tan" => function!(x => x.tan()),
        "Asin" => function!(x => x.asin()),
        "Acos" => function!(x => x.acos()),
        "Atan" => function!(x => x.atan()),
        "Sinh" => function!(x => x.sinh()),
        "Cosh" => function!(x => x.cosh()),
        "Tanh" => function!(x => x.tanh()),
        "Asinh" => function!(x => x.asinh()),
        "Acosh" => function!(x => x.acosh()),
        "Atanh" => function!(x => x.atanh()),
        "Erf" => function!(x => x.error_function()),
        "Sigmoid" => function!(x => sigmoid(x)),
        "Softplus" => function!(x => softplus(x)),
        "Softsign" => function!(x => x / (1.0 + x.abs())),
        "HardSwish" => function!(x => x * (x / 6.0 + 0.5).clamp(0.0, 1.0)),
        "Mish" => function!(x => x * softplus(x).tanh()),
        other => bail!("{other} is no function of one number"),
    }))
}

/// Functions with attributes.
#[allow(clippy::excessive_precision)] // The literals are float64's, too.
pub(super) fn shaped(node: &Node) -> TractResult<Kernel> {
    let (alpha, beta, gamma) = (|d| node.float("alpha", d), |d| node.float("beta", d), |d| node.float("gamma", d));
    Ok(kernel(match node.proto.op_type.as_str() {
        "LeakyRelu" => {
            let alpha = alpha(0.01);
            function!([alpha], x => if x < 0.0 { alpha * x } else { x })
        }
        "Elu" => {
            let alpha = alpha(1.0);
            function!([alpha], x => if x < 0.0 { alpha * x.exp_m1() } else { x })
        }
        "Celu" => {
            let alpha = alpha(1.0);
            function!([alpha], x => if x < 0.0 { alpha * (x / alpha).exp_m1() } else { x })
        }
        "Selu" => {
            let (alpha, gamma) = (alpha(1.673_263_192_176_818_8), gamma(1.050_701_022_148_132_3));
            function!([alpha, gamma], x => gamma * if x <= 0.0 { alpha * x.exp_m1() } else { x })
        }
        "HardSigmoid" => {
            let (alpha, beta) = (alpha(0.2), beta(0.5));
            function!([alpha, beta], x => (alpha * x + beta).clamp(0.0, 1.0))
        }
        "ThresholdedRelu" => {
            let alpha = alpha(1.0);
            function!([alpha], x => if x > alpha { x } else { 0.0 })
        }
        "Swish" => {
            let alpha = alpha(1.0);
            function!([alpha], x => x * sigmoid(alpha * x))
        }
        "Gelu" => match node.text("approximate", "none")?.as_str() {
            "none" => function!(x => 0.5 * x * (1.0 + (x * 0.5 * std::f32::consts::SQRT_2.same(x)).error_function())),
            "tanh" => function!(x => 0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044_715 * x * x * x)).tanh())),
            other => bail!("the approximation {other:?} is unknown"),
        },
        other => bail!("{other} is no function of one number"),
    }))
}

fn sigmoid<T: Real>(x: T) -> T {
    x.logistic()
}

fn softplus<T: Real>(x: T) -> T {
    x.log_one_plus_exp()
}

/// What Rust's floats lack.
trait Real {
    fn error_function(self) -> Self;
    fn logistic(self) -> Self;
    fn log_one_plus_exp(self) -> Self;
}

/// The square root of 2 as precise as `x`.
trait Same<T> {
    fn same(self, x: T) -> T;
}

impl Same<f32> for f32 {
    fn same(self, _: f32) -> f32 {
        self
    }
}

impl Same<f64> for f32 {
    fn same(self, _: f64) -> f64 {
        std::f64::consts::SQRT_2
    }
}

macro_rules! real {
    ($type:ty, $erf:path) => {
        impl Real for $type {
            fn error_function(self) -> Self {
                $erf(self)
            }

            fn logistic(self) -> Self {
                // Neither side overflows.
                if self >= 0.0 {
                    1.0 / (1.0 + (-self).exp())
                } else {
                    let power = self.exp();
                    power / (1.0 + power)
                }
            }

            fn log_one_plus_exp(self) -> Self {
                self.max(0.0) + (-self.abs()).exp().ln_1p()
            }
        }
    };
}
real!(f32, libm::erff);
real!(f64, libm::erf);

/// Abs, Neg, Sign and Relu, of integers too.
pub(super) fn signed(node: &Node) -> TractResult<Kernel> {
    let operator = node.proto.op_type.clone();
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        if let ("Relu", Dtype::Float32) = (operator.as_str(), x.dtype()) {
            let data = x.slice::<f32>()?.iter().map(|&x| if x < 0.0 { 0.0 } else { x }).collect();
            return one(TensorValue::new(x.shape(), data)?);
        }
        with_number!(x.dtype(), T => {
            let function: fn(T) -> T = match operator.as_str() {
                "Abs" => |x| if x.below_zero() { T::ZERO.minus(x) } else if x == T::ZERO { T::ZERO } else { x },
                // Not 0 - x, which loses the sign of 0.
                "Neg" => |x| if T::DTYPE.is_float() { T::from_f64(-x.to_f64()) } else { T::ZERO.minus(x) },
                "Sign" => |x| {
                    if x > T::ZERO { T::ONE } else if x.below_zero() { T::ZERO.minus(T::ONE) } else { x }
                },
                _ => |x| if x.below_zero() { T::ZERO } else { x },
            };
            one(rounded(x.dtype(), x.shape(), x.slice::<T>()?.iter().map(|x| function(*x)).collect())?)
        })
    }))
}

pub(super) fn shrink(node: &Node) -> TractResult<Kernel> {
    let (bias, limit) = (f64::from(node.float("bias", 0.0)), f64::from(node.float("lambd", 0.5)));
    let shrink = move |x: f64| match x {
        x if x < -limit => x + bias,
        x if x > limit => x - bias,
        _ => 0.0,
    };
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        one(TensorValue::from_f64s(x.dtype(), x.shape(), x.to_f64s()?.into_iter().map(shrink).collect())?)
    }))
}

/// Clip. The limits are attributes before opset 11, then inputs.
pub(super) fn clip(node: &Node) -> TractResult<Kernel> {
    let limits = (node.opset < 11).then(|| (node.float("min", f32::MIN), node.float("max", f32::MAX)));
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        with_number!(x.dtype(), T => {
            let limit = |index: usize| -> TractResult<Option<T>> {
                let Some(limit) = arguments.optional(index)? else { return Ok(None) };
                same_dtype(x, limit)?;
                limit.item::<T>().map(Some)
            };
            let (low, high) = match limits {
                Some((low, high)) => (Some(T::from_f64(low.into())), Some(T::from_f64(high.into()))),
                None => (limit(1)?, limit(2)?),
            };
            let clip = |&x: &T| {
                let above = match low { Some(low) if x < low => low, _ => x };
                match high { Some(high) if above > high => high, _ => above }
            };
            one(rounded(x.dtype(), x.shape(), x.slice::<T>()?.iter().map(clip).collect())?)
        })
    }))
}

/// PRelu. The slope broadcasts to the first input; before opset 7 it is one a channel.
pub(super) fn prelu(node: &Node) -> TractResult<Kernel> {
    let a_channel = node.opset < 7;
    Ok(Box::new(move |arguments| {
        let (x, slope) = (arguments.tensor(0)?, arguments.tensor(1)?);
        same_dtype(x, slope)?;
        let mut sizes = slope.shape().to_vec();
        if a_channel && slope.len() > 1 && x.rank() > 2 {
            sizes.resize(x.rank() - 1, 1);
        }
        let slope = slope.reshaped(&sizes)?;
        with_number!(x.dtype(), T => {
            let (shape, data) = zip(x, &slope, |x: &T, slope: &T| if x.below_zero() { x.times(*slope) } else { *x })?;
            ensure!(shape == x.shape(), "the slope's shape {:?} is larger than {:?}", slope.shape(), x.shape());
            one(rounded(x.dtype(), &shape, data)?)
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_do_not_overflow() {
        assert_eq!((-200f32).logistic(), 0.0);
        assert_eq!(200f32.logistic(), 1.0);
        assert_eq!(200f32.log_one_plus_exp(), 200.0);
        // erf(1), from a table; the last digit may differ.
        assert!((1f64.error_function() - 0.842_700_792_949_714_9).abs() < 1e-15);
    }
}
