//! Attention and MultiHeadAttention of `com.microsoft`: what onnxruntime's optimiser makes of an encoder. As there, float16 is
//! computed in float32 throughout.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::node::{Arguments, Build, Kernel, Node};
use crate::eager::value::{TensorValue, Value};
use crate::ops::math::product::Shapes;
use crate::ops::nn::attention::{Scoring, Shown};
use crate::ops::nn::heads::{Heads, number, swapped};
use crate::ops::nn::real::{Real, Rounding, broadcast, count, with_real, write};
use crate::ops::tensor::part;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Attention" => packed,
        "MultiHeadAttention" => multi_head,
        _ => return None,
    })
}

/// Attributes of both.
struct Settings {
    heads: usize,
    scale: Option<f64>,
    causal: bool,
    /// What is added to the score of a masked key.
    filter: f64,
}

impl Settings {
    fn new(node: &Node) -> TractResult<Settings> {
        let Some(heads) = number(node, "num_heads")? else { bail!("num_heads is missing") };
        Ok(Settings {
            heads,
            scale: node.has("scale").then(|| f64::from(node.float("scale", 0.0))).filter(|scale| *scale != 0.0),
            causal: node.flag("unidirectional", 0),
            filter: f64::from(node.float("mask_filter_value", -10000.0)),
        })
    }

    /// What is added to the scores: the mask, the bias, and the least number for keys that come later.
    fn bias<T: Real>(
        &self,
        mask: Option<&TensorValue>,
        bias: Option<&TensorValue>,
        shape: [usize; 4],
        past: usize,
    ) -> TractResult<Vec<T>> {
        let [batch, heads, queries, keys] = shape;
        // onnxruntime then hides the later keys of all but the last query.
        ensure!(
            !self.causal || past + queries == keys,
            "{queries} queries in order over {keys} keys are not supported"
        );
        let mut sums = match bias {
            Some(bias) => broadcast(&T::read(bias)?, bias.shape(), &shape)?,
            None => vec![T::default(); count(&shape)?],
        };
        let mask = mask.map(|mask| Mask::new(mask, batch, queries, keys)).transpose()?;
        let (filter, least) = (T::from_f64(self.filter), T::from_f64(f64::from(f32::MIN)));
        for (row, sums) in sums.chunks_exact_mut(keys.max(1)).enumerate() {
            let (example, query) = (row / (heads * queries), row % queries);
            for (key, sum) in sums.iter_mut().enumerate() {
                if mask.as_ref().is_some_and(|mask| mask.hides(example, query, past, key)) {
                    *sum += filter;
                }
                if self.causal && key > past + query {
                    *sum = least;
                }
            }
        }
        Ok(sums)
    }

    /// The mix of the values, and the scores.
    fn mix<T: Real>(&self, [q, k, v]: [&Heads<T>; 3], bias: &[T]) -> TractResult<(Heads<T>, Vec<T>)> {
        q.check(k, v)?;
        let round = Rounding::None;
        let scoring = Scoring { scale: self.scale, softcap: 0.0, bias: Some(bias), round, softmax_round: round };
        let mut scores = vec![];
        let mixed = scoring.mix(q, k, v, |stage, own| {
            if stage == Shown::Masked {
                scores.extend_from_slice(own);
            }
        })?;
        Ok((mixed, scores))
    }
}

/// Which keys are padding, as one of the shapes says that onnxruntime knows.
struct Mask {
    kind: Kind,
    values: Vec<i64>,
    queries: usize,
    keys: usize,
}

enum Kind {
    /// Each example's number of keys, and where there are twice as many, also its first one.
    Ends { batch: usize },
    /// 1 for what is seen: by example and key.
    Keys,
    /// By example, query and key.
    Queries,
    /// By example and place of both, of so many.
    Places { most: usize },
}

impl Mask {
    fn new(mask: &TensorValue, batch: usize, queries: usize, keys: usize) -> TractResult<Mask> {
        let kind = match *mask.shape() {
            [count] if count == batch || count == 2 * batch => Kind::Ends { batch },
            [examples, count] if examples == batch && count == keys => Kind::Keys,
            [examples, rows, count] if [examples, rows, count] == [batch, queries, keys] => Kind::Queries,
            [examples, 1, most, other] if examples == batch && most == other && most >= keys => Kind::Places { most },
            _ => bail!("a mask of {:?} for {batch} examples of {queries} queries and {keys} keys", mask.shape()),
        };
        Ok(Mask { kind, values: mask.to_i64s()?, queries, keys })
    }

    fn hides(&self, example: usize, query: usize, past: usize, key: usize) -> bool {
        match self.kind {
            Kind::Ends { batch } => {
                let first = self.values.get(batch + example).copied().unwrap_or(0);
                key as i64 >= self.values[example] || (key as i64) < first
            }
            Kind::Keys => self.values[example * self.keys + key] <= 0,
            Kind::Queries => self.values[(example * self.queries + query) * self.keys + key] <= 0,
            Kind::Places { most } => self.values[(example * most + past + query) * most + key] <= 0,
        }
    }
}

/// Attention: input, weights and bias of the projections, mask, past, bias of the scores.
fn packed(node: &Node) -> TractResult<Kernel> {
    let settings = Settings::new(node)?;
    ensure!(!node.flag("do_rotary", 0), "do_rotary is not supported");
    ensure!(!node.flag("past_present_share_buffer", 0), "past_present_share_buffer is not supported");
    let sizes = node.ints("qkv_hidden_sizes").filter(|sizes| !sizes.is_empty());
    let shows_present = node.has_output(1);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        with_real!(input.dtype(), T => packed_of::<T>(&settings, sizes.as_deref(), shows_present, arguments))
    }))
}

fn packed_of<T: Real>(
    settings: &Settings,
    sizes: Option<&[i64]>,
    shows_present: bool,
    arguments: &Arguments,
) -> TractResult<Vec<Value>> {
    let (input, weights) = (arguments.tensor(0)?, arguments.tensor(1)?);
    let (&[batch, length, _], &[_, columns]) = (input.shape(), weights.shape()) else {
        bail!("expected ranks 3 and 2, got {:?} and {:?}", input.shape(), weights.shape())
    };
    let sizes = match sizes {
        Some(sizes) => sizes.iter().map(|size| usize::try_from(*size)).collect::<Result<Vec<_>, _>>()?,
        None => vec![columns / 3; 3],
    };
    let fits = sizes.len() == 3 && sizes.iter().sum::<usize>() == columns;
    ensure!(fits, "weights of {:?} are not those of three of {sizes:?}", weights.shape());
    let dtype = input.dtype();
    let shapes = Shapes::of(input.shape(), weights.shape())?;
    let mut projected = shapes.multiply(&T::read(input)?, &T::read(weights)?, T::default(), |sum, x, y| sum + x * y);
    if let Some(bias) = arguments.optional(2)? {
        let bias = broadcast(&T::read(bias)?, bias.shape(), &shapes.result)?;
        projected.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
    }
    let projection = |index: usize| {
        let first: usize = sizes[..index].iter().sum();
        let rows = projected.chunks_exact(columns.max(1));
        let data = rows.flat_map(|row| &row[first..first + sizes[index]]).copied().collect();
        of_heads(data, [batch, length, sizes[index]], settings.heads)
    };
    let pasts = arguments.optional(4)?.map(halves).transpose()?;
    let past = |index: usize| pasts.as_ref().map(|pasts| &pasts[index]);
    let (q, k, v) = (projection(0)?, projection(1)?.behind(past(0))?, projection(2)?.behind(past(1))?);
    let shape = [batch, settings.heads, length, k.length];
    let bias = settings.bias(arguments.optional(3)?, arguments.optional(5)?, shape, k.length - length)?;
    let (mixed, _) = settings.mix([&q, &k, &v], &bias)?;
    let mut outputs: Vec<Value> = vec![mixed.tensor(dtype, true)?.into()];
    if shows_present {
        ensure!(k.size == v.size, "keys of {} and values of {} are no present", k.size, v.size);
        let shape = [2, batch, k.heads, k.length, k.size];
        outputs.push(write(dtype, &shape, [k.data, v.data].concat())?.into());
    }
    Ok(outputs)
}

/// Keys and values of a past that holds both.
fn halves(past: &TensorValue) -> TractResult<[TensorValue; 2]> {
    let [2, shape @ ..] = past.shape() else { bail!("expected a past of keys and values, got {:?}", past.shape()) };
    let half = |index: usize| part(past, 0, index, 1)?.reshaped(shape);
    Ok([half(0)?, half(1)?])
}

/// By heads, of what is by place.
fn of_heads<T: Real>(data: Vec<T>, [batch, length, hidden]: [usize; 3], heads: usize) -> TractResult<Heads<T>> {
    ensure!(hidden.is_multiple_of(heads), "{heads} heads can't share {hidden}");
    let size = hidden / heads;
    Ok(Heads { batch, heads, length, size, data: swapped(&data, [batch, length, heads, size]) })
}

/// MultiHeadAttention: query, key, value, bias of these, mask of keys, bias of the scores, past keys and values.
fn multi_head(node: &Node) -> TractResult<Kernel> {
    let settings = Settings::new(node)?;
    let outputs = node.outputs();
    Ok(Box::new(move |arguments| {
        let query = arguments.tensor(0)?;
        with_real!(query.dtype(), T => {
            let mut outputs_of = multi_head_of::<T>(&settings, arguments)?;
            outputs_of.truncate(outputs);
            Ok(outputs_of)
        })
    }))
}

fn multi_head_of<T: Real>(settings: &Settings, arguments: &Arguments) -> TractResult<Vec<Value>> {
    for (index, name) in [(8, "past_sequence_length"), (9, "cache_indirection")] {
        ensure!(arguments.optional(index)?.is_none(), "{name} is not supported");
    }
    let dtype = arguments.tensor(0)?.dtype();
    let [mut q, mut k, mut v] = parts::<T>(arguments, settings.heads)?;
    if let Some(bias) = arguments.optional(3)? {
        let bias = T::read(bias)?;
        let widths = [&q, &k, &v].map(|part| part.heads * part.size);
        ensure!(bias.len() == widths.iter().sum::<usize>(), "a bias of {} for {widths:?}", bias.len());
        let (own, rest) = bias.split_at(widths[0]);
        let (keys, values) = rest.split_at(widths[1]);
        for (part, bias) in [(&mut q, own), (&mut k, keys), (&mut v, values)] {
            add(part, bias);
        }
    }
    let (k, v) = (k.behind(arguments.optional(6)?)?, v.behind(arguments.optional(7)?)?);
    let shape = [q.batch, q.heads, q.length, k.length];
    let past = q.past_length(arguments.optional(6)?)?;
    let bias = settings.bias(arguments.optional(4)?, arguments.optional(5)?, shape, past)?;
    let (mixed, scores) = settings.mix([&q, &k, &v], &bias)?;
    Ok(vec![
        mixed.tensor(dtype, true)?.into(),
        k.tensor(dtype, false)?.into(),
        v.tensor(dtype, false)?.into(),
        write(dtype, &shape, scores)?.into(),
    ])
}

/// Queries, keys and values, each on its own or some in one tensor, by head.
fn parts<T: Real>(arguments: &Arguments, heads: usize) -> TractResult<[Heads<T>; 3]> {
    let query = arguments.tensor(0)?;
    let single = |tensor: &TensorValue| Heads::<T>::new(tensor, Some(heads));
    match (arguments.optional(1)?, arguments.optional(2)?) {
        (None, None) => {
            let mut all = unpacked(query, 3, heads)?.into_iter();
            match (all.next(), all.next(), all.next()) {
                (Some(q), Some(k), Some(v)) => Ok([q, k, v]),
                _ => bail!("expected queries, keys and values"),
            }
        }
        (Some(both), None) => {
            let mut all = unpacked(both, 2, heads)?.into_iter();
            match (all.next(), all.next()) {
                (Some(k), Some(v)) => Ok([single(query)?, k, v]),
                _ => bail!("expected keys and values"),
            }
        }
        (Some(key), Some(value)) => Ok([single(query)?, single(key)?, single(value)?]),
        (None, Some(_)) => bail!("there are values without keys"),
    }
}

/// Of (batch, place, head, part, size).
fn unpacked<T: Real>(tensor: &TensorValue, parts: usize, heads: usize) -> TractResult<Vec<Heads<T>>> {
    let &[batch, length, own, count, size] = tensor.shape() else { bail!("expected rank 5, got {:?}", tensor.shape()) };
    ensure!(own == heads && count == parts, "expected {heads} heads of {parts}, got {:?}", tensor.shape());
    let data = T::read(tensor)?;
    let part = |part: usize| {
        let rows = data.chunks_exact((parts * size).max(1));
        let data = rows.flat_map(|row| row[part * size..(part + 1) * size].iter().copied()).collect();
        of_heads(data, [batch, length, heads * size], heads)
    };
    (0..parts).map(part).collect()
}

/// Adds a number for each entry of each head.
fn add<T: Real>(part: &mut Heads<T>, bias: &[T]) {
    let rows = part.data.chunks_exact_mut((part.length * part.size).max(1));
    for (row, entries) in rows.enumerate() {
        let own = &bias[row % part.heads * part.size..][..part.size];
        entries.iter_mut().zip(own.iter().cycle()).for_each(|(x, bias)| *x += *bias);
    }
}
