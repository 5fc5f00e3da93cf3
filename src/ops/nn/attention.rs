//! Attention: each query's mix of the values, by how well the keys fit it.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::heads::Heads;
use super::real::{Real, Rounding, broadcast, count, dot, write};
use crate::Dtype;
use crate::eager::node::{Arguments, Kernel, Node};
use crate::eager::value::{TensorValue, Value};

struct Settings {
    opset: i64,
    scale: Option<f64>,
    causal: bool,
    softcap: f64,
    /// What the fourth output shows: see [`Shown`].
    shown: Option<Shown>,
    query_heads: Option<usize>,
    key_heads: Option<usize>,
    softmax: Option<Dtype>,
}

/// The stage at which the scores are shown.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::ops) enum Shown {
    Product,
    Capped,
    Masked,
    Softmax,
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let shown = match node.int("qk_matmul_output_mode", 0) {
        0 => Shown::Product,
        1 => Shown::Capped,
        2 => Shown::Masked,
        3 => Shown::Softmax,
        other => bail!("qk_matmul_output_mode is {other}"),
    };
    let softmax = node.has("softmax_precision").then(|| node.int("softmax_precision", 1));
    let settings = Settings {
        opset: node.opset,
        scale: node.has("scale").then(|| f64::from(node.float("scale", 1.0))),
        causal: node.flag("is_causal", 0),
        softcap: f64::from(node.float("softcap", 0.0)),
        shown: node.has_output(3).then_some(shown),
        query_heads: super::heads::number(node, "q_num_heads")?,
        key_heads: super::heads::number(node, "kv_num_heads")?,
        softmax: softmax.map(super::heads::float_dtype).transpose()?,
    };
    Ok(Box::new(move |arguments| match arguments.tensor(0)?.dtype() {
        Dtype::Float64 => run::<f64>(&settings, arguments),
        dtype => {
            ensure!(dtype.is_float(), "expected floats, got {}", dtype.name());
            run::<f32>(&settings, arguments)
        }
    }))
}

fn run<T: Real>(settings: &Settings, arguments: &Arguments) -> TractResult<Vec<Value>> {
    let (query, key, value) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
    let dtype = query.dtype();
    let flat = query.rank() == 3;
    let q = Heads::<T>::new(query, settings.query_heads)?;
    let past = q.past_length(arguments.optional(4)?)?;
    let k = Heads::<T>::new(key, settings.key_heads)?.behind(arguments.optional(4)?)?;
    let v = Heads::<T>::new(value, settings.key_heads)?.behind(arguments.optional(5)?)?;
    q.check(&k, &v)?;
    let scores_shape = [q.batch, q.heads, q.length, k.length];
    let bias = bias::<T>(settings, arguments, &scores_shape, past)?;
    let scoring = Scoring {
        scale: settings.scale,
        softcap: settings.softcap,
        bias: bias.as_deref(),
        round: Rounding::of(dtype),
        softmax_round: Rounding::of(settings.softmax.unwrap_or(dtype)),
    };
    let mut shown = Vec::with_capacity(if settings.shown.is_some() { count(&scores_shape)? } else { 0 });
    let mixed = scoring.mix(&q, &k, &v, |stage, scores| {
        if settings.shown == Some(stage) {
            shown.extend_from_slice(scores);
        }
    })?;
    let mut outputs: Vec<Value> = vec![mixed.tensor(dtype, flat)?.into()];
    outputs.push(k.tensor(key.dtype(), false)?.into());
    outputs.push(v.tensor(value.dtype(), false)?.into());
    if settings.shown.is_some() {
        outputs.push(write(dtype, &scores_shape, shown)?.into());
    }
    Ok(outputs)
}

/// How well a key fits a query.
pub(in crate::ops) struct Scoring<'a, T> {
    /// The inverse root of a head's size where it is not given.
    pub(in crate::ops) scale: Option<f64>,
    /// No score is larger, where it is above 0.
    pub(in crate::ops) softcap: f64,
    /// What is added to the scores, one for each batch, head, query and key.
    pub(in crate::ops) bias: Option<&'a [T]>,
    pub(in crate::ops) round: Rounding,
    pub(in crate::ops) softmax_round: Rounding,
}

impl<T: Real> Scoring<'_, T> {
    /// Each query's mix of the values. `show` sees a query's scores at every stage.
    ///
    /// # Errors
    /// Where the result is too large. That the heads fit is the caller's to check.
    pub(in crate::ops) fn mix(
        &self,
        q: &Heads<T>,
        k: &Heads<T>,
        v: &Heads<T>,
        mut show: impl FnMut(Shown, &[T]),
    ) -> TractResult<Heads<T>> {
        count(&[q.batch, q.heads, q.length, k.length])?;
        let round = self.round;
        let scale = self.scale.unwrap_or(1.0 / (q.size as f64).sqrt());
        let root = round.round(T::from_f64(scale.sqrt()));
        let scaled = |data: &[T]| -> Vec<T> { data.iter().map(|x| round.round(*x * root)).collect() };
        let (queries, keys) = (scaled(&q.data), scaled(&k.data));
        let group = q.heads / k.heads.max(1);
        let mut output = vec![T::default(); count(&[q.batch, q.heads, q.length, v.size])?];
        let cap = T::from_f64(self.softcap);
        let mut scores = vec![T::default(); k.length];
        for row in 0..q.batch * q.heads * q.length {
            let (batch, head) = (row / (q.heads * q.length), row / q.length % q.heads);
            let from = batch * k.heads + head / group.max(1);
            let query = &queries[row * q.size..(row + 1) * q.size];
            for (place, score) in scores.iter_mut().enumerate() {
                let at = (from * k.length + place) * k.size;
                *score = round.round(dot(query, &keys[at..at + k.size]));
            }
            show(Shown::Product, &scores);
            if self.softcap > 0.0 {
                for score in &mut scores {
                    *score = round.round(round.round(round.round(*score / cap).tanh()) * cap);
                }
            }
            show(Shown::Capped, &scores);
            if let Some(bias) = self.bias {
                let own = &bias[row * k.length..(row + 1) * k.length];
                scores.iter_mut().zip(own).for_each(|(score, extra)| *score = round.round(*score + *extra));
            }
            show(Shown::Masked, &scores);
            softmax(&mut scores, self.softmax_round);
            show(Shown::Softmax, &scores);
            let mixed = &mut output[row * v.size..(row + 1) * v.size];
            for (place, weight) in scores.iter().enumerate() {
                let at = (from * v.length + place) * v.size;
                mixed.iter_mut().zip(&v.data[at..at + v.size]).for_each(|(sum, x)| *sum += *weight * *x);
            }
        }
        Ok(Heads { batch: q.batch, heads: q.heads, length: q.length, size: v.size, data: output })
    }
}

/// In place: each one's share of the exponentials.
pub(super) fn softmax<T: Real>(scores: &mut [T], round: Rounding) {
    let highest = scores
        .iter()
        .copied()
        .fold(T::from_f64(f64::NEG_INFINITY), |a, b| if b > a || b.to_f64().is_nan() { b } else { a });
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = round.round(round.round(round.round(*score) - highest).exp());
        sum += score.to_f64();
    }
    let sum = round.round(T::from_f64(sum));
    scores.iter_mut().for_each(|score| *score = round.round(*score / sum));
}

/// What is added to the scores: the mask, and −∞ for keys that come later or are padding.
fn bias<T: Real>(
    settings: &Settings,
    arguments: &Arguments,
    shape: &[usize; 4],
    past: usize,
) -> TractResult<Option<Vec<T>>> {
    let lengths = arguments.optional(6)?.map(TensorValue::to_i64s).transpose()?;
    if let Some(lengths) = &lengths {
        ensure!(
            lengths.len() == shape[0],
            "nonpad_kv_seqlen has {} entries for a batch of {}",
            lengths.len(),
            shape[0]
        );
    }
    let mask = arguments.optional(3)?;
    if mask.is_none() && lengths.is_none() && !settings.causal {
        return Ok(None);
    }
    let never = T::from_f64(f64::NEG_INFINITY);
    let mut bias = match mask {
        Some(mask) => mask_values(mask, shape, settings.opset)?,
        None => vec![T::default(); count(shape)?],
    };
    let [_, heads, queries, keys] = *shape;
    for (row, values) in bias.chunks_exact_mut(keys.max(1)).enumerate() {
        if settings.causal {
            let seen = (past + row % queries + 1).min(keys);
            values[seen..].fill(never);
        }
        if let Some(lengths) = &lengths {
            let length = lengths.get(row / (heads * queries)).copied().unwrap_or(0);
            let known = usize::try_from(length).unwrap_or(0).min(keys);
            values[known..].fill(never);
        }
    }
    Ok(Some(bias))
}

/// A mask as what is added: one of booleans says where attention may go. What it is too short for is masked.
fn mask_values<T: Real>(mask: &TensorValue, shape: &[usize; 4], opset: i64) -> TractResult<Vec<T>> {
    let never = T::from_f64(f64::NEG_INFINITY);
    let mut values = match mask.dtype() {
        Dtype::Bool => {
            mask.slice::<bool>()?.iter().map(|allowed| if *allowed { T::default() } else { never }).collect()
        }
        _ => T::read(mask)?,
    };
    let mut own = mask.shape().to_vec();
    let keys = shape[3];
    if let Some(last) = own.last_mut()
        && *last < keys
        && (*last != 1 || opset >= 24)
    {
        let width = std::mem::replace(last, keys);
        let rows = count(&own)? / keys;
        let row = |row: usize| values[row * width..(row + 1) * width].iter().copied();
        values = (0..rows).flat_map(|index| row(index).chain(std::iter::repeat_n(never, keys - width))).collect();
    }
    broadcast(&values, &own, shape)
}
