//! LinearAttention: a state that each place decays, corrects, writes into and reads.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::heads::{Heads, number};
use super::real::{Real, broadcast, count, write};
use crate::Dtype;
use crate::eager::node::{Arguments, Kernel, Node};
use crate::eager::value::Value;

struct Settings {
    query_heads: usize,
    key_heads: usize,
    scale: f64,
    gated: bool,
    corrected: bool,
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let heads = |name: &str| number(node, name)?.ok_or_else(|| format_err!("{name} is missing"));
    let (gated, corrected) = match node.text("update_rule", "gated_delta")?.as_str() {
        "linear" => (false, false),
        "gated" => (true, false),
        "delta" => (false, true),
        "gated_delta" => (true, true),
        other => bail!("update_rule is {other:?}"),
    };
    let scale = f64::from(node.float("scale", 0.0));
    let (query_heads, key_heads) = (heads("q_num_heads")?, heads("kv_num_heads")?);
    ensure!(query_heads.is_multiple_of(key_heads), "{query_heads} heads can't share {key_heads}");
    let settings = Settings { query_heads, key_heads, scale, gated, corrected };
    Ok(Box::new(move |arguments| match arguments.tensor(0)?.dtype() {
        Dtype::Float64 => run::<f64>(&settings, arguments),
        _ => run::<f32>(&settings, arguments),
    }))
}

fn run<T: Real>(settings: &Settings, arguments: &Arguments) -> TractResult<Vec<Value>> {
    let (query, key, value) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
    ensure!([query, key, value].iter().all(|tensor| tensor.rank() == 3), "queries, keys and values are of rank 3");
    let q = Heads::<T>::new(query, Some(settings.query_heads))?;
    let k = Heads::<T>::new(key, Some(settings.key_heads))?;
    let v = Heads::<T>::new(value, Some(settings.key_heads))?;
    q.check(&k, &v)?;
    ensure!(q.length == k.length, "there are {} queries and {} keys", q.length, k.length);
    let rate = |index: usize, wanted: bool, name: &str, size: usize| match (arguments.optional(index)?, wanted) {
        (None, false) => Ok(None),
        (Some(tensor), true) => {
            let own = tensor.shape().last().copied().unwrap_or(0);
            // One for all heads, one for each, or one for each entry of a key.
            let heads = if own == 1 { 1 } else { settings.key_heads };
            let rate = Heads::<T>::new(tensor, Some(heads))?;
            let shape = [rate.batch, rate.heads, rate.length, rate.size];
            broadcast(&rate.data, &shape, &[k.batch, k.heads, k.length, size]).map(Some)
        }
        _ => bail!("{name} is given without need, or missing"),
    };
    let decay = rate(4, settings.gated, "decay", k.size)?;
    let beta = rate(5, settings.corrected, "beta", 1)?;
    let state_shape = [k.batch, k.heads, k.size, v.size];
    let past = arguments.optional(3)?;
    let mut states = match past {
        Some(past) => {
            ensure!(past.shape() == state_shape, "expected a state of {state_shape:?}, got {:?}", past.shape());
            T::read(past)?
        }
        None => vec![T::default(); count(&state_shape)?],
    };
    let scale = if settings.scale == 0.0 { 1.0 / (k.size as f64).sqrt() } else { settings.scale };
    let scale = T::from_f64(scale);
    let group = q.heads / k.heads;
    let mut output = vec![T::default(); count(&[q.batch, q.heads, q.length, v.size])?];
    for (own, state) in states.chunks_exact_mut((k.size * v.size).max(1)).enumerate() {
        let (batch, head) = (own / k.heads, own % k.heads);
        for place in 0..k.length {
            let at = own * k.length + place;
            let keys = &k.data[at * k.size..(at + 1) * k.size];
            let rows = || 0..k.size;
            if let Some(decay) = &decay {
                for row in rows() {
                    let kept = decay[at * k.size + row].exp();
                    state[row * v.size..(row + 1) * v.size].iter_mut().for_each(|x| *x = *x * kept);
                }
            }
            let mut written = v.data[at * v.size..(at + 1) * v.size].to_vec();
            if let Some(beta) = &beta {
                let known = mixed(keys, state, v.size);
                written.iter_mut().zip(known).for_each(|(x, known)| *x = beta[at] * (*x - known));
            }
            for row in rows() {
                let part = &mut state[row * v.size..(row + 1) * v.size];
                part.iter_mut().zip(&written).for_each(|(x, new)| *x += keys[row] * *new);
            }
            for reader in head * group..(head + 1) * group {
                let from = (batch * q.heads + reader) * q.length + place;
                let read = mixed(&q.data[from * q.size..(from + 1) * q.size], state, v.size);
                let to = &mut output[from * v.size..(from + 1) * v.size];
                to.iter_mut().zip(read).for_each(|(x, read)| *x = scale * read);
            }
        }
    }
    let output = Heads { batch: q.batch, heads: q.heads, length: q.length, size: v.size, data: output };
    let state_dtype = past.map_or(query.dtype(), |past| past.dtype());
    Ok(vec![output.tensor(query.dtype(), true)?.into(), write(state_dtype, &state_shape, states)?.into()])
}

/// The rows of a state, each times its weight, together.
fn mixed<T: Real>(weights: &[T], state: &[T], size: usize) -> Vec<T> {
    let mut sums = vec![T::default(); size];
    for (weight, row) in weights.iter().zip(state.chunks_exact(size.max(1))) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += *weight * *x);
    }
    sums
}
