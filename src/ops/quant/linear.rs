//! QuantizeLinear and DequantizeLinear, of ONNX and of `com.microsoft`.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::params::{Quantiser, Spread, byte_values, looked_up, quantized};
use crate::Dtype;
use crate::eager::narrow::Beyond;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// What both operators say in attributes.
struct Attributes {
    axis: i64,
    block: usize,
    output: Option<Dtype>,
}

impl Attributes {
    fn of(node: &Node) -> TractResult<Attributes> {
        let block = usize::try_from(node.int("block_size", 0)).map_err(|_| format_err!("block_size is negative"))?;
        Ok(Attributes { axis: node.int("axis", 1), block, output: dtype(node, "output_dtype")? })
    }
}

fn dtype(node: &Node, name: &str) -> TractResult<Option<Dtype>> {
    match node.int(name, 0) {
        0 => Ok(None),
        number => {
            let known = i32::try_from(number).ok().and_then(Dtype::from_onnx);
            known.map(Some).ok_or_else(|| format_err!("{name}: element type {number} is not supported"))
        }
    }
}

pub(crate) fn quantize(node: &Node) -> TractResult<Kernel> {
    let attributes = Attributes::of(node)?;
    let beyond = if node.flag("saturate", 1) { Beyond::Saturates } else { Beyond::Overflows };
    let precision = dtype(node, "precision")?;
    Ok(Box::new(move |arguments| {
        let (x, scale, zero) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.optional(2)?);
        let is_plain = precision.is_none() && attributes.output.is_none() && attributes.block == 0;
        if is_plain && let Some(bytes) = to_bytes(x, scale, zero)? {
            return one(bytes);
        }
        let spread = Spread::of(x.shape(), scale.shape(), attributes.axis, attributes.block)?;
        let dtype = zero.map(TensorValue::dtype).or(attributes.output).unwrap_or(Dtype::Uint8);
        ensure!(attributes.output.is_none_or(|output| output == dtype), "the zero point has not the output's dtype");
        let zeros = zero.map(TensorValue::to_f64s).transpose()?;
        ensure!(zeros.as_ref().is_none_or(|zeros| zeros.len() == scale.len()), "the zero point is unlike the scale");
        let zero_at = |place: usize| zeros.as_ref().and_then(|zeros| zeros.get(spread.at(place))).map_or(0.0, |x| *x);
        let (data, scales) = (x.to_f32s()?, scale.to_f32s()?);
        let scale_at = |place: usize| scales.get(spread.at(place)).copied().unwrap_or(f32::NAN);
        let half = |x: f32| match precision {
            Some(precision @ (Dtype::Float16 | Dtype::Bfloat16)) => rounded(precision, x),
            _ => x,
        };
        let quotients = data.iter().enumerate().map(|(place, &x)| half(half(x) / half(scale_at(place))));
        one(quantized(dtype, x.shape(), quotients, zero_at, beyond)?)
    }))
}

/// What most models do: float32 with one scale, as bytes.
fn to_bytes(x: &TensorValue, scale: &TensorValue, zero: Option<&TensorValue>) -> TractResult<Option<TensorValue>> {
    let is_one = scale.len() == 1 && zero.is_none_or(|zero| zero.len() == 1);
    if !is_one || x.dtype() != Dtype::Float32 || scale.dtype() != Dtype::Float32 {
        return Ok(None);
    }
    let dtype = zero.map_or(Dtype::Uint8, TensorValue::dtype);
    let zero = zero.map(TensorValue::to_f32s).transpose()?.map_or(0.0, |zero| zero[0]);
    let quantiser = Quantiser::new(scale.item::<f32>()?, zero, dtype);
    quantiser.map(|quantiser| quantiser.quantised(x.shape(), x.slice::<f32>()?)).transpose()
}

/// What most models do: bytes with one scale, as float32.
fn from_bytes(x: &TensorValue, scale: &TensorValue, zero: Option<&TensorValue>) -> TractResult<Option<TensorValue>> {
    let is_one = scale.len() == 1 && zero.is_none_or(|zero| zero.len() == 1);
    if !is_one || scale.dtype() != Dtype::Float32 || x.len() < 256 {
        return Ok(None);
    }
    let zero = zero.map(TensorValue::to_i64s).transpose()?.map_or(0, |zero| zero[0] as i32);
    let Some(values) = byte_values(x.dtype(), scale.item::<f32>()?, zero) else { return Ok(None) };
    TensorValue::new(x.shape(), looked_up(x, &values)?).map(Some)
}

fn rounded(dtype: Dtype, x: f32) -> f32 {
    match dtype {
        Dtype::Float16 => tract_onnx::prelude::f16::from_f32(x).to_f32(),
        _ => crate::eager::narrow::round(dtype, x.into()),
    }
}

pub(crate) fn dequantize(node: &Node) -> TractResult<Kernel> {
    let attributes = Attributes::of(node)?;
    Ok(Box::new(move |arguments| {
        let (x, scale, zero) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.optional(2)?);
        let spread = Spread::of(x.shape(), scale.shape(), attributes.axis, attributes.block)?;
        let dtype = attributes.output.unwrap_or(scale.dtype());
        let is_plain = dtype == Dtype::Float32 && attributes.block == 0;
        if is_plain && let Some(floats) = from_bytes(x, scale, zero)? {
            return one(floats);
        }
        if !dtype.is_float() || x.dtype() == Dtype::Float64 {
            bail!("{} does not become {}", x.dtype().name(), dtype.name());
        }
        let zeros = zero.map(TensorValue::to_f64s).transpose()?;
        ensure!(zeros.as_ref().is_none_or(|zeros| zeros.len() == scale.len()), "the zero point is unlike the scale");
        let scales = scale.to_f32s()?;
        let value = |(place, x): (usize, f64)| {
            let at = spread.at(place);
            let zero = zeros.as_ref().and_then(|zeros| zeros.get(at)).map_or(0.0, |x| *x);
            (x - zero) as f32 * scales.get(at).copied().unwrap_or(f32::NAN)
        };
        let values = x.to_f64s()?.into_iter().enumerate().map(value);
        if dtype == Dtype::Float32 {
            return one(TensorValue::new(x.shape(), values.collect())?);
        }
        one(TensorValue::from_f64s(dtype, x.shape(), values.map(f64::from).collect())?)
    }))
}
