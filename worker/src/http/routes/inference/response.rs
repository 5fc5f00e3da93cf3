//! An inference response: JSON, and behind it the tensors that were asked for in binary.

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use onnxlet::{Card, Elements, NamedTensor};
use serde::Serialize;

use super::super::super::endpoint::Answered;
use super::super::super::media::OCTETS;
use super::super::super::problem::ProblemDetails;
use super::super::super::render;
use super::classification::classify;
use super::datatype::{BYTES, Datatype};
use super::request::{Form, Wanted};
use super::{HEADER_LENGTH, binary};

#[derive(Serialize)]
struct Document<'a> {
    model_name: &'a str,
    model_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outputs: Vec<Output<'a>>,
}

#[derive(Serialize)]
struct Output<'a> {
    name: &'a str,
    datatype: Datatype,
    shape: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Parameters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
}

#[derive(Serialize)]
struct Parameters {
    binary_data_size: usize,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Elements(Elements<'a>),
    Classes(Vec<String>),
}

/// The response with each output in the form that is wanted.
///
/// # Errors
/// 422 for a classification that can't be.
pub(super) fn render<'a>(
    card: &'a Card,
    id: Option<&'a str>,
    outputs: impl Iterator<Item = (&'a NamedTensor, Wanted)>,
) -> Answered {
    let mut binaries = None;
    let outputs = outputs.map(|(tensor, wanted)| output(card, tensor, wanted, &mut binaries));
    let outputs = outputs.collect::<Result<_, ProblemDetails>>()?;
    let document = Document { model_name: &card.name, model_version: &card.version, id, outputs };
    let response = render::json(&document)?;
    Ok(match binaries {
        None => response,
        Some(binaries) => with_binaries(response, &binaries),
    })
}

fn output<'a>(
    card: &Card,
    tensor: &'a NamedTensor,
    wanted: Wanted,
    binaries: &mut Option<Vec<u8>>,
) -> Result<Output<'a>, ProblemDetails> {
    let (datatype, shape, data) = match wanted.classification {
        None => (Datatype::of(tensor.dtype()), tensor.shape().to_vec(), Data::Elements(tensor.elements())),
        Some(count) => {
            let (shape, classes) = classify(card, tensor, count)?;
            (BYTES, shape, Data::Classes(classes))
        }
    };
    let (parameters, data) = match wanted.form {
        Form::Json => (None, Some(data)),
        Form::Binary => {
            let bytes = binaries.get_or_insert_default();
            let before = bytes.len();
            match &data {
                Data::Elements(elements) => binary::write(*elements, bytes),
                Data::Classes(classes) => binary::write_texts(classes, bytes),
            }
            (Some(Parameters { binary_data_size: bytes.len() - before }), None)
        }
    };
    Ok(Output { name: tensor.name(), datatype, shape, parameters, data })
}

fn with_binaries(mut response: Response<Bytes>, binaries: &[u8]) -> Response<Bytes> {
    let length = response.body().len();
    *response.body_mut() = [response.body(), binaries].concat().into();
    response.headers_mut().insert(CONTENT_TYPE, OCTETS);
    response.headers_mut().insert(HEADER_LENGTH, HeaderValue::from(length));
    response
}
