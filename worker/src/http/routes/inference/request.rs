//! An inference request: JSON, and behind it the tensors that it leaves out.

use onnxlet::{Inputs, Model, Options, Problem, TensorSpec, Value};
use serde::Deserialize;

use super::super::super::call::Call;
use super::super::super::problem::ProblemDetails;
use super::super::json::{self, Object};
use super::datatype::Datatype;
use super::{HEADER_LENGTH, binary};

/// What is asked.
#[derive(Debug, Deserialize)]
pub(super) struct Request {
    /// Echoed.
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    parameters: Option<Object<RequestParameters>>,
    inputs: Vec<Object<Input>>,
    #[serde(default)]
    outputs: Option<Vec<Object<Output>>>,
}

#[derive(Debug, Default, Deserialize)]
struct RequestParameters {
    #[serde(default)]
    binary_data_output: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Input {
    name: String,
    shape: Value,
    datatype: String,
    #[serde(default)]
    parameters: Option<Object<InputParameters>>,
    #[serde(default)]
    data: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
struct InputParameters {
    #[serde(default, deserialize_with = "json::whole")]
    binary_data_size: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Output {
    name: String,
    #[serde(default)]
    parameters: Option<Object<OutputParameters>>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct OutputParameters {
    #[serde(default)]
    binary_data: Option<bool>,
    #[serde(default, deserialize_with = "json::whole")]
    classification: Option<u64>,
}

/// How an output is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub form: Form,
    /// How many of the best classes to send in place of the elements.
    pub classification: Option<u64>,
}

/// Where a tensor's elements stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Binary,
}

impl Request {
    /// Reads the JSON part; the rest is what stands behind it.
    ///
    /// # Errors
    /// 400 for what isn't JSON or too short, 422 with the path of a bad field.
    pub(super) fn read<'a>(call: &Call, body: &'a [u8]) -> Result<(Request, &'a [u8]), ProblemDetails> {
        let (document, rest) = match call.head.headers.get(HEADER_LENGTH) {
            None => (body, &[][..]),
            Some(value) => {
                let length = value.to_str().ok().and_then(|text| text.trim().parse().ok());
                let split = length.and_then(|length| body.split_at_checked(length));
                split.ok_or_else(|| {
                    let limit = body.len();
                    let got = String::from_utf8_lossy(value.as_bytes());
                    let detail =
                        format!("{HEADER_LENGTH}: expected a number of at most the body's {limit} bytes, got {got:?}");
                    ProblemDetails::malformed(detail)
                })?
            }
        };
        Ok((json::parse(call, document)?, rest))
    }

    /// How each output is to be sent, by name; all of the model's where none is named.
    pub(super) fn wanted(&self, model: &Model) -> Vec<(String, Wanted)> {
        let usual = self.parameters.as_ref().and_then(|parameters| parameters.0.binary_data_output).unwrap_or(false);
        let form = |binary: bool| if binary { Form::Binary } else { Form::Json };
        match self.outputs.as_deref() {
            None | Some([]) => {
                let wanted = Wanted { form: form(usual), classification: None };
                model.signature().outputs.iter().map(|spec| (spec.name.clone(), wanted)).collect()
            }
            Some(outputs) => {
                let wanted = |Object(output): &Object<Output>| {
                    let OutputParameters { binary_data, classification } = output.parameters.unwrap_or_default().0;
                    let wanted = Wanted { form: form(binary_data.unwrap_or(usual)), classification };
                    (output.name.clone(), wanted)
                };
                outputs.iter().map(wanted).collect()
            }
        }
    }

    /// The values by input name, and the outputs to compute.
    ///
    /// # Errors
    /// 422 with every input whose datatype or bytes are wrong; 400 where the bytes behind the JSON are too many or too few.
    pub(super) fn inputs(
        self,
        model: &Model,
        mut rest: &[u8],
        wanted: &[(String, Wanted)],
    ) -> Result<(Inputs, Options), ProblemDetails> {
        let mut problems = Vec::new();
        let mut values = Vec::new();
        for Object(input) in self.inputs {
            let bytes = match input.parameters.as_ref().and_then(|parameters| parameters.0.binary_data_size) {
                None => None,
                Some(size) => {
                    let (bytes, others) =
                        usize::try_from(size).ok().and_then(|size| rest.split_at_checked(size)).ok_or_else(|| {
                            let left = rest.len();
                            let detail = format!(
                                "{}: binary_data_size: expected {size} bytes behind the JSON, got {left}",
                                input.name
                            );
                            ProblemDetails::malformed(detail)
                        })?;
                    rest = others;
                    Some(bytes)
                }
            };
            let spec = model.signature().input(&input.name).map(|(_, spec)| spec);
            match input.value(spec, bytes) {
                Ok(named) => values.push(named),
                Err(problem) => problems.push(problem),
            }
        }
        if !rest.is_empty() {
            let detail =
                format!("{} bytes stand behind the JSON and belong to no input (binary_data_size)", rest.len());
            return Err(ProblemDetails::malformed(detail));
        }
        if !problems.is_empty() {
            return Err(onnxlet::Error::Invalid(problems).into());
        }
        let outputs = Some(wanted.iter().map(|(name, _)| name.clone()).collect());
        Ok((Inputs::named(values), Options { outputs, ..Options::default() }))
    }
}

impl Input {
    /// The value of the input that `spec` describes, with its name. One without `spec` is refused by its name later.
    fn value(self, spec: Option<&TensorSpec>, bytes: Option<&[u8]>) -> Result<(String, Value), Problem> {
        let Some(spec) = spec else { return Ok((self.name, self.shape)) };
        let expected = Datatype::of(spec.dtype);
        if self.datatype != expected.name() {
            let message = format!("datatype: expected {}, got {:?}", expected.name(), self.datatype);
            return Err(Problem::new(self.name, message));
        }
        let data = match (self.data, bytes) {
            (Some(data), None) => data,
            (None, Some(bytes)) => {
                binary::read(spec.dtype, bytes).map_err(|message| Problem::new(&self.name, message))?
            }
            (None, None) => return Err(Problem::new(self.name, "expected data or binary_data_size, got neither")),
            (Some(_), Some(_)) => return Err(Problem::new(self.name, "expected data or binary_data_size, got both")),
        };
        let declared = [("shape", self.shape), ("data", data)].map(|(field, value)| (field.to_string(), value));
        Ok((self.name, Value::Map(declared.into())))
    }
}
