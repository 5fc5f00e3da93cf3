//! MatMulNBits of `com.microsoft`: weights of 2, 4 or 8 bits, in blocks with a scale each, as language models are quantised.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use crate::eager::node::{Arguments, Kernel, Node, one};
use crate::eager::value::TensorValue;
use crate::ops::nn::real::{Real, count, dot, with_real, write};

struct Settings {
    /// Elements of a row of the first matrix, and so of one of the weights.
    depth: usize,
    /// Rows of the weights.
    rows: usize,
    bits: usize,
    block: usize,
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let size = |name: &str, default: i64| {
        let value = node.int(name, default);
        let known = usize::try_from(value).ok().filter(|value| (1..1 << 28).contains(value));
        known.ok_or_else(|| format_err!("{name} is {value}"))
    };
    let settings =
        Settings { depth: size("K", 0)?, rows: size("N", 0)?, bits: size("bits", 4)?, block: size("block_size", 0)? };
    ensure!(matches!(settings.bits, 2 | 4 | 8), "bits is {}", settings.bits);
    ensure!((settings.block * settings.bits).is_multiple_of(8), "a block of {} is no whole bytes", settings.block);
    ensure!(node.proto.input.get(4).is_none_or(String::is_empty), "g_idx is not supported");
    Ok(Box::new(move |arguments| with_real!(arguments.tensor(0)?.dtype(), T => run::<T>(&settings, arguments))))
}

fn run<T: Real>(settings: &Settings, arguments: &Arguments) -> TractResult<Vec<crate::eager::value::Value>> {
    let (a, packed) = (arguments.tensor(0)?, arguments.tensor(1)?.slice::<u8>()?);
    let Settings { depth, rows, bits, block } = *settings;
    let [outer @ .., columns] = a.shape() else { bail!("expected a matrix, got a scalar") };
    ensure!(*columns == depth, "expected rows of {depth}, got {:?}", a.shape());
    let (blocks, bytes) = (depth.div_ceil(block), block * bits / 8);
    ensure!(
        packed.len() == count(&[rows, blocks, bytes])?,
        "{} bytes are not {rows} rows of {blocks} blocks",
        packed.len()
    );
    let scales = T::read(arguments.tensor(2)?)?;
    ensure!(scales.len() == rows * blocks, "{} scales for {rows} rows of {blocks} blocks", scales.len());
    let zeros = zeros::<T>(arguments.optional(3)?, settings, blocks)?;
    let bias = arguments.optional(5)?.map(T::read).transpose()?.unwrap_or_else(|| vec![T::default(); rows]);
    ensure!(bias.len() == rows, "expected a bias for each of {rows} rows, got {}", bias.len());
    let data = T::read(a)?;
    let shape = [outer, &[rows]].concat();
    let mut output = vec![T::default(); count(&shape)?];
    // Row by row, so that the weights stay packed.
    let mut weights = vec![T::default(); depth];
    for row in 0..rows {
        for (place, weight) in weights.iter_mut().enumerate() {
            let own = row * blocks + place / block;
            let q = part(&packed[own * bytes..], place % block, bits);
            *weight = (T::from_f64(f64::from(q)) - zeros[own]) * scales[own];
        }
        for (index, left) in data.chunks_exact(depth).enumerate() {
            output[index * rows + row] = dot(left, &weights) + bias[row];
        }
    }
    one(write(a.dtype(), &shape, output)?)
}

/// The whole number at a place, the first one in the low bits.
fn part(packed: &[u8], place: usize, bits: usize) -> u8 {
    let at = place * bits;
    packed[at / 8] >> (at % 8) & (u8::MAX >> (8 - bits))
}

/// A zero point for each block: packed as the weights are, a number each, or the middle.
fn zeros<T: Real>(given: Option<&TensorValue>, settings: &Settings, blocks: usize) -> TractResult<Vec<T>> {
    let Settings { rows, bits, .. } = *settings;
    let Some(given) = given else { return Ok(vec![T::from_f64(f64::from(1u8 << (bits - 1))); rows * blocks]) };
    if given.dtype().is_float() {
        ensure!(given.len() == rows * blocks, "{} zero points for {rows} rows of {blocks}", given.len());
        return T::read(given);
    }
    let (packed, bytes) = (given.slice::<u8>()?, (blocks * bits).div_ceil(8));
    ensure!(packed.len() == rows * bytes, "{} bytes of zero points for {rows} rows of {blocks}", packed.len());
    let of_row = |row: &[u8]| (0..blocks).map(|block| T::from_f64(part(row, block, bits).into())).collect::<Vec<T>>();
    Ok(packed.chunks_exact(bytes).flat_map(of_row).collect())
}
