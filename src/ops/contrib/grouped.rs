//! GroupQueryAttention of `com.microsoft`: a decoder's attention with its cache, rotations and a window, as exporters of
//! language models write it.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::node::{Arguments, Kernel, Node};
use crate::eager::value::{TensorValue, Value};
use crate::ops::nn::attention::Scoring;
use crate::ops::nn::heads::{Heads, number};
use crate::ops::nn::real::{Real, Rounding, broadcast, count, with_real};
use crate::ops::nn::rotary;

struct Settings {
    heads: usize,
    key_heads: usize,
    scale: Option<f64>,
    softcap: f64,
    /// A query sees so many keys, itself among them; all where it is none.
    window: Option<usize>,
    /// Queries and keys are turned; whether pairs are neighbours.
    rotary: Option<bool>,
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let (Some(heads), Some(key_heads)) = (number(node, "num_heads")?, number(node, "kv_num_heads")?) else {
        bail!("num_heads or kv_num_heads is missing")
    };
    for name in ["smooth_softmax", "qk_output", "kv_cache_bit_width"] {
        ensure!(node.int(name, 0) <= 0, "{name} is not supported");
    }
    for name in ["k_quant_type", "v_quant_type"] {
        ensure!(matches!(node.text(name, "NONE")?.as_str(), "NONE" | ""), "{name} is not supported");
    }
    ensure!(!node.has_output(3), "the output of scores is not supported");
    ensure!(node.proto.input.iter().skip(11).all(String::is_empty), "head_sink and what follows are not supported");
    let settings = Settings {
        heads,
        key_heads,
        scale: node.has("scale").then(|| f64::from(node.float("scale", 0.0))).filter(|scale| *scale != 0.0),
        softcap: f64::from(node.float("softcap", 0.0)),
        window: usize::try_from(node.int("local_window_size", -1)).ok().filter(|size| *size > 0),
        rotary: node.flag("do_rotary", 0).then(|| node.flag("rotary_interleaved", 0)),
    };
    Ok(Box::new(move |arguments| {
        let query = arguments.tensor(0)?;
        with_real!(query.dtype(), T => run::<T>(&settings, arguments))
    }))
}

fn run<T: Real>(settings: &Settings, arguments: &Arguments) -> TractResult<Vec<Value>> {
    let dtype = arguments.tensor(0)?.dtype();
    let [mut q, mut k, v] = parts::<T>(settings, arguments)?;
    q.check(&k, &v)?;
    let known = lengths(arguments, q.batch)?;
    // A first call has no past, whatever its examples' lengths.
    let total = whole(arguments.tensor(6)?)?;
    let past = |example: usize| if total == q.length { 0 } else { known[example].saturating_sub(q.length) };
    let pasts: Vec<usize> = (0..q.batch).map(past).collect();
    if let Some(interleaved) = settings.rotary {
        let (cos, sin) = (arguments.tensor(7)?, arguments.tensor(8)?);
        let places = match arguments.optional(9)? {
            Some(places) => places.clone(),
            None => {
                let places = pasts.iter().flat_map(|past| (0..q.length).map(move |place| (past + place) as i64));
                TensorValue::new(&[q.batch, q.length], places.collect())?
            }
        };
        for part in [&mut q, &mut k] {
            rotary::turn(part, [cos, sin], Some(&places), interleaved, Rounding::None)?;
            part.data.iter_mut().for_each(|x| *x = Rounding::of(dtype).round(*x));
        }
    }
    let (keys, values) = (arguments.optional(3)?, arguments.optional(4)?);
    let buffer = q.past_length(keys)?.max(total);
    let k = cached(k, keys, &pasts, buffer)?;
    let v = cached(v, values, &pasts, buffer)?;
    let bias = bias::<T>(
        settings,
        arguments.optional(10)?,
        &q,
        buffer,
        &pasts.iter().copied().zip(known).collect::<Vec<_>>(),
    )?;
    // Also of float16, the scores are computed in float32.
    let (scale, softcap, round) = (settings.scale, settings.softcap, Rounding::None);
    let scoring = Scoring { scale, softcap, bias: Some(&bias), round, softmax_round: round };
    let mut mixed = scoring.mix(&q, &k, &v, |_, _| {})?;
    // What lies behind an example's length may see no key at all.
    for (own, bias) in mixed.data.chunks_exact_mut(v.size.max(1)).zip(bias.chunks_exact(buffer.max(1))) {
        if bias.iter().all(|bias| bias.to_f64() == f64::NEG_INFINITY) {
            own.fill(T::default());
        }
    }
    Ok(vec![mixed.tensor(dtype, true)?.into(), k.tensor(dtype, false)?.into(), v.tensor(dtype, false)?.into()])
}

/// Queries, keys and values, each on its own or all in the first tensor.
fn parts<T: Real>(settings: &Settings, arguments: &Arguments) -> TractResult<[Heads<T>; 3]> {
    let (query, heads, key_heads) = (arguments.tensor(0)?, settings.heads, settings.key_heads);
    if let (Some(key), Some(value)) = (arguments.optional(1)?, arguments.optional(2)?) {
        let all =
            [Heads::new(query, Some(heads))?, Heads::new(key, Some(key_heads))?, Heads::new(value, Some(key_heads))?];
        return Ok(all);
    }
    let all = Heads::<T>::new(query, Some(heads + 2 * key_heads))?;
    let block = all.length * all.size;
    let part = |first: usize, heads: usize| {
        let examples = all.data.chunks_exact((all.heads * block).max(1));
        let data = examples.flat_map(|example| &example[first * block..(first + heads) * block]).copied().collect();
        Heads { batch: all.batch, heads, length: all.length, size: all.size, data }
    };
    Ok([part(0, heads), part(heads, key_heads), part(heads + key_heads, key_heads)])
}

/// How many keys each example has in the end: one more than the tensor says.
fn lengths(arguments: &Arguments, batch: usize) -> TractResult<Vec<usize>> {
    let lasts = arguments.tensor(5)?.to_i64s()?;
    ensure!(lasts.len() == batch, "expected seqlens_k for {batch} examples, got {}", lasts.len());
    lasts.into_iter().map(|last| Ok(usize::try_from(last.saturating_add(1))?)).collect()
}

fn whole(tensor: &TensorValue) -> TractResult<usize> {
    match tensor.to_i64s()?[..] {
        [total] => Ok(usize::try_from(total)?),
        _ => bail!("expected one total_sequence_length, got {:?}", tensor.shape()),
    }
}

/// A buffer with each example's past, and behind it what is new; 0 in the rest.
fn cached<T: Real>(new: Heads<T>, past: Option<&TensorValue>, pasts: &[usize], buffer: usize) -> TractResult<Heads<T>> {
    let past = past.map(|past| Heads::<T>::new(past, Some(new.heads))).transpose()?;
    let (rows, held) = (new.batch * new.heads, past.as_ref().map_or(0, |past| past.length));
    let mut data = vec![T::default(); count(&[rows, buffer, new.size])?];
    if let Some(past) = &past {
        let fits = [past.batch, past.heads, past.size] == [new.batch, new.heads, new.size];
        ensure!(fits, "a past of {} examples, {} heads and size {} does not fit", past.batch, past.heads, past.size);
    }
    for row in 0..rows {
        let before = pasts[row / new.heads];
        ensure!(before <= held && before + new.length <= buffer, "{before} places are known, the past holds {held}");
        let own = &mut data[row * buffer * new.size..][..buffer * new.size];
        let (start, end) = (before * new.size, (before + new.length) * new.size);
        if let Some(past) = &past {
            own[..start].copy_from_slice(&past.data[row * held * new.size..][..start]);
        }
        own[start..end].copy_from_slice(&new.data[row * new.length * new.size..][..end - start]);
    }
    Ok(Heads { length: buffer, data, ..new })
}

/// The bias of the scores, and −∞ for keys that come later or lie before the window.
fn bias<T: Real>(
    settings: &Settings,
    bias: Option<&TensorValue>,
    q: &Heads<T>,
    keys: usize,
    lengths: &[(usize, usize)],
) -> TractResult<Vec<T>> {
    let shape = [q.batch, q.heads, q.length, keys];
    let mut sums = vec![T::from_f64(f64::NEG_INFINITY); count(&shape)?];
    let (given, width) = match bias.map(|bias| (bias, bias.shape().last().copied().unwrap_or(1))) {
        Some((bias, width)) => {
            (Some(broadcast(&T::read(bias)?, bias.shape(), &[q.batch, q.heads, q.length, width])?), width)
        }
        None => (None, keys),
    };
    for (row, sums) in sums.chunks_exact_mut(keys.max(1)).enumerate() {
        let (past, known) = lengths[row / (q.heads * q.length)];
        let end = past + row % q.length + 1;
        let first = settings.window.map_or(0, |window| end.saturating_sub(window));
        let last = end.min(known).min(keys).min(width);
        for (key, sum) in sums.iter_mut().enumerate().take(last).skip(first) {
            *sum = given.as_ref().map_or(T::default(), |given| given[row * width + key]);
        }
    }
    Ok(sums)
}
