//! QLinearAveragePool and NhwcMaxPool: pooling of bytes, with the channels second or last.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use crate::Dtype;
use crate::eager::broadcast::count;
use crate::eager::narrow::Beyond;
use crate::eager::node::{Build, Kernel, Node, one};
use crate::eager::value::TensorValue;
use crate::ops::nn::window::Window;
use crate::ops::quant::params::{Scale, quantized};

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "QLinearAveragePool" => average,
        "NhwcMaxPool" => max,
        _ => return None,
    })
}

/// X, its scale and zero point, the result's.
fn average(node: &Node) -> TractResult<Kernel> {
    let window = Window::new(node)?;
    let (padding_counts, last) = (node.flag("count_include_pad", 0), node.flag("channels_last", 0));
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        let (from, to) = (Scale::of(arguments, 1)?, Scale::of(arguments, 3)?);
        // Summed as floats in onnxruntime, too: quotients of bytes are often ties, which another order would move.
        let real = TensorValue::new(x.shape(), from.real(x)?)?;
        let (shape, data) = pooled(&real, &window, last, |elements| {
            let number = if padding_counts { window.kernel.iter().product() } else { elements.len() };
            let mean = elements.iter().fold(0f32, |sum, x| sum + *x as f32) / number as f32;
            mean / to.scale + to.zero as f32
        })?;
        let dtype = to.dtype.unwrap_or(x.dtype());
        one(quantized(dtype, &shape, data.into_iter(), |_| 0.0, Beyond::Saturates)?)
    }))
}

fn max(node: &Node) -> TractResult<Kernel> {
    let window = Window::new(node)?;
    Ok(Box::new(move |arguments| {
        let x = arguments.tensor(0)?;
        ensure!(matches!(x.dtype(), Dtype::Int8 | Dtype::Uint8), "expected bytes, got {}", x.dtype().name());
        let largest = |elements: &[f64]| elements.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (shape, data) = pooled(x, &window, true, largest)?;
        one(TensorValue::from_f64s(x.dtype(), &shape, data)?)
    }))
}

/// The result's shape, and `pool` of each window's elements.
fn pooled<R: Clone + Default>(
    x: &TensorValue,
    window: &Window,
    channels_last: bool,
    pool: impl Fn(&[f64]) -> R,
) -> TractResult<(Vec<usize>, Vec<R>)> {
    ensure!(x.rank() > 2, "expected images, got the shape {:?}", x.shape());
    let mut shape = x.shape().to_vec();
    let axes = if channels_last { 1..x.rank() - 1 } else { 2..x.rank() };
    let (batch, channels) = (shape[0], shape[if channels_last { x.rank() - 1 } else { 1 }]);
    let size = count(&shape[axes.clone()])?;
    let windows = window.over(&shape[axes.clone()])?;
    shape[axes].copy_from_slice(&windows.output);
    let places = windows.elements.len();
    // Where an element of a channel lies among so many.
    let at = |row: usize, place: usize, size: usize| match channels_last {
        true => (row / channels * size + place) * channels + row % channels,
        false => row * size + place,
    };
    let (data, mut output) = (x.to_f64s()?, vec![R::default(); count(&shape)?]);
    let mut met = vec![];
    for row in 0..batch * channels {
        for (place, elements) in windows.elements.iter().enumerate() {
            ensure!(!elements.is_empty(), "a window lies in the padding alone");
            met.clear();
            met.extend(elements.iter().map(|element| data[at(row, *element, size)]));
            output[at(row, place, places)] = pool(&met);
        }
    }
    Ok((shape, output))
}
