//! RNN, GRU and LSTM: in each direction, lengths of their own, either layout.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::activation::{Activation, listed};
use super::cell::{Cell, Kind};
use super::heads::swapped;
use super::real::{Real, count, with_real, write};
use crate::eager::node::{Arguments, Kernel, Node};
use crate::eager::value::{TensorValue, Value};

struct Settings {
    kind: Kind,
    directions: Vec<Direction>,
    activations: Vec<Activation>,
    clip: Option<f64>,
    linear_before_reset: bool,
    input_forget: bool,
    batch_first: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Forward,
    Reverse,
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let kind = match node.proto.op_type.as_str() {
        "RNN" => Kind::Rnn,
        "GRU" => Kind::Gru,
        _ => Kind::Lstm,
    };
    let directions = match node.text("direction", "forward")?.to_ascii_lowercase().as_str() {
        "forward" => vec![Direction::Forward],
        "reverse" => vec![Direction::Reverse],
        "bidirectional" => vec![Direction::Forward, Direction::Reverse],
        other => bail!("direction is {other:?}"),
    };
    let settings = Settings {
        kind,
        activations: listed(node, kind.activations(), directions.len())?,
        directions,
        clip: node.has("clip").then(|| f64::from(node.float("clip", 0.0))).filter(|clip| *clip > 0.0),
        linear_before_reset: node.flag("linear_before_reset", 0),
        input_forget: node.flag("input_forget", 0),
        batch_first: node.flag("layout", 0),
    };
    Ok(Box::new(move |arguments| with_real!(arguments.tensor(0)?.dtype(), T => run::<T>(&settings, arguments))))
}

/// The sizes of a layer.
struct Sizes {
    length: usize,
    batch: usize,
    input: usize,
    hidden: usize,
}

fn run<T: Real>(settings: &Settings, arguments: &Arguments) -> TractResult<Vec<Value>> {
    let input = arguments.tensor(0)?;
    let (&[first, second, size], &[_, _, hidden]) = (input.shape(), arguments.tensor(2)?.shape()) else {
        bail!("expected an input and weights of rank 3, got {:?}", input.shape())
    };
    let (length, batch) = if settings.batch_first { (second, first) } else { (first, second) };
    let sizes = Sizes { length, batch, input: size, hidden };
    let directions = settings.directions.len();
    let gates = settings.kind.gates();
    let weights = checked::<T>(arguments.optional(1)?, &[directions, gates * hidden, size])?;
    let recurrent = checked::<T>(arguments.optional(2)?, &[directions, gates * hidden, hidden])?;
    let bias = checked::<T>(arguments.optional(3)?, &[directions, 2 * gates * hidden])?;
    let peepholes = match settings.kind {
        Kind::Lstm => checked::<T>(arguments.optional(7)?, &[directions, 3 * hidden])?,
        _ => vec![],
    };
    let data = T::read(input)?;
    // By place, then example.
    let data = if settings.batch_first { swapped(&data, [1, batch, length, size]) } else { data };
    let state = |index: usize| -> TractResult<Vec<T>> {
        match settings.batch_first {
            false => checked(arguments.optional(index)?, &[directions, batch, hidden]),
            true => {
                let own = checked(arguments.optional(index)?, &[batch, directions, hidden])?;
                Ok(swapped(&own, [1, batch, directions, hidden]))
            }
        }
    };
    let mut last = state(5)?;
    let mut memory = if settings.kind == Kind::Lstm { state(6)? } else { vec![] };
    let lengths = lengths(arguments.optional(4)?, &sizes)?;
    let mut all = vec![T::default(); count(&[length, directions, batch, hidden])?];
    for (direction, way) in settings.directions.iter().enumerate() {
        let part = |values: &[T], size: usize| -> Vec<T> {
            values.get(direction * size..(direction + 1) * size).unwrap_or_default().to_vec()
        };
        let each = settings.activations.len() / directions;
        let cell = Cell {
            kind: settings.kind,
            hidden,
            activations: &settings.activations[direction * each..(direction + 1) * each],
            clip: settings.clip,
            linear_before_reset: settings.linear_before_reset,
            input_forget: settings.input_forget,
            weights: part(&weights, gates * hidden * size),
            recurrent: part(&recurrent, gates * hidden * hidden),
            bias: part(&bias, 2 * gates * hidden),
            peepholes: part(&peepholes, 3 * hidden),
        };
        for (example, own_length) in lengths.iter().enumerate() {
            let at = (direction * batch + example) * hidden;
            let h = &mut last[at..at + hidden];
            let mut none: [T; 0] = [];
            let c = if memory.is_empty() { &mut none[..] } else { &mut memory[at..at + hidden] };
            if *own_length == 0 {
                // Where nothing comes there is no state either, whatever it began with: as onnxruntime has it.
                h.fill(T::default());
                c.fill(T::default());
            }
            for step in 0..*own_length {
                let place = if *way == Direction::Forward { step } else { own_length - 1 - step };
                let from = (place * batch + example) * sizes.input;
                cell.step(&data[from..from + sizes.input], h, c);
                let to = ((place * directions + direction) * batch + example) * hidden;
                all[to..to + hidden].copy_from_slice(h);
            }
        }
    }
    outputs(settings, input, &sizes, all, [last, memory])
}

fn outputs<T: Real>(
    settings: &Settings,
    input: &TensorValue,
    sizes: &Sizes,
    all: Vec<T>,
    states: [Vec<T>; 2],
) -> TractResult<Vec<Value>> {
    let Sizes { length, batch, hidden, .. } = *sizes;
    let directions = settings.directions.len();
    let dtype = input.dtype();
    let all = match settings.batch_first {
        false => write(dtype, &[length, directions, batch, hidden], all)?,
        true => {
            write(dtype, &[batch, length, directions, hidden], swapped(&all, [1, length * directions, batch, hidden]))?
        }
    };
    let mut outputs: Vec<Value> = vec![all.into()];
    for state in states {
        if state.len() != directions * batch * hidden {
            continue;
        }
        let state = match settings.batch_first {
            false => write(dtype, &[directions, batch, hidden], state)?,
            true => write(dtype, &[batch, directions, hidden], swapped(&state, [1, directions, batch, hidden]))?,
        };
        outputs.push(state.into());
    }
    Ok(outputs)
}

/// The elements of a tensor of that shape; zeros, where it is left out.
fn checked<T: Real>(tensor: Option<&TensorValue>, shape: &[usize]) -> TractResult<Vec<T>> {
    let Some(tensor) = tensor else { return Ok(vec![T::default(); count(shape)?]) };
    ensure!(tensor.shape() == shape, "expected {shape:?}, got {:?}", tensor.shape());
    T::read(tensor)
}

/// How many places each example has.
fn lengths(given: Option<&TensorValue>, sizes: &Sizes) -> TractResult<Vec<usize>> {
    let Some(given) = given else { return Ok(vec![sizes.length; sizes.batch]) };
    let lengths = given.to_i64s()?;
    ensure!(lengths.len() == sizes.batch, "{} lengths for a batch of {}", lengths.len(), sizes.batch);
    let one = |length: i64| match usize::try_from(length) {
        Ok(known) if known <= sizes.length => Ok(known),
        _ => bail!("a length of {length} is beyond {} places", sizes.length),
    };
    lengths.into_iter().map(one).collect()
}
