//! CausalConvWithState: each channel's convolution with what came before.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::real::{Real, Rounding, count, dot, write};
use crate::Dtype;
use crate::eager::node::{Arguments, Kernel, Node};
use crate::eager::value::Value;

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let silu = match node.text("activation", "none")?.as_str() {
        "none" => false,
        "silu" | "swish" => true,
        other => bail!("activation is {other:?}"),
    };
    Ok(Box::new(move |arguments| match arguments.tensor(0)?.dtype() {
        Dtype::Float64 => run::<f64>(silu, arguments),
        _ => run::<f32>(silu, arguments),
    }))
}

fn run<T: Real>(silu: bool, arguments: &Arguments) -> TractResult<Vec<Value>> {
    let (input, weight) = (arguments.tensor(0)?, arguments.tensor(1)?);
    let (&[batch, channels, length], &[filters, 1, width]) = (input.shape(), weight.shape()) else {
        bail!("an input of {:?} does not fit a weight of {:?}", input.shape(), weight.shape())
    };
    ensure!(filters == channels && width > 0, "{filters} filters of {width} don't fit {channels} channels");
    let bias = arguments.optional(2)?.map(T::read).transpose()?;
    ensure!(bias.as_ref().is_none_or(|bias| bias.len() == channels), "expected a bias for each of {channels} channels");
    let state_shape = [batch, channels, width - 1];
    let past = match arguments.optional(3)? {
        Some(past) => {
            ensure!(past.shape() == state_shape, "expected a state of {state_shape:?}, got {:?}", past.shape());
            T::read(past)?
        }
        None => vec![T::default(); count(&state_shape)?],
    };
    let (data, weights) = (T::read(input)?, T::read(weight)?);
    let round = Rounding::of(input.dtype());
    let mut output = Vec::with_capacity(data.len());
    let mut state = Vec::with_capacity(past.len());
    for row in 0..batch * channels {
        let channel = row % channels;
        let mut line = past[row * (width - 1)..(row + 1) * (width - 1)].to_vec();
        line.extend_from_slice(&data[row * length..(row + 1) * length]);
        let filter = &weights[channel * width..(channel + 1) * width];
        let extra = bias.as_ref().map_or(T::default(), |bias| bias[channel]);
        for window in line.windows(width) {
            let sum = round.round(dot(window, filter) + extra);
            output.push(if silu { sum / (T::from_f64(1.0) + (-sum).exp()) } else { sum });
        }
        state.extend_from_slice(&line[line.len() - (width - 1)..]);
    }
    let output = write(input.dtype(), &[batch, channels, length], output)?;
    Ok(vec![output.into(), write(input.dtype(), &state_shape, state)?.into()])
}
