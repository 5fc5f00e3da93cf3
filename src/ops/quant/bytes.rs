//! What `import::quantised` makes of operators around quantised ones. No model names these itself.

use tract_onnx::pb::OperatorSetIdProto;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, format_err};

use super::matmul::only_zero;
use super::params::{Quantiser, byte_values, looked_up};
use crate::Dtype;
use crate::eager::broadcast::zip;
use crate::eager::graph::Graph;
use crate::eager::node::{Arguments, Build, Fuel, Kernel, Node, one};
use crate::eager::value::{Element, TensorValue, Value};

pub(in crate::ops) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Table" => table,
        "ConvScaled" => super::conv::scaled,
        "Add" => |_| pairwise(|x, y| x + y),
        "Mul" => |_| pairwise(|x, y| x * y),
        _ => return None,
    })
}

/// A function of bytes: the graph in the attribute, run on each of them once, when the model is loaded.
fn table(node: &Node) -> TractResult<Kernel> {
    let function = node.graph("function").ok_or_else(|| format_err!("function is missing"))?;
    let opset = OperatorSetIdProto { domain: String::new(), version: node.int("opset", 1) };
    let all: Vec<u8> = (0..=255).collect();
    let all = match i32::try_from(node.int("dtype", 0)).ok().and_then(Dtype::from_onnx) {
        Some(Dtype::Uint8) => TensorValue::new(&[256], all)?,
        Some(Dtype::Int8) => TensorValue::new(&[256], all.into_iter().map(|byte| byte as i8).collect())?,
        _ => bail!("expected bytes"),
    };
    let rank = usize::try_from(node.int("rank", 0))?;
    let results = Graph::new(function, &[opset])?.run(vec![all.into()], &[], &Fuel::new())?;
    let [Value::Tensor(results)] = &results[..] else { bail!("expected one tensor") };
    match results.dtype() {
        Dtype::Uint8 => lookup(<[u8; 256]>::try_from(results.slice::<u8>()?)?, rank),
        Dtype::Int8 => lookup(<[i8; 256]>::try_from(results.slice::<i8>()?)?, rank),
        other => bail!("expected bytes, got {}", other.name()),
    }
}

/// `rank`: of the constants that each number met, to which a tensor of fewer axes is spread.
fn lookup<T: Element + Copy + Send + Sync>(table: [T; 256], rank: usize) -> TractResult<Kernel> {
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        let shape = [&vec![1; rank.saturating_sub(x.rank())], x.shape()].concat();
        one(TensorValue::new(&shape, looked_up(x, &table)?)?)
    }))
}

/// A, its scale and zero point, B and its, the result's: in floats, as it was written.
fn pairwise(f: impl Fn(f32, f32) -> f32 + Send + Sync + 'static) -> TractResult<Kernel> {
    Ok(Box::new(move |arguments| {
        let (a, b) = (floats(arguments, 0)?, floats(arguments, 3)?);
        let (shape, results) = zip(&a, &b, |x: &f32, y: &f32| f(*x, *y))?;
        one(Quantiser::of(arguments.tensor(6)?, arguments.tensor(7)?)?.quantised(&shape, &results)?)
    }))
}

/// The numbers that the bytes at `index` stand for.
fn floats(arguments: &Arguments, index: usize) -> TractResult<TensorValue> {
    let (x, scale) = (arguments.tensor(index)?, arguments.tensor(index + 1)?.item::<f32>()?);
    let zero = only_zero(Some(arguments.tensor(index + 2)?))?;
    let values = byte_values(x.dtype(), scale, zero).ok_or_else(|| format_err!("expected bytes"))?;
    TensorValue::new(x.shape(), looked_up(x, &values)?)
}
