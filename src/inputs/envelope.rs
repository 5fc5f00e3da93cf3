//! Which part of a request's value is which input's, and which part is an option.

use super::{Inputs, Options};
use crate::array::{Array, Data};
use crate::card::Card;
use crate::signature::names;
use crate::value::Value;
use crate::{Error, MOST_PROBLEMS, Problem, Signature};

pub(super) fn open(signature: &Signature, card: &Card, value: Value) -> Result<(Inputs, Options), Error> {
    let is_envelope = value.get("inputs").is_some() && signature.input("inputs").is_none();
    let (value, options) = if is_envelope { unwrap(value)? } else { (value, Options::default()) };
    Ok((Inputs { values: name(signature, card, value)? }, options))
}

/// `{"inputs": …, "outputs": […], "top_k": 3}` taken apart.
fn unwrap(envelope: Value) -> Result<(Value, Options), Error> {
    let Value::Map(entries) = envelope else { return Ok((envelope, Options::default())) };
    let (mut inputs, mut options, mut problems) = (Value::Map(vec![]), Options::default(), vec![]);
    for (key, value) in entries {
        match key.as_str() {
            "inputs" => inputs = value,
            "top_k" => match count(&value) {
                Some(k) => options.top_k = Some(k),
                None => problems.push(Problem::new("top_k", "expected a whole number of at least 1")),
            },
            "outputs" => match texts(value) {
                Some(names) => options.outputs = Some(names),
                None => problems.push(Problem::new("outputs", "expected a list of output names")),
            },
            _ if problems.len() >= MOST_PROBLEMS => {}
            _ => problems.push(Problem::new(key, "unknown field; expected inputs, outputs or top_k")),
        }
    }
    if problems.is_empty() { Ok((inputs, options)) } else { Err(Error::Invalid(problems)) }
}

/// The value of each input, by name.
fn name(signature: &Signature, card: &Card, value: Value) -> Result<Vec<(String, Value)>, Error> {
    let only = match signature.inputs.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    match (value, only) {
        (Value::Map(entries), Some(only)) if !entries.iter().any(|(key, _)| key == &only.name) => {
            let has = |wanted: &str| entries.iter().any(|(key, _)| key == wanted);
            let is_record = card.inputs.get(&only.name).is_some_and(|card| card.features.is_some());
            if has("data") || has("base64") || is_record {
                Ok(vec![(only.name.clone(), Value::Map(entries))])
            } else {
                Ok(entries)
            }
        }
        (Value::Map(entries), _) => Ok(entries),
        (value, Some(only)) => Ok(vec![(only.name.clone(), value)]),
        (value, None) => {
            let message = format!(
                "the model has {} inputs ({}): expected an object that names them, got {}",
                signature.inputs.len(),
                names(&signature.inputs),
                value.kind()
            );
            Err(Error::Invalid(vec![Problem::new("inputs", message)]))
        }
    }
}

fn count(value: &Value) -> Option<usize> {
    match value {
        Value::Array(Array { shape, data: Data::I64(ints), .. }) if shape.is_empty() && ints[0] >= 1 => {
            usize::try_from(ints[0]).ok()
        }
        Value::Array(Array { shape, data: Data::F64(floats), .. })
            if shape.is_empty() && floats[0] >= 1.0 && floats[0].fract() == 0.0 && floats[0] < 1e9 =>
        {
            Some(floats[0] as usize)
        }
        _ => None,
    }
}

fn texts(value: Value) -> Option<Vec<String>> {
    match value {
        Value::Array(Array { shape, data: Data::Text(texts), .. }) if shape.len() == 1 => Some(texts),
        _ => None,
    }
}
