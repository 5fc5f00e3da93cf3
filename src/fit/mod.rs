//! Values → tensors that fit the signature; every problem of a request is found before it is refused.

mod picture;
mod record;
mod shape;
mod tensor;

use std::collections::BTreeMap;

use tract_onnx::prelude::Tensor;

use crate::array::{Array, Data, Shaped};
use crate::card::{Card, InputCard};
use crate::signature::names;
use crate::value::Value;
use crate::{Dim, Error, Inputs, Limits, MOST_PROBLEMS, Problem, Signature, TensorSpec};

/// Why a value is no tensor for its input.
pub(crate) enum Misfit {
    /// One more problem to list.
    Problem(String),
    /// Something that ends the request at once.
    Fatal(Error),
}

impl From<String> for Misfit {
    fn from(message: String) -> Self {
        Misfit::Problem(message)
    }
}

/// What a value is fitted to.
pub(crate) struct Target<'a> {
    pub(crate) spec: &'a TensorSpec,
    pub(crate) card: Option<&'a InputCard>,
    pub(crate) limits: &'a Limits,
}

impl Target<'_> {
    /// Checks the size of a whole tensor against the limits.
    fn check_size(&self, sizes: &[u64]) -> Result<(), Misfit> {
        let checked = self.limits.check_elements(&self.spec.name, sizes).and_then(|_| {
            match (self.spec.dims().first(), sizes.first()) {
                (Some(Dim::Symbol(_)), Some(&examples)) => self.limits.check_examples(&self.spec.name, examples),
                _ => Ok(()),
            }
        });
        checked.map_err(Misfit::Fatal)
    }
}

/// The tensors of a request, in the signature's order.
///
/// # Errors
/// [`Error::Invalid`] with every input's problem; [`Error::TooLarge`] and [`Error::Malformed`] at once.
pub(crate) fn fit(signature: &Signature, card: &Card, inputs: Inputs, limits: &Limits) -> Result<Vec<Tensor>, Error> {
    let mut problems = vec![];
    let mut slots: Vec<Option<Value>> = vec![None; signature.inputs.len()];
    for (name, value) in inputs.values {
        match signature.input(&name) {
            Some((index, _)) if slots[index].is_none() => slots[index] = Some(value),
            _ if problems.len() >= MOST_PROBLEMS => {}
            Some(_) => problems.push(Problem::new(name, "given twice")),
            None => {
                let message = format!("no such input; the model has {}", names(&signature.inputs));
                problems.push(Problem::new(name, message));
            }
        }
    }
    let mut tensors = vec![];
    for (spec, slot) in signature.inputs.iter().zip(slots) {
        let Some(value) = slot else {
            problems.push(Problem::new(&spec.name, format!("missing; expected {spec}")));
            continue;
        };
        let target = Target { spec, card: card.inputs.get(&spec.name), limits };
        match one(&target, value) {
            Ok(tensor) => tensors.push(tensor),
            Err(Misfit::Problem(message)) => problems.push(Problem::new(&spec.name, message)),
            Err(Misfit::Fatal(error)) => return Err(error),
        }
    }
    if problems.is_empty() {
        problems = clashes(signature, &tensors);
    }
    if problems.is_empty() { Ok(tensors) } else { Err(Error::Invalid(problems)) }
}

/// One value → the tensor of its input.
fn one(target: &Target, value: Value) -> Result<Tensor, Misfit> {
    if let Some(tensor) = picture::fit(target, &value)? {
        return Ok(tensor);
    }
    match value {
        Value::Array(array) => tensor::make(target, array),
        Value::Broken(problem) => Err(Misfit::Problem(format!("expected {}, {problem}", target.spec))),
        Value::Bytes(bytes) => tensor::make(target, Array::flat(Data::U8(bytes))),
        Value::Map(entries) if entries.iter().any(|(key, _)| key == "data") => {
            tensor::make(target, declared(target, entries)?)
        }
        other => match record::fit(target, &other)? {
            Some(array) => tensor::make(target, array),
            None => Err(Misfit::Problem(format!("expected {}, got {}", target.spec, other.kind()))),
        },
    }
}

/// `{"data": …, "shape": […], "dtype": "float32"}` → an array of exactly that shape.
fn declared(target: &Target, entries: Vec<(String, Value)>) -> Result<Array, Misfit> {
    let (mut data, mut shape) = (None, None);
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("data", Value::Array(array)) => data = Some(array),
            ("data", Value::Bytes(bytes)) => data = Some(Array::flat(Data::U8(bytes))),
            ("data", Value::Broken(problem)) => return Err(Misfit::Problem(format!("data: {problem}"))),
            ("shape", Value::Array(array)) => shape = Some(shape::declared(array)?),
            ("dtype", Value::Array(Array { data: Data::Text(name), .. })) if name[0] == target.spec.dtype.name() => {}
            ("dtype", Value::Array(Array { data: Data::Text(name), .. })) => {
                let message = format!("dtype: expected {}, got {:?}", target.spec.dtype.name(), name[0]);
                return Err(Misfit::Problem(message));
            }
            ("data" | "shape" | "dtype", other) => {
                return Err(Misfit::Problem(format!("{key}: expected an array, got {}", other.kind())));
            }
            (other, _) => {
                return Err(Misfit::Problem(format!("unknown field {other:?}; expected data, shape, dtype")));
            }
        }
    }
    let array = data.ok_or_else(|| Misfit::Problem("data: missing".into()))?;
    let Some(shape) = shape else { return Ok(array) };
    let count = target.limits.check_elements(&target.spec.name, &shape).map_err(Misfit::Fatal)?;
    if count != array.data.len() {
        let message = format!("shape {shape:?} holds {count} values, data has {}", array.data.len());
        return Err(Misfit::Problem(message));
    }
    // Within the limits, and so within the address space.
    let shape = shape.into_iter().map(|size| size as usize).collect();
    Ok(Array { shape, shaped: Shaped::Declared, data: array.data })
}

/// A symbol has one size in a request.
fn clashes(signature: &Signature, tensors: &[Tensor]) -> Vec<Problem> {
    let mut sizes: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let mut problems = vec![];
    for (spec, tensor) in signature.inputs.iter().zip(tensors) {
        for (dim, &size) in spec.dims().iter().zip(tensor.shape()) {
            let Dim::Symbol(symbol) = dim else { continue };
            let (first, input) = *sizes.entry(symbol).or_insert((size, &spec.name));
            if first != size {
                problems.push(Problem::new(&spec.name, format!("{symbol} is {size} here but {first} in {input}")));
            }
        }
    }
    problems
}
