//! Answers that aren't problems.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use serde::Serialize;

use super::media::JSON;
use super::problem::ProblemDetails;

/// 200 with `value` as JSON.
///
/// # Errors
/// 500 where `value` can't be written as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Response<Bytes>, ProblemDetails> {
    let bytes = serde_json::to_vec(value)
        .map_err(|error| onnxlet::Error::Engine(format!("the answer cannot be written as JSON: {error}")))?;
    Ok(ready_json(bytes.into()))
}

/// 200 with what is JSON already.
pub(super) fn ready_json(bytes: Bytes) -> Response<Bytes> {
    let mut response = Response::new(bytes);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// 204 without a body.
pub(super) fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
