//! Tensors by heads of attention: (batch, head, place, size), or (batch, place, all heads' sizes).

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::real::{Real, count, write};
use crate::Dtype;
use crate::eager::node::Node;
use crate::eager::value::TensorValue;

/// Its data is by batch, head, place.
pub(in crate::ops) struct Heads<T> {
    pub(in crate::ops) batch: usize,
    pub(in crate::ops) heads: usize,
    pub(in crate::ops) length: usize,
    pub(in crate::ops) size: usize,
    pub(in crate::ops) data: Vec<T>,
}

impl<T: Real> Heads<T> {
    /// Of a tensor of rank 4, or of rank 3, which `heads` share.
    ///
    /// # Errors
    /// For other ranks, and where the heads are not known or don't divide the last axis.
    pub(in crate::ops) fn new(tensor: &TensorValue, heads: Option<usize>) -> TractResult<Heads<T>> {
        let data = T::read(tensor)?;
        match *tensor.shape() {
            [batch, heads, length, size] => Ok(Heads { batch, heads, length, size, data }),
            [batch, length, hidden] => {
                let Some(heads) = heads.filter(|heads| *heads > 0 && hidden % heads == 0) else {
                    bail!("the heads of {:?} are not known, or don't share its last axis", tensor.shape())
                };
                let size = hidden / heads;
                Ok(Heads { batch, heads, length, size, data: swapped(&data, [batch, length, heads, size]) })
            }
            _ => bail!("expected rank 3 or 4, got {:?}", tensor.shape()),
        }
    }

    /// The places that a cache already holds.
    pub(in crate::ops) fn past_length(&self, past: Option<&TensorValue>) -> TractResult<usize> {
        match past.map(TensorValue::shape) {
            None => Ok(0),
            Some([_, _, length, _]) => Ok(*length),
            Some(shape) => bail!("expected a past of rank 4, got {shape:?}"),
        }
    }

    /// With a cache's places before its own.
    ///
    /// # Errors
    /// Where their shapes don't fit.
    pub(in crate::ops) fn behind(self, past: Option<&TensorValue>) -> TractResult<Heads<T>> {
        let Some(past) = past else { return Ok(self) };
        let earlier = Heads::<T>::new(past, Some(self.heads))?;
        let fits = past.rank() == 4 && earlier.batch == self.batch && earlier.heads == self.heads;
        ensure!(fits && earlier.size == self.size, "a past of {:?} does not fit what comes", past.shape());
        let length = earlier.length + self.length;
        let mut data = Vec::with_capacity(count(&[self.batch, self.heads, length, self.size])?);
        let (before, own) = (earlier.length * self.size, self.length * self.size);
        for row in 0..self.batch * self.heads {
            data.extend_from_slice(&earlier.data[row * before..(row + 1) * before]);
            data.extend_from_slice(&self.data[row * own..(row + 1) * own]);
        }
        Ok(Heads { length, data, ..self })
    }

    /// Whether keys and values fit these queries.
    ///
    /// # Errors
    /// Where they don't.
    pub(in crate::ops) fn check(&self, keys: &Heads<T>, values: &Heads<T>) -> TractResult<()> {
        ensure!(self.batch == keys.batch && self.batch == values.batch, "queries, keys and values differ in batch");
        ensure!(self.size == keys.size, "queries are of size {}, keys of {}", self.size, keys.size);
        ensure!(keys.length == values.length, "there are {} keys and {} values", keys.length, values.length);
        ensure!(keys.heads == values.heads, "there are {} heads of keys, {} of values", keys.heads, values.heads);
        let shared = keys.heads > 0 && self.heads.is_multiple_of(keys.heads);
        ensure!(shared || self.heads == 0, "{} heads can't share {}", self.heads, keys.heads);
        Ok(())
    }

    /// The tensor, of rank 4, or `flat`, of rank 3.
    pub(in crate::ops) fn tensor(self, dtype: Dtype, flat: bool) -> TractResult<TensorValue> {
        let Heads { batch, heads, length, size, data } = self;
        match flat {
            false => write(dtype, &[batch, heads, length, size], data),
            true => write(dtype, &[batch, length, heads * size], swapped(&data, [batch, heads, length, size])),
        }
    }
}

/// With the second and third axes swapped.
pub(in crate::ops) fn swapped<T: Copy>(data: &[T], [batch, rows, columns, size]: [usize; 4]) -> Vec<T> {
    let mut out = Vec::with_capacity(data.len());
    for example in 0..batch {
        for column in 0..columns {
            for row in 0..rows {
                let at = ((example * rows + row) * columns + column) * size;
                out.extend_from_slice(&data[at..at + size]);
            }
        }
    }
    out
}

/// An attribute that is a number of heads, where it is given.
///
/// # Errors
/// Where it is negative.
pub(in crate::ops) fn number(node: &Node, name: &str) -> TractResult<Option<usize>> {
    let value = node.int(name, 0);
    ensure!((0..1 << 24).contains(&value), "{name} is {value}");
    Ok((value > 0).then_some(value as usize))
}

/// The float dtype of a number of ONNX's.
///
/// # Errors
/// For other dtypes.
pub(in crate::ops) fn float_dtype(number: i64) -> TractResult<Dtype> {
    let dtype = i32::try_from(number).ok().and_then(Dtype::from_onnx);
    match dtype.filter(|dtype| dtype.is_float()) {
        Some(dtype) => Ok(dtype),
        None => bail!("the type {number} is no float's"),
    }
}
