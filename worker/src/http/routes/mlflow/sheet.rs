//! `text/csv` → values: its first line names the columns.

use csv_core::{ReadRecordResult, Reader};
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
    let mut records = records(body)?;
    let names: Vec<String> = if records.is_empty() { vec![] } else { records.remove(0) };
    let names: Vec<String> = names.iter().map(|name| name.trim().to_string()).collect();
    let places = places(model, FIELD, Some(&names))?;
    let uneven = records.iter().enumerate().find(|(_, record)| record.len() != names.len());
    if let Some((row, record)) = uneven {
        let detail = format!("expected {} fields as in the first line, got {} in row {row}", names.len(), record.len());
        return Err(ProblemDetails::malformed(format!("{FIELD}: {detail}")));
    }
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

/// The fields of every line.
///
/// # Errors
/// 400 where a field is not in UTF-8.
fn records(body: &[u8]) -> Result<Vec<Vec<String>>, ProblemDetails> {
    let mut reader = Reader::new();
    let (mut text, mut ends) = (vec![0; 1024], vec![0; 64]);
    let (mut rest, mut written, mut fields) = (body, 0, 0);
    let mut records = Vec::new();
    loop {
        let (result, read, wrote, ended) = reader.read_record(rest, &mut text[written..], &mut ends[fields..]);
        (rest, written, fields) = (&rest[read..], written + wrote, fields + ended);
        match result {
            // Asked again without input, it ends the last record.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => text.resize(2 * text.len(), 0),
            ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
            ReadRecordResult::Record => {
                records.push(split(&text[..written], &ends[..fields], records.len())?);
                (written, fields) = (0, 0);
            }
            ReadRecordResult::End => return Ok(records),
        }
    }
}

/// A line's text at the ends of its fields.
fn split(text: &[u8], ends: &[usize], line: usize) -> Result<Vec<String>, ProblemDetails> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let fields = starts.zip(ends).map(|(from, to)| std::str::from_utf8(&text[from..*to]).map(str::to_string));
    fields.collect::<Result<_, _>>().map_err(|error| {
        ProblemDetails::malformed(format!("{FIELD}: expected UTF-8, got something else in line {line}: {error}"))
    })
}

/// Some columns of every row, row by row, as elements of the input's kind.
fn cells(
    spec: &TensorSpec,
    names: &[String],
    records: &[Vec<String>],
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
    records: &[Vec<String>],
    columns: &[usize],
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ProblemDetails> {
    let mut values = Vec::with_capacity(records.len() * columns.len());
    for (row, record) in records.iter().enumerate() {
        for column in columns {
            let text = record.get(*column).map_or("", String::as_str);
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
