//! `GET /v1/models` and `GET /v1/models/{model}`: what is served, and whether it can predict.

use serde::Serialize;

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::super::problem::ProblemDetails;
use super::super::super::render;
use super::super::address;

#[derive(Serialize)]
struct Models<'a> {
    models: [&'a str; 1],
}

/// `name` and `ready` are KServe's, the rest is TensorFlow Serving's.
#[derive(Serialize)]
struct Status<'a> {
    name: &'a str,
    ready: bool,
    model_version_status: [VersionStatus<'a>; 1],
}

#[derive(Serialize)]
struct VersionStatus<'a> {
    version: &'a str,
    state: &'static str,
    status: Code,
}

#[derive(Serialize)]
struct Code {
    error_code: &'static str,
    error_message: &'static str,
}

/// The names of all models: of the one.
pub(super) fn list(call: &Call) -> Answered {
    render::json(&Models { models: [&call.model()?.card().name] })
}

/// Whether the model can predict.
pub(super) fn show(call: &Call) -> Answered {
    call.service.config().map_err(ProblemDetails::unavailable)?;
    call.model().map_err(ProblemDetails::unavailable)?;
    let card = address::model(call)?.card();
    let status = Code { error_code: "OK", error_message: "" };
    let version = VersionStatus { version: &card.version, state: "AVAILABLE", status };
    render::json(&Status { name: &card.name, ready: true, model_version_status: [version] })
}
