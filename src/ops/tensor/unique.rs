//! Unique.

use std::cmp::Ordering;

use tract_onnx::prelude::TractResult;

use super::pick::{strides, taken};
use crate::Dtype;
use crate::eager::node::{Kernel, Node, axis};
use crate::eager::value::TensorValue;

pub(super) fn unique(node: &Node) -> TractResult<Kernel> {
    let along = node.has("axis").then(|| node.int("axis", 0));
    let sorted = node.flag("sorted", 1);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (input, along) = match along {
            Some(along) => (input.clone(), axis(along, input.rank())?),
            None => (input.reshaped(&[input.len()])?, 0),
        };
        let slices = Slices::new(&input, along)?;
        let mut order: Vec<usize> = (0..slices.count()).collect();
        order.sort_by(|a, b| slices.compare(*a, *b).then(a.cmp(b)));
        // Groups of equal ones; the first of each has the least place.
        let mut groups: Vec<Vec<usize>> = vec![];
        for place in order {
            match groups.last_mut() {
                Some(group) if slices.compare(group[0], place).is_eq() => group.push(place),
                _ => groups.push(vec![place]),
            }
        }
        if !sorted {
            groups.sort_by_key(|group| group[0]);
        }
        let mut inverse = vec![0; slices.count()];
        for (number, group) in groups.iter().enumerate() {
            group.iter().for_each(|place| inverse[*place] = number as i64);
        }
        let firsts: Vec<usize> = groups.iter().map(|group| group[0]).collect();
        let count = groups.len();
        let list = |values: Vec<i64>| TensorValue::new(&[values.len()], values).map(Into::into);
        Ok(vec![
            taken(&input, along, &firsts)?.into(),
            TensorValue::new(&[count], firsts.iter().map(|place| *place as i64).collect())?.into(),
            list(inverse)?,
            list(groups.iter().map(|group| group.len() as i64).collect())?,
        ])
    }))
}

/// The elements as something that has an order.
enum Keys {
    Numbers(Vec<f64>),
    Ints(Vec<i64>),
    Texts(Vec<String>),
}

struct Slices {
    keys: Keys,
    shape: Vec<usize>,
    along: usize,
    /// The offsets of the first slice.
    base: Vec<usize>,
    step: usize,
}

impl Slices {
    fn new(input: &TensorValue, along: usize) -> TractResult<Slices> {
        let keys = match input.dtype() {
            Dtype::String => Keys::Texts(input.slice::<String>()?.to_vec()),
            Dtype::Int64 => Keys::Ints(input.to_i64s()?),
            _ => Keys::Numbers(input.to_f64s()?),
        };
        let shape = input.shape().to_vec();
        let steps = strides(&shape);
        let mut first = shape.clone();
        first[along] = first[along].min(1);
        let mut base = vec![];
        super::pick::each(&first, |at| base.push(at.iter().zip(&steps).map(|(place, step)| place * step).sum()));
        Ok(Slices { keys, along, base, step: steps[along], shape })
    }

    fn count(&self) -> usize {
        self.shape[self.along]
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        let pairs = self.base.iter().map(|base| (base + a * self.step, base + b * self.step));
        let one = |(a, b): (usize, usize)| match &self.keys {
            Keys::Numbers(values) if values[a] == values[b] => Ordering::Equal,
            Keys::Numbers(values) => values[a].total_cmp(&values[b]),
            Keys::Ints(values) => values[a].cmp(&values[b]),
            Keys::Texts(values) => values[a].cmp(&values[b]),
        };
        pairs.map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}
