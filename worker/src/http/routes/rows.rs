//! Examples given row by row, or input by input, in JSON → values by input.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use onnxlet::{Dtype, Inputs, MOST_PROBLEMS, Model, Prediction, Problem, TensorSpec, Value};

use super::super::problem::ProblemDetails;

/// Values of rows, and how many rows they are.
pub(super) struct Rows {
    pub inputs: Inputs,
    pub count: usize,
}

/// One object: its entries by name.
type Entries = Vec<(String, Value)>;

impl Rows {
    /// Rows that are bare values of the model's only input, or objects of values by the names of inputs or features. `field`
    /// is where they stand in the request.
    ///
    /// # Errors
    /// 422 with what is wrong.
    pub fn read(model: &Model, field: &str, rows: Value) -> Result<Rows, ProblemDetails> {
        let expected = || ProblemDetails::invalid(field, "expected a list, with an entry for each example");
        let count = match &rows {
            Value::Broken(problem) => return Err(ProblemDetails::invalid(field, problem.clone())),
            rows => rows.rows().ok_or_else(expected)?,
        };
        if count == 0 {
            return Err(ProblemDetails::invalid(field, "expected at least one example, got none"));
        }
        let inputs = match rows {
            Value::List(rows) if !rows.iter().all(is_encoded) => by_name(model, field, rows)?,
            bare => bare_value(model, field, bare)?,
        };
        Ok(Rows { inputs, count })
    }
}

/// Checks that each row became an example of its own, and each output has one for it: a flat list of numbers may also be read as
/// fewer, larger examples.
///
/// # Errors
/// 422 where that isn't so.
pub(super) fn check_count(count: usize, field: &str, prediction: &Prediction) -> Result<(), ProblemDetails> {
    for output in prediction.outputs() {
        if output.shape().first() != Some(&count) {
            let (name, shape) = (output.name(), output.shape());
            let message =
                format!("got {count} examples, but the output {name} has the shape {shape:?}, not a row for each");
            return Err(ProblemDetails::invalid(field, message));
        }
    }
    Ok(())
}

/// Values input by input: an object by name, or the bare value of the model's only input.
///
/// # Errors
/// 422 with what is wrong.
pub(super) fn columnar(model: &Model, field: &str, value: Value) -> Result<Inputs, ProblemDetails> {
    match value {
        Value::Map(entries) if !is_encoded_entries(&entries) => {
            let named = entries.into_iter().map(|(name, value)| {
                let value = match model.signature().input(&name) {
                    Some((_, spec)) => decoded(model, spec, value)?,
                    None => value,
                };
                Ok((name, value))
            });
            named.collect::<Result<Entries, Problem>>().map(Inputs::named).map_err(refused)
        }
        bare => bare_value(model, field, bare),
    }
}

/// A value of the model's only input.
fn bare_value(model: &Model, field: &str, value: Value) -> Result<Inputs, ProblemDetails> {
    match model.signature().inputs.as_slice() {
        [only] => Ok(Inputs::named([(only.name.clone(), decoded(model, only, value).map_err(refused)?)])),
        several => {
            let names: Vec<&str> = several.iter().map(|spec| spec.name.as_str()).collect();
            let message =
                format!("the model has {} inputs ({}): expected objects that name them", names.len(), names.join(", "));
            Err(ProblemDetails::invalid(field, message))
        }
    }
}

/// Rows that are objects, whose keys are inputs or the features of inputs.
fn by_name(model: &Model, field: &str, rows: Vec<Value>) -> Result<Inputs, ProblemDetails> {
    let inputs = &model.signature().inputs;
    let mut gathered: Vec<Vec<Value>> = inputs.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    let mut problems = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let Value::Map(mut entries) = row else {
            return Err(ProblemDetails::invalid(format!("{field}[{at}]"), "expected an object, as the others are"));
        };
        for (spec, values) in inputs.iter().zip(&mut gathered) {
            match of_input(model, spec, &mut entries).map(|value| decoded(model, spec, value)) {
                Some(Ok(value)) => values.push(value),
                Some(Err(problem)) => problems.push(problem),
                None => problems.push(Problem::new(&spec.name, format!("missing in {field}[{at}]; expected {spec}"))),
            }
        }
        for (name, _) in entries.into_iter().take(MOST_PROBLEMS) {
            problems.push(Problem::new(name, format!("unknown in {field}[{at}]; the model has {}", known(model))));
        }
        if !problems.is_empty() {
            return Err(onnxlet::Error::Invalid(problems).into());
        }
    }
    Ok(Inputs::named(inputs.iter().zip(gathered).map(|(spec, values)| (spec.name.clone(), Value::stack(values)))))
}

/// What a row holds for an input: the entry of that name, or all those that are its features. They are taken out.
fn of_input(model: &Model, spec: &TensorSpec, entries: &mut Entries) -> Option<Value> {
    if let Some(at) = entries.iter().position(|(name, _)| *name == spec.name) {
        return Some(entries.swap_remove(at).1);
    }
    let features = model.card().inputs.get(&spec.name)?.features.as_ref()?;
    let own = |(name, _): &mut (String, Value)| features.iter().any(|feature| feature.name == *name);
    // Missing features are for the record itself to tell.
    let record: Entries = entries.extract_if(.., own).collect();
    (!record.is_empty()).then_some(Value::Map(record))
}

/// The names that a row may have.
fn known(model: &Model) -> String {
    let mut names = Vec::new();
    for spec in &model.signature().inputs {
        names.push(spec.name.as_str());
        let card = model.card().inputs.get(&spec.name);
        let features = card.and_then(|card| card.features.as_deref()).unwrap_or_default();
        names.extend(features.iter().map(|feature| feature.name.as_str()));
    }
    names.join(", ")
}

/// `{"b64": "…"}`, TensorFlow's form of bytes.
fn is_encoded(value: &Value) -> bool {
    matches!(value, Value::Map(entries) if is_encoded_entries(entries))
}

fn is_encoded_entries(entries: &[(String, Value)]) -> bool {
    matches!(entries, [(name, _)] if name == "b64")
}

/// A value with its bytes decoded: pictures for an input that takes them, texts for one of texts.
fn decoded(model: &Model, spec: &TensorSpec, value: Value) -> Result<Value, Problem> {
    match value {
        Value::Map(mut entries) if is_encoded_entries(&entries) => {
            // There is exactly one.
            let (_, value) = entries.swap_remove(0);
            bytes(model, spec, value)
        }
        Value::List(values) if values.iter().any(|value| matches!(value, Value::List(_)) || is_encoded(value)) => {
            let values: Result<Vec<Value>, Problem> =
                values.into_iter().map(|value| decoded(model, spec, value)).collect();
            values.map(Value::stack)
        }
        other => Ok(other),
    }
}

fn bytes(model: &Model, spec: &TensorSpec, value: Value) -> Result<Value, Problem> {
    let refuse = |message: String| Problem::new(&spec.name, message);
    if model.card().inputs.get(&spec.name).is_some_and(|card| card.image.is_some()) {
        return Ok(Value::Map(vec![("base64".into(), value)]));
    }
    let text = value.as_text().ok_or_else(|| refuse("b64: expected a text".into()))?;
    if spec.dtype != Dtype::String {
        return Err(refuse(format!("b64: expected {spec}, got bytes")));
    }
    let bytes = STANDARD.decode(text).map_err(|error| refuse(format!("b64: cannot be decoded: {error}")))?;
    String::from_utf8(bytes).map(Value::text).map_err(|_| refuse("b64: the text is not UTF-8".into()))
}

fn refused(problem: Problem) -> ProblemDetails {
    onnxlet::Error::Invalid(vec![problem]).into()
}
