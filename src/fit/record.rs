//! Records, whose keys are the card's features, → rows.

use super::{Misfit, Target};
use crate::MOST_PROBLEMS;
use crate::array::{Array, ArrayBuilder, Shaped};
use crate::card::Feature;
use crate::value::Value;

/// A record or a list of records as an array of rows; `None` where the input has no features, or `value` is neither.
///
/// # Errors
/// Every row's missing, unknown and unusable fields.
pub(super) fn fit(target: &Target, value: &Value) -> Result<Option<Array>, Misfit> {
    let Some(features) = target.card.and_then(|card| card.features.as_deref()) else { return Ok(None) };
    let rows = match value {
        Value::Map(_) => std::slice::from_ref(value),
        Value::List(rows) => rows.as_slice(),
        _ => return Ok(None),
    };
    let mut builder = ArrayBuilder::default();
    let mut problems = vec![];
    builder.enter()?;
    for (index, row) in rows.iter().enumerate() {
        let place = if rows.len() == 1 { String::new() } else { format!("row {index}: ") };
        let found = problems.len();
        push_row(&mut builder, features, row, &mut problems)?;
        problems[found..].iter_mut().for_each(|problem| problem.insert_str(0, &place));
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
    }
    builder.leave();
    if !problems.is_empty() {
        return Err(Misfit::Problem(problems.join("; ")));
    }
    let array = builder.finish()?;
    // One record is one row, whatever the number of axes before it.
    let shaped = if rows.len() == 1 { Shaped::Nested } else { array.shaped };
    Ok(Some(Array { shaped, ..array }))
}

fn push_row(
    builder: &mut ArrayBuilder,
    features: &[Feature],
    row: &Value,
    problems: &mut Vec<String>,
) -> Result<(), Misfit> {
    let Value::Map(entries) = row else {
        problems.push(format!("expected an object, got {}", row.kind()));
        return Ok(());
    };
    let known: Vec<&str> = features.iter().map(|feature| feature.name.as_str()).collect();
    for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.as_str())).take(MOST_PROBLEMS) {
        problems.push(format!("unknown field {key:?}; expected {}", known.join(", ")));
    }
    builder.enter()?;
    for feature in features {
        match row.get(&feature.name) {
            None => problems.push(format!("{} is missing", feature.name)),
            Some(Value::Array(Array { shape, data, .. })) if shape.is_empty() => builder.push_element(data, 0),
            Some(other) => problems.push(format!("{}: expected a single value, got {}", feature.name, other.kind())),
        }
    }
    builder.leave();
    Ok(())
}
