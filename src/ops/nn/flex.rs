//! FlexAttention's numbers, around the graphs that change scores and shares.

use tract_onnx::prelude::TractResult;

use super::attention::softmax;
use super::heads::Heads;
use super::real::{Real, Rounding, count, dot, write};
use crate::Dtype;
use crate::eager::value::TensorValue;

/// Queries, keys and values of rank 4.
pub(crate) struct Flex<'a> {
    pub(crate) query: &'a TensorValue,
    pub(crate) key: &'a TensorValue,
    pub(crate) value: &'a TensorValue,
    pub(crate) scale: Option<f32>,
    /// The dtype of scores and shares.
    pub(crate) dtype: Dtype,
}

/// What a graph makes of scores or shares.
type Change<'a> = &'a dyn Fn(TensorValue) -> TractResult<TensorValue>;

impl Flex<'_> {
    /// # Errors
    /// Where the shapes don't fit, and those of the graphs.
    pub(crate) fn run(&self, score_mod: Change, prob_mod: Change) -> TractResult<TensorValue> {
        match self.query.dtype() == Dtype::Float64 || self.dtype == Dtype::Float64 {
            true => self.compute::<f64>(score_mod, prob_mod),
            false => self.compute::<f32>(score_mod, prob_mod),
        }
    }

    fn compute<T: Real>(&self, score_mod: Change, prob_mod: Change) -> TractResult<TensorValue> {
        let q = Heads::<T>::new(self.query, None)?;
        let (k, v) = (Heads::<T>::new(self.key, None)?, Heads::<T>::new(self.value, None)?);
        q.check(&k, &v)?;
        let round = Rounding::of(self.query.dtype());
        let scale = self.scale.map_or(1.0 / (q.size as f64).sqrt(), f64::from);
        let root = round.round(T::from_f64(scale.sqrt()));
        let scaled = |data: &[T]| -> Vec<T> { data.iter().map(|x| round.round(*x * root)).collect() };
        let (queries, keys) = (scaled(&q.data), scaled(&k.data));
        let shape = [q.batch, q.heads, q.length, k.length];
        let group = (q.heads / k.heads.max(1)).max(1);
        let mut scores = Vec::with_capacity(count(&shape)?);
        // The first of the keys or values that a row of scores is about.
        let first = |row: usize| {
            let (batch, head) = (row / (q.heads * q.length), row / q.length % q.heads);
            (batch * k.heads + head / group) * k.length
        };
        let rows = q.batch * q.heads * q.length;
        for row in 0..rows {
            let query = &queries[row * q.size..(row + 1) * q.size];
            scores.extend((0..k.length).map(|place| {
                let at = (first(row) + place) * k.size;
                round.round(dot(query, &keys[at..at + k.size]))
            }));
        }
        let scores = score_mod(write(self.dtype, &shape, scores)?)?;
        same_shape(&scores, &shape)?;
        let mut shares = T::read(&scores)?;
        shares.chunks_exact_mut(k.length.max(1)).for_each(|row| softmax(row, Rounding::of(self.dtype)));
        let shares = prob_mod(write(self.dtype, &shape, shares)?)?;
        same_shape(&shares, &shape)?;
        let shares = T::read(&shares)?;
        let mut data = vec![T::default(); count(&[rows, v.size])?];
        for row in 0..rows {
            let mixed = &mut data[row * v.size..(row + 1) * v.size];
            for (place, share) in shares[row * k.length..(row + 1) * k.length].iter().enumerate() {
                let at = (first(row) + place) * v.size;
                mixed.iter_mut().zip(&v.data[at..at + v.size]).for_each(|(sum, x)| *sum += *share * *x);
            }
        }
        let mixed = Heads { batch: q.batch, heads: q.heads, length: q.length, size: v.size, data };
        mixed.tensor(self.value.dtype(), false)
    }
}

fn same_shape(tensor: &TensorValue, shape: &[usize]) -> TractResult<()> {
    use tract_onnx::tract_hir::internal::ensure;
    ensure!(tensor.shape() == shape, "a graph made {:?} of {shape:?}", tensor.shape());
    Ok(())
}
