//! `text/csv` → values: its first line names the columns.

use csv::{ReaderBuilder, StringRecord};
use onnxlet::{Dtype, Inputs, Model, TensorSpec, Value};

use super::super::super::problem::ProblemDetails;
use super::super::rows::Rows;
use super::columns::{Place, places};

const FIELD: &str = "csv";

/// Reads a table.
///
/// # Errors
/// 400 for what is no CSV in UTF-8 with as many fields in every line; 422 for columns and values that don't fit.
pub(super) fn read(model: &Model, body: &[u8]) -> Result<Rows, ProblemDetails> {
    let mut reader = ReaderBuilder::new().from_reader(body);
    let malformed = |error: csv::Error| ProblemDetails::malformed(format!("expected CSV, got something else: {error}"));
    let names: Vec<String> = reader.headers().map_err(malformed)?.iter().map(|name| name.trim().to_string()).collect();
    let places = places(model, FIELD, Some(&names))?;
    let records = reader.records().collect::<Result<Vec<StringRecord>, _>>().map_err(malformed)?;
    if records.is_empty() {
        return Err(ProblemDetails::invalid(FIELD, "expected a line for each example behind the names, got none"));
    }
    let mut values = Vec::with_capacity(places.len());
    for (spec, place) in places {
        let value = match place {
            Place::Column(at) => cells(spec, &names, &records, &[at])?,
            Place::Features(columns) => cells(spec, &names, &records, &columns)?,
            Place::All => {
                let columns: Vec<usize> = (0..names.len()).collect();
                let shape = vec![records.len() as u64, columns.len() as u64];
                let data = cells(spec, &names, &records, &columns)?;
                Value::Map(vec![("data".into(), data), ("shape".into(), shape.into())])
            }
        };
        values.push((spec.name.clone(), value));
    }
    Ok(Rows { inputs: Inputs::named(values), count: records.len() })
}

/// Some columns of every row, row by row, as elements of the input's kind.
fn cells(
    spec: &TensorSpec,
    names: &[String],
    records: &[StringRecord],
    columns: &[usize],
) -> Result<Value, ProblemDetails> {
    match spec.dtype {
        Dtype::String => all(names, records, columns, "a text", |text| Some(text.to_string())).map(Value::from),
        Dtype::Bool => all(names, records, columns, "true or false", boolean).map(Value::from),
        // The one that holds numbers beyond int64.
        Dtype::Uint64 => {
            all(names, records, columns, "a uint64", |text| text.trim().parse::<u64>().ok()).map(Value::from)
        }
        dtype if dtype.is_float() => all(names, records, columns, "a number", number).map(Value::from),
        dtype => {
            let expected = format!("an {}", dtype.name());
            all(names, records, columns, &expected, |text| text.trim().parse::<i64>().ok()).map(Value::from)
        }
    }
}

fn all<T>(
    names: &[String],
    records: &[StringRecord],
    columns: &[usize],
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ProblemDetails> {
    let mut values = Vec::with_capacity(records.len() * columns.len());
    for (row, record) in records.iter().enumerate() {
        for column in columns {
            let text = record.get(*column).unwrap_or_default();
            let value = parse(text).ok_or_else(|| {
                let short: String = text.chars().take(24).collect();
                ProblemDetails::invalid(
                    &names[*column],
                    format!("{FIELD}: expected {expected}, got {short:?} in row {row}"),
                )
            })?;
            values.push(value);
        }
    }
    Ok(values)
}

/// A number; nothing at all is NaN, as pandas writes it.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() { Some(f64::NAN) } else { text.parse().ok() }
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" | "TRUE" | "1" => Some(true),
        "false" | "False" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}
