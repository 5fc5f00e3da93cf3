//! A protocol's JSON request, field by field.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::super::call::Call;
use super::super::nesting;
use super::super::problem::ProblemDetails;

/// Reads a request.
///
/// # Errors
/// 400 for what isn't JSON; 413 where it is nested too deeply; 422 with the path of the first field that is missing or wrong.
pub(super) fn parse<T: DeserializeOwned>(call: &Call, body: &[u8]) -> Result<T, ProblemDetails> {
    nesting::check(body, call.service.config()?.max_nesting)?;
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Data => with_path::<T>(body).unwrap_or_else(|| ProblemDetails::invalid(".", error.to_string())),
        Category::Eof => ProblemDetails::malformed(format!("expected JSON, got a truncated document: {error}")),
        _ => ProblemDetails::malformed(format!("expected JSON, got something else: {error}")),
    })
}

/// What is wrong, once more with the field's path: keeping track of it would slow right requests down.
fn with_path<T: DeserializeOwned>(body: &[u8]) -> Option<ProblemDetails> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let error = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err()?;
    Some(ProblemDetails::invalid(error.path().to_string(), error.inner().to_string()))
}
