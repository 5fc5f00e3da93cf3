//! Cast, CastLike and BitCast, between every pair of dtypes.

use tract_onnx::prelude::{DatumType, TractResult};
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use crate::Dtype;
use crate::eager::narrow::{self, Beyond};
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// What happens to what a dtype doesn't have.
#[derive(Clone, Copy)]
pub(crate) struct Rounding {
    pub(crate) beyond: Beyond,
    pub(crate) power: Power,
}

/// Which power of two a number becomes that is between two.
#[derive(Clone, Copy)]
pub(crate) enum Power {
    Up,
    Down,
    Nearest,
}

impl Rounding {
    fn of(node: &Node) -> TractResult<Rounding> {
        let beyond = if node.flag("saturate", 1) { Beyond::Saturates } else { Beyond::Overflows };
        let power = match node.text("round_mode", "up")?.as_str() {
            "up" => Power::Up,
            "down" => Power::Down,
            "nearest" => Power::Nearest,
            other => bail!("round_mode {other:?} is unknown"),
        };
        Ok(Rounding { beyond, power })
    }
}

fn target(node: &Node) -> TractResult<Dtype> {
    if node.opset < 6 {
        let name = node.text("to", "")?.to_lowercase();
        let name = match name.as_str() {
            "float" => "float32",
            "double" => "float64",
            other => other,
        };
        return Dtype::from_name(name).ok_or_else(|| format_err!("to: {name:?} is no dtype"));
    }
    let number = node.int("to", 0);
    let known = i32::try_from(number).ok().and_then(Dtype::from_onnx);
    known.ok_or_else(|| format_err!("to: element type {number} is not supported"))
}

pub(super) fn cast(node: &Node) -> TractResult<Kernel> {
    let (to, rounding) = (target(node)?, Rounding::of(node)?);
    Ok(Box::new(move |arguments| one(converted(arguments.tensor(0)?, to, rounding)?)))
}

pub(super) fn cast_like(node: &Node) -> TractResult<Kernel> {
    let rounding = Rounding::of(node)?;
    Ok(Box::new(move |arguments| one(converted(arguments.tensor(0)?, arguments.tensor(1)?.dtype(), rounding)?)))
}

fn converted(x: &TensorValue, to: Dtype, rounding: Rounding) -> TractResult<TensorValue> {
    let from = x.dtype();
    if from == to {
        return Ok(x.clone());
    }
    if to == Dtype::String {
        return texts(x);
    }
    if from == Dtype::String {
        return parsed(x, to);
    }
    let plain = |dtype: Dtype| dtype.carrier() == dtype && ![Dtype::Bool, Dtype::Float16].contains(&dtype);
    if plain(to) && plain(from.carrier()) {
        return whole_or_float(x, to);
    }
    numbers(to, x.shape(), x.to_f64s()?, rounding)
}

/// Numbers → a dtype, as [`Rounding`] says.
pub(crate) fn numbers(to: Dtype, shape: &[usize], data: Vec<f64>, rounding: Rounding) -> TractResult<TensorValue> {
    match to {
        Dtype::Float8e8m0 => {
            TensorValue::tagged(to, shape, data.into_iter().map(|x| power_of_two(x, rounding)).collect())
        }
        // There is no NaN: ONNX's cases expect −0.
        Dtype::Float4e2m1 => {
            let data = data.into_iter().map(|x| if x.is_nan() { -0.0 } else { x }).collect();
            TensorValue::from_f64s(to, shape, data)
        }
        _ if to.is_float() && to.carrier() != to && to != Dtype::Bfloat16 => {
            // Infinities saturate, too, also where the dtype has them.
            let finite = |x: f64| match rounding.beyond {
                Beyond::Saturates => x.clamp(f64::MIN, f64::MAX),
                Beyond::Overflows => x,
            };
            let round = |x| narrow::round_with(to, finite(x), rounding.beyond);
            TensorValue::tagged(to, shape, data.into_iter().map(round).collect())
        }
        // 4 and 2 bits wrap.
        _ if to.carrier() != to && !to.is_float() => {
            from_bits(to, shape, &data.into_iter().map(|x| x as i64 as u64).collect::<Vec<_>>())
        }
        _ => TensorValue::from_f64s(to, shape, data),
    }
}

fn power_of_two(x: f64, rounding: Rounding) -> f32 {
    let (least, largest) = (2f64.powi(-127), 2f64.powi(127));
    // Without a sign: the magnitude counts.
    let x = x.abs();
    if x.is_nan() {
        return f32::NAN;
    }
    if x <= least {
        return least as f32;
    }
    let down = 2f64.powi(((x.to_bits() >> 52 & 0x7ff) as i32 - 1023).clamp(-127, 1000));
    let rounded = match rounding.power {
        Power::Down => down,
        Power::Up if x > down => down * 2.0,
        Power::Up => down,
        Power::Nearest if x >= down * 1.5 => down * 2.0,
        Power::Nearest => down,
    };
    match rounding.beyond {
        Beyond::Saturates => rounded.min(largest) as f32,
        Beyond::Overflows if rounded > largest || x.is_infinite() => f32::NAN,
        Beyond::Overflows => rounded as f32,
    }
}

/// Between types that both Rust and ONNX have: integers wrap, floats are truncated and saturate.
fn whole_or_float(x: &TensorValue, to: Dtype) -> TractResult<TensorValue> {
    use super::number::with_number;
    macro_rules! each {
        ($($datum:ident $type:ty),*) => {
            match to.to_tract() {
                $(DatumType::$datum => with_number!(x.dtype(), T => {
                    TensorValue::new(x.shape(), x.slice::<T>()?.iter().map(|&x| x.into_as() as $type).collect())
                }),)*
                _ => bail!("no numbers become {}", to.name()),
            }
        };
    }
    each!(F32 f32, F64 f64, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64)
}

/// A type that `as` converts.
trait As {
    type Own;
    fn into_as(self) -> Self::Own;
}

macro_rules! own {
    ($($type:ty),*) => { $(impl As for $type {
        type Own = $type;
        fn into_as(self) -> $type { self }
    })* };
}
own!(f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);

impl As for tract_onnx::prelude::f16 {
    type Own = f32;
    fn into_as(self) -> f32 {
        self.to_f32()
    }
}

/// Numbers as onnxruntime writes them.
fn texts(x: &TensorValue) -> TractResult<TensorValue> {
    let data: Vec<String> = match x.dtype().to_tract() {
        DatumType::Bool => x.slice::<bool>()?.iter().map(|&x| if x { "1".into() } else { "0".into() }).collect(),
        DatumType::U64 => x.slice::<u64>()?.iter().map(u64::to_string).collect(),
        DatumType::F64 => x.slice::<f64>()?.iter().map(|&x| general(x, 17)).collect(),
        _ if x.dtype().is_float() => x.to_f64s()?.into_iter().map(|x| general(x, 8)).collect(),
        _ => x.to_i64s()?.iter().map(i64::to_string).collect(),
    };
    TensorValue::new(x.shape(), data)
}

/// `%.{digits}g` of C.
fn general(x: f64, digits: usize) -> String {
    if x.is_nan() {
        return "NaN".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "INF".into() } else { "-INF".into() };
    }
    let scientific = format!("{x:.*e}", digits - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs());
    }
    let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
    trimmed(&format!("{x:.decimals$}"))
}

fn parsed(x: &TensorValue, to: Dtype) -> TractResult<TensorValue> {
    let texts = x.slice::<String>()?;
    if !to.is_float() && to != Dtype::Bool {
        let whole = texts.iter().map(|text| text.trim().parse::<i128>().ok()).collect::<Option<Vec<i128>>>();
        match (whole, to) {
            (Some(whole), Dtype::Uint64) => {
                return TensorValue::new(x.shape(), whole.iter().map(|&x| x as u64).collect());
            }
            (Some(whole), _) => {
                let wide = TensorValue::new(x.shape(), whole.iter().map(|&x| x as i64).collect())?;
                return converted(&wide, to, Rounding { beyond: Beyond::Saturates, power: Power::Up });
            }
            (None, _) => {}
        }
    }
    let number = |text: &String| match text.trim().parse::<f64>() {
        Ok(number) => Ok(number),
        Err(_) => Err(format_err!("{text:?} is no number")),
    };
    if to == Dtype::Float32 {
        // Straight to float32: through a double, it may be rounded twice.
        let single = |text: &String| text.trim().parse::<f32>().map_err(|_| format_err!("{text:?} is no number"));
        return TensorValue::new(x.shape(), texts.iter().map(single).collect::<TractResult<_>>()?);
    }
    let data = texts.iter().map(number).collect::<TractResult<Vec<f64>>>()?;
    numbers(to, x.shape(), data, Rounding { beyond: Beyond::Saturates, power: Power::Up })
}

pub(super) fn bit_cast(node: &Node) -> TractResult<Kernel> {
    let to = target(node)?;
    ensure!(width(to).is_some(), "the bits of {} are not defined", to.name());
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        ensure!(width(x.dtype()) == width(to), "{} and {} differ in width", x.dtype().name(), to.name());
        let bits = bits(x)?;
        one(from_bits(to, x.shape(), &bits)?)
    }))
}

fn width(dtype: Dtype) -> Option<usize> {
    use Dtype::*;
    Some(match dtype {
        String => return None,
        Uint2 | Int2 => 2,
        Uint4 | Int4 | Float4e2m1 => 4,
        Bfloat16 => 16,
        Float8e4m3fn | Float8e4m3fnuz | Float8e5m2 | Float8e5m2fnuz | Float8e8m0 => 8,
        own => own.to_tract().size_of() * 8,
    })
}

fn bits(x: &TensorValue) -> TractResult<Vec<u64>> {
    let dtype = x.dtype();
    if dtype.is_float() && dtype.carrier() != dtype {
        let narrow = |&x: &f32| match dtype {
            Dtype::Bfloat16 => u64::from(x.to_bits() >> 16),
            _ => {
                let count = 1 << width(dtype).unwrap_or(8);
                let same = |bits: &u16| {
                    let own = narrow::from_bits(dtype, *bits);
                    own.to_bits() == x.to_bits() || own.is_nan() && x.is_nan()
                };
                (0..count).find(same).map_or(0, u64::from)
            }
        };
        return Ok(x.slice::<f32>()?.iter().map(narrow).collect());
    }
    Ok(match dtype.to_tract() {
        DatumType::F32 => x.slice::<f32>()?.iter().map(|x| x.to_bits().into()).collect(),
        DatumType::F64 => x.slice::<f64>()?.iter().map(|x| x.to_bits()).collect(),
        DatumType::F16 => x.slice::<tract_onnx::prelude::f16>()?.iter().map(|x| x.to_bits().into()).collect(),
        DatumType::U64 => x.slice::<u64>()?.to_vec(),
        _ => x.to_i64s()?.into_iter().map(|x| x as u64).collect(),
    })
}

fn from_bits(to: Dtype, shape: &[usize], bits: &[u64]) -> TractResult<TensorValue> {
    let signed = |width: u32| move |&bits: &u64| ((bits << (64 - width)) as i64) >> (64 - width);
    let bytes = |count: u32| bits.iter().map(move |&bits| (bits & ((1 << count) - 1)) as u8).collect();
    if to.is_float() && to.carrier() != to {
        return TensorValue::tagged(to, shape, bits.iter().map(|&bits| narrow::from_bits(to, bits as u16)).collect());
    }
    match to {
        Dtype::Float32 => TensorValue::new(shape, bits.iter().map(|&x| f32::from_bits(x as u32)).collect()),
        Dtype::Float64 => TensorValue::new(shape, bits.iter().map(|&x| f64::from_bits(x)).collect()),
        Dtype::Float16 => {
            let half = |&x: &u64| tract_onnx::prelude::f16::from_bits(x as u16);
            TensorValue::new(shape, bits.iter().map(half).collect())
        }
        Dtype::Uint2 => TensorValue::tagged(to, shape, bytes(2)),
        Dtype::Uint4 => TensorValue::tagged(to, shape, bytes(4)),
        Dtype::Int2 => TensorValue::tagged(to, shape, bits.iter().map(signed(2)).map(|x| x as i8).collect()),
        Dtype::Int4 => TensorValue::tagged(to, shape, bits.iter().map(signed(4)).map(|x| x as i8).collect()),
        Dtype::Bool => TensorValue::new(shape, bits.iter().map(|&x| x & 0xff != 0).collect()),
        Dtype::Uint64 => TensorValue::new(shape, bits.to_vec()),
        _ => {
            let wide = TensorValue::new(shape, bits.iter().map(|&x| x as i64).collect())?;
            whole_or_float(&wide, to)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Rounding = Rounding { beyond: Beyond::Saturates, power: Power::Up };

    #[test]
    fn numbers_are_written_as_c_writes_them() {
        assert_eq!(general(0.1f32.into(), 8), "0.1");
        assert_eq!(general(1e10, 8), "1e+10");
        assert_eq!(general(0.00001, 8), "1e-05");
        assert_eq!(general(16_777_216.0, 8), "16777216");
        assert_eq!(general(-0.0, 8), "-0");
        assert_eq!(general(f64::NEG_INFINITY, 8), "-INF");
    }

    #[test]
    fn integers_wrap_and_floats_saturate() {
        let x = TensorValue::new(&[2], vec![300i64, -1]).unwrap();
        assert_eq!(converted(&x, Dtype::Uint8, UP).unwrap().slice::<u8>().unwrap(), [44, 255]);
        let x = TensorValue::new(&[3], vec![3e9f32, -2.7, f32::NAN]).unwrap();
        assert_eq!(converted(&x, Dtype::Int32, UP).unwrap().slice::<i32>().unwrap(), [i32::MAX, -2, 0]);
        assert_eq!(converted(&x, Dtype::Bool, UP).unwrap().slice::<bool>().unwrap(), [true; 3]);
        let x = TensorValue::new(&[1], vec![9_007_199_254_740_993i64]).unwrap();
        assert_eq!(converted(&x, Dtype::String, UP).unwrap().slice::<String>().unwrap(), ["9007199254740993"]);
    }

    #[test]
    fn texts_become_numbers() {
        let x = TensorValue::new(&[2], vec!["1e2".to_owned(), "-inf".to_owned()]).unwrap();
        assert_eq!(converted(&x, Dtype::Float32, UP).unwrap().slice::<f32>().unwrap(), [100.0, f32::NEG_INFINITY]);
        let x = TensorValue::new(&[1], vec!["one".to_owned()]).unwrap();
        assert!(converted(&x, Dtype::Float32, UP).is_err());
    }
}
