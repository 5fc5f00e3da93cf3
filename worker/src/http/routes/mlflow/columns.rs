//! A table's columns → the inputs that they are for.

use onnxlet::{Inputs, MOST_PROBLEMS, Model, Problem, TensorSpec, Value};

use super::super::super::problem::ProblemDetails;
use super::super::rows::Rows;

/// Where an input's values stand in a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the column of the input's name.
    Column(usize),
    /// In the columns of its features, in their order.
    Features(Vec<usize>),
    /// In all columns, which have no names but their numbers.
    All,
}

/// The place of each input, in the signature's order. No names, and numbers from 0 on, fit a model with one input.
///
/// # Errors
/// 422 with every column that is missing or unknown, named twice or nowhere to be put.
pub(super) fn places<'a>(
    model: &'a Model,
    field: &str,
    names: Option<&[String]>,
) -> Result<Vec<(&'a TensorSpec, Place)>, ProblemDetails> {
    let inputs = &model.signature().inputs;
    let numbered =
        |names: &[String]| !names.is_empty() && names.iter().enumerate().all(|(at, name)| *name == at.to_string());
    let names = match (names, inputs.as_slice()) {
        (None, [only]) => return Ok(vec![(only, Place::All)]),
        (Some(names), [only]) if numbered(names) && *names != [only.name.clone()] => {
            return Ok(vec![(only, Place::All)]);
        }
        (names, _) => names.unwrap_or_default(),
    };
    let mut used = vec![false; names.len()];
    let mut problems = Vec::new();
    let mut places = Vec::new();
    let mut find = |wanted: &str| {
        let at = names.iter().position(|name| name == wanted);
        at.inspect(|at| used[*at] = true)
    };
    for spec in inputs {
        let features = model.card().inputs.get(&spec.name).and_then(|card| card.features.as_deref());
        if let Some(at) = find(&spec.name) {
            places.push((spec, Place::Column(at)));
            continue;
        }
        let Some(features) = features else {
            problems.push(Problem::new(&spec.name, format!("{field}: there is no such column; expected {spec}")));
            continue;
        };
        let mut columns = Vec::new();
        for feature in features {
            match find(&feature.name) {
                Some(at) => columns.push(at),
                None => problems.push(Problem::new(&feature.name, format!("{field}: there is no such column"))),
            }
        }
        places.push((spec, Place::Features(columns)));
    }
    for (name, _) in names.iter().zip(used).filter(|(_, used)| !used).take(MOST_PROBLEMS) {
        let message = format!("{field}: the model has no such input or feature, or the column stands twice");
        problems.push(Problem::new(name, message));
    }
    if problems.is_empty() { Ok(places) } else { Err(onnxlet::Error::Invalid(problems).into()) }
}

/// The rows of a table, given as one array.
///
/// # Errors
/// 422 with what is wrong.
pub(super) fn read(
    model: &Model,
    field: &str,
    names: Option<Vec<String>>,
    data: &Value,
) -> Result<Rows, ProblemDetails> {
    let refuse = |message: String| ProblemDetails::invalid(field, message);
    if let Value::Broken(problem) = data {
        return Err(refuse(format!("data: {problem}")));
    }
    let Some(width) = data.width().filter(|_| data.rows() > Some(0)) else {
        return Err(refuse("data: expected rows of values, at least one".into()));
    };
    if let Some(names) = &names
        && names.len() != width
    {
        return Err(refuse(format!("{} columns are named, the rows have {width}", names.len())));
    }
    let values = places(model, field, names.as_deref())?.into_iter().map(|(spec, place)| {
        let value = match place {
            Place::Column(at) => data.column(at),
            Place::Features(columns) => data.columns(&columns),
            Place::All => data.clone(),
        };
        (spec.name.clone(), value)
    });
    Ok(Rows { inputs: Inputs::named(values), count: data.rows().unwrap_or(0) })
}
