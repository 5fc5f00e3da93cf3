//! `GET /v2` and `GET /v2/health/…`: what the server is, and how it is.

use serde::Serialize;

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::super::problem::ProblemDetails;
use super::super::super::render;

#[derive(Serialize)]
struct Server {
    name: &'static str,
    version: &'static str,
    extensions: [&'static str; 3],
}

#[derive(Serialize)]
struct Live {
    live: bool,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
}

/// What the server is; the extensions have Triton's names.
pub(super) fn metadata(_: &Call) -> Answered {
    let extensions = ["binary_tensor_data", "classification", "model_configuration"];
    render::json(&Server { name: "onnxlet", version: env!("CARGO_PKG_VERSION"), extensions })
}

/// The Worker runs.
pub(super) fn live(_: &Call) -> Answered {
    render::json(&Live { live: true })
}

/// The Worker can predict.
pub(super) fn ready(call: &Call) -> Answered {
    check(call)?;
    render::json(&Ready { ready: true })
}

/// Whether settings and model are right.
///
/// # Errors
/// 503 and why they are not.
pub(super) fn check(call: &Call) -> Result<(), ProblemDetails> {
    call.service.config().and_then(|_| call.model()).map(drop).map_err(ProblemDetails::unavailable)
}
