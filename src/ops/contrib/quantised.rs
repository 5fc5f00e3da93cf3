//! Quantised operators of `com.microsoft`, as onnxruntime's quantiser writes them.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::Dtype;
use crate::eager::broadcast::{count, expand, shape, zip};
use crate::eager::narrow::Beyond;
use crate::eager::node::{Build, Kernel, Node, axis, one};
use crate::eager::value::TensorValue;
use crate::ops::math::product::Shapes;
use crate::ops::quant::matmul::{Right, Side, Spread, centred, centred_matrix, product};
use crate::ops::quant::params::{Quantiser, Scale, quantized};
use crate::ops::quant::{conv, dynamic, linear};

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "QuantizeLinear" => linear::quantize,
        "DequantizeLinear" => linear::dequantize,
        "QLinearAdd" | "QLinearMul" => pairwise,
        "QLinearSigmoid" | "QLinearLeakyRelu" => table,
        "QLinearSoftmax" => softmax,
        "QLinearConcat" => concat,
        "QLinearWhere" => choose,
        "QLinearGlobalAveragePool" => global_average,
        "QGemm" => gemm,
        "QLinearConv" => convolution,
        "MatMulIntegerToFloat" => matmul_to_float,
        "DynamicQuantizeMatMul" => dynamic_matmul,
        _ => return None,
    })
}

/// QLinearAdd and QLinearMul: A, its scale and zero point, B and its, the result's.
fn pairwise(node: &Node) -> TractResult<Kernel> {
    let adds = node.proto.op_type == "QLinearAdd";
    Ok(Box::new(move |arguments| {
        let (a, b) = (arguments.tensor(0)?, arguments.tensor(3)?);
        let (sa, sb, sc) = (Scale::of(arguments, 1)?, Scale::of(arguments, 4)?, Scale::of(arguments, 6)?);
        let centred =
            |x: &TensorValue, scale: Scale| TensorValue::new(x.shape(), Scale { scale: 1.0, ..scale }.real(x)?);
        let (left, right) = (centred(a, sa)?, centred(b, sb)?);
        // Added before the rounding, as onnxruntime does: an odd one moves ties.
        let zero = sc.zero as f32;
        let (to, quotients) = if adds {
            let (ra, rb) = (sa.scale / sc.scale, sb.scale / sc.scale);
            zip(&left, &right, |x: &f32, y: &f32| x * ra + y * rb + zero)?
        } else {
            let ratio = sa.scale * sb.scale / sc.scale;
            zip(&left, &right, |x: &f32, y: &f32| x * y * ratio + zero)?
        };
        let dtype = sc.dtype.unwrap_or(a.dtype());
        one(Scale { scale: 1.0, zero: 0.0, dtype: None }.quantized(dtype, &to, quotients)?)
    }))
}

/// Functions of one number: X, its scale and zero point, the result's.
fn table(node: &Node) -> TractResult<Kernel> {
    let alpha = node.float("alpha", 0.01);
    let sigmoid = node.proto.op_type == "QLinearSigmoid";
    let function = move |x: f32| match sigmoid {
        true => 1.0 / (1.0 + (-x).exp()),
        false if x < 0.0 => alpha * x,
        false => x,
    };
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        let (from, to) = (Scale::of(arguments, 1)?, Scale::of(arguments, 3)?);
        let data = from.real(x)?.into_iter().map(function).collect();
        one(to.quantized(x.dtype(), x.shape(), data)?)
    }))
}

/// The axes from `axis` on count as one before opset 13.
fn softmax(node: &Node) -> TractResult<Kernel> {
    let flattens = node.int("opset", 0) < 13;
    let along = node.int("axis", if flattens { 1 } else { -1 });
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        let (from, to) = (Scale::of(arguments, 1)?, Scale::of(arguments, 3)?);
        let along = axis(along, x.rank())?;
        let inner = if flattens { 1 } else { count(&x.shape()[along + 1..])? };
        let size = if flattens { count(&x.shape()[along..])? } else { x.shape()[along] };
        let mut data = from.real(x)?;
        for block in data.chunks_mut((size * inner).max(1)) {
            for start in 0..inner {
                let line = || (start..block.len()).step_by(inner);
                let largest = line().map(|at| block[at]).fold(f32::NEG_INFINITY, f32::max);
                let sum: f32 = line().map(|at| (block[at] - largest).exp()).sum();
                for at in (start..block.len()).step_by(inner) {
                    block[at] = (block[at] - largest).exp() / sum;
                }
            }
        }
        // onnxruntime takes whole steps of its scale to 1.
        let steps = (1.0 / to.scale).floor();
        let quotients = data.into_iter().map(|share| share * steps);
        one(quantized(to.dtype.unwrap_or(x.dtype()), x.shape(), quotients, |_| to.zero, Beyond::Saturates)?)
    }))
}

/// QLinearConcat: the result's scale and zero point, then each tensor with its own.
fn concat(node: &Node) -> TractResult<Kernel> {
    ensure!(node.has("axis"), "axis is missing");
    let along = node.int("axis", 0);
    Ok(Box::new(move |arguments| {
        let to = Scale::of(arguments, 0)?;
        ensure!(arguments.len() > 2 && (arguments.len() - 2).is_multiple_of(3), "expected three inputs a tensor");
        let mut parts = vec![];
        for index in (2..arguments.len()).step_by(3) {
            let x = arguments.tensor(index)?;
            parts.push((x, Scale::of(arguments, index + 1)?.real(x)?));
        }
        let Some((first, _)) = parts.first() else { bail!("there is nothing to join") };
        let along = axis(along, first.rank())?;
        let mut result = first.shape().to_vec();
        result[along] = 0;
        for (x, _) in &parts {
            let mut like_first = x.shape().to_vec();
            ensure!(like_first.len() > along, "{like_first:?} has no axis {along}");
            result[along] += std::mem::replace(&mut like_first[along], first.shape()[along]);
            ensure!(like_first == first.shape(), "{:?} and {:?} can't be joined", first.shape(), x.shape());
        }
        count(&result)?;
        let mut data = vec![];
        for outer in 0..count(&result[..along])? {
            for (x, values) in &parts {
                let size = count(&x.shape()[along..])?;
                data.extend(values.get(outer * size..(outer + 1) * size).unwrap_or_default());
            }
        }
        one(to.quantized(first.dtype(), &result, data)?)
    }))
}

/// QLinearWhere: condition, X and its, Y and its, the result's.
fn choose(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let (condition, x, y) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(4)?);
        let (sx, sy, to) = (Scale::of(arguments, 2)?, Scale::of(arguments, 5)?, Scale::of(arguments, 7)?);
        let common = shape(&[condition.shape(), x.shape(), y.shape()])?;
        let condition = expand(condition.slice::<bool>()?, condition.shape(), &common)?;
        let (left, right) = (expand(&sx.real(x)?, x.shape(), &common)?, expand(&sy.real(y)?, y.shape(), &common)?);
        let data = condition.iter().zip(left.iter().zip(&right)).map(|(&first, (x, y))| if first { *x } else { *y });
        one(to.quantized(x.dtype(), &common, data.collect())?)
    }))
}

fn global_average(node: &Node) -> TractResult<Kernel> {
    let channels_last = node.flag("channels_last", 0);
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        let (from, to) = (Scale::of(arguments, 1)?, Scale::of(arguments, 3)?);
        ensure!(x.rank() > 2, "expected images, got the shape {:?}", x.shape());
        let last = x.rank() - 1;
        let spatial = if channels_last { &x.shape()[1..last] } else { &x.shape()[2..] };
        let (batch, channels) = (x.shape()[0], if channels_last { x.shape()[last] } else { x.shape()[1] });
        let area = count(spatial)?;
        ensure!(area > 0, "there is nothing to average");
        let mut sums = vec![0f64; batch * channels];
        for (place, value) in x.to_f64s()?.into_iter().enumerate() {
            let at = match channels_last {
                true => place / channels / area * channels + place % channels,
                false => place / area,
            };
            sums.get_mut(at).into_iter().for_each(|sum| *sum += value - from.zero);
        }
        let data = sums.into_iter().map(|sum| (sum / area as f64) as f32 * from.scale).collect();
        let mut result = vec![1; x.rank()];
        result[0] = batch;
        result[if channels_last { last } else { 1 }] = channels;
        one(to.quantized(x.dtype(), &result, data)?)
    }))
}

/// ONNX's, but that the channels may come last.
fn convolution(node: &Node) -> TractResult<Kernel> {
    ensure!(!node.flag("channels_last", 0), "channels_last is not supported");
    conv::linear(node)
}

/// QGemm: A and its, B and its, C in whole products, and the result's, without which it is floats.
fn gemm(node: &Node) -> TractResult<Kernel> {
    let alpha = node.float("alpha", 1.0);
    let transposes = [node.flag("transA", 0), node.flag("transB", 0)];
    let known = match (node.constant(3), node.constant(5)) {
        (Some(b), Some(zero)) => {
            node.hold(3);
            Some(right(b, Some(zero), transposes[1])?)
        }
        _ => None,
    };
    Ok(Box::new(move |arguments| {
        let a = arguments.tensor(0)?;
        ensure!(a.rank() == 2, "expected a matrix, got {:?}", a.shape());
        let (left, left_shape) = turned(centred(a, arguments.optional(2)?, Side::Rows)?, a.shape(), transposes[0]);
        let (shapes, mut sums) = match &known {
            Some(right) => right.multiplied(&left, &left_shape)?,
            None => {
                right(arguments.tensor(3)?, arguments.optional(5)?, transposes[1])?.multiplied(&left, &left_shape)?
            }
        };
        if let Some(c) = arguments.optional(6)? {
            let c = expand(c.slice::<i32>()?, c.shape(), &shapes.result)?;
            sums.iter_mut().zip(c).for_each(|(sum, c)| *sum = sum.wrapping_add(c));
        }
        let a_scale = arguments.tensor(1)?.item::<f32>()?;
        let b_scale = Spread::of(arguments.tensor(4)?, Side::Columns, &shapes.result)?;
        let scale = |place: usize| alpha * a_scale * b_scale.at(place);
        if arguments.optional(7)?.is_none() {
            let data = sums.iter().enumerate().map(|(place, &sum)| sum as f32 * scale(place)).collect();
            return one(TensorValue::new(&shapes.result, data)?);
        }
        let to = Scale::of(arguments, 7)?;
        if let ([b_scale], Some(Dtype::Int8 | Dtype::Uint8)) = (&arguments.tensor(4)?.to_f32s()?[..], to.dtype) {
            let to = Quantiser::of(arguments.tensor(7)?, arguments.tensor(8)?)?;
            let factor = alpha * a_scale * b_scale / to.scale;
            return one(to.of_planes(&shapes.result, &sums, &[factor], None)?);
        }
        let quotients = sums.iter().enumerate().map(|(place, &sum)| sum as f32 * (scale(place) / to.scale));
        one(quantized(to.dtype.unwrap_or(a.dtype()), &shapes.result, quotients, |_| to.zero, Beyond::Saturates)?)
    }))
}

/// QGemm's B, with its zero points.
fn right(b: &TensorValue, zero: Option<&TensorValue>, transposed: bool) -> TractResult<Right> {
    ensure!(b.rank() == 2, "expected a matrix, got {:?}", b.shape());
    let (data, shape) = turned(centred_matrix(b, zero, transposed)?, b.shape(), transposed);
    Ok(Right::new(&data, &shape))
}

fn turned(data: Vec<i16>, shape: &[usize], transposed: bool) -> (Vec<i16>, Vec<usize>) {
    let &[rows, columns] = shape else { return (data, shape.to_vec()) };
    if !transposed {
        return (data, shape.to_vec());
    }
    let turned = (0..data.len()).map(|place| data[place % rows * columns + place / rows]).collect();
    (turned, vec![columns, rows])
}

/// A product in whole numbers, as floats: scaled, and the bias added.
fn scaled(
    (shapes, sums): (Shapes, Vec<i32>),
    a_scale: &TensorValue,
    b_scale: &TensorValue,
    bias: Option<&TensorValue>,
) -> TractResult<TensorValue> {
    let a = Spread::of(a_scale, Side::Rows, &shapes.result)?;
    let b = Spread::of(b_scale, Side::Columns, &shapes.result)?;
    let mut data: Vec<f32> =
        sums.iter().enumerate().map(|(place, &sum)| sum as f32 * (a.at(place) * b.at(place))).collect();
    if let Some(bias) = bias {
        let bias = expand(&bias.to_f32s()?, bias.shape(), &shapes.result)?;
        data.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
    }
    TensorValue::new(&shapes.result, data)
}

/// A, B, their scales, their zero points, a bias.
fn matmul_to_float(node: &Node) -> TractResult<Kernel> {
    let known = Right::known(node, 1, 5)?;
    Ok(Box::new(move |arguments| {
        let dtype = arguments.tensor(2)?.dtype();
        ensure!(dtype == Dtype::Float32, "a scale of {} is not supported", dtype.name());
        let product = product(arguments, (0, 4), (1, 5), known.as_ref())?;
        one(scaled(product, arguments.tensor(2)?, arguments.tensor(3)?, arguments.optional(6)?)?)
    }))
}

/// A in floats, B, its scale, its zero point, a bias.
fn dynamic_matmul(node: &Node) -> TractResult<Kernel> {
    let known = Right::known(node, 1, 3)?;
    Ok(Box::new(move |arguments| {
        let a = arguments.tensor(0)?;
        let bytes = dynamic::bytes(a.slice::<f32>()?);
        let data =
            centred(&TensorValue::new(a.shape(), bytes.data)?, Some(&TensorValue::scalar(bytes.zero)?), Side::Rows)?;
        let product = match &known {
            Some(right) => right.multiplied(&data, a.shape())?,
            None => {
                let b = arguments.tensor(1)?;
                Right::new(&centred(b, arguments.optional(3)?, Side::Columns)?, b.shape())
                    .multiplied(&data, a.shape())?
            }
        };
        one(scaled(product, &TensorValue::scalar(bytes.scale)?, arguments.tensor(2)?, arguments.optional(4)?)?)
    }))
}
