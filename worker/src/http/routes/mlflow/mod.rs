//! MLflow's scoring protocol.

mod columns;
mod document;
mod invocations;
mod sheet;

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::media::Media;
use super::super::problem::ProblemDetails;
use super::super::render;

pub(super) static ENDPOINTS: [Endpoint; 2] = [
    Endpoint {
        path: "/invocations",
        action: Action::Take(invocations::invoke),
        media: &[Media::Json, Media::Csv],
        answers: JSON_ONLY,
        access: Access::Keyed,
        dialect: Dialect::Mlflow,
        document: document::INVOCATIONS,
    },
    Endpoint {
        path: "/ping",
        action: Action::Show(ping),
        media: &[],
        answers: JSON_ONLY,
        access: Access::Open,
        dialect: Dialect::Mlflow,
        document: document::PING,
    },
];

#[derive(serde::Serialize)]
struct Pong {
    status: &'static str,
}

/// The Worker can predict.
fn ping(call: &Call) -> Answered {
    call.service.config().and_then(|_| call.model()).map_err(ProblemDetails::unavailable)?;
    render::json(&Pong { status: "ready" })
}
