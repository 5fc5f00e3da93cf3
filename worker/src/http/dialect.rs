//! The forms in which protocols tell of a problem.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::media::JSON;
use super::problem::ProblemDetails;
use super::request_id::RequestId;

/// Which form an endpoint's protocol expects. Status and headers are the same in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `application/problem+json` (RFC 9457): our own routes.
    Problem,
    /// `{"error": "…"}`: the Open Inference Protocol and TensorFlow Serving.
    Error,
    /// `{"error_code": "…", "message": "…"}`: MLflow.
    Mlflow,
}

#[derive(Serialize)]
struct ErrorDocument<'a> {
    error: &'a str,
}

#[derive(Serialize)]
struct MlflowDocument<'a> {
    error_code: &'static str,
    message: &'a str,
}

impl Dialect {
    /// The dialect of a path that no endpoint has: of the protocol that it looks like.
    pub fn of_unknown(path: &str) -> Self {
        let first = path.split('/').nth(1).unwrap_or_default();
        match first {
            "v1" | "v2" => Dialect::Error,
            "invocations" | "ping" => Dialect::Mlflow,
            _ => Dialect::Problem,
        }
    }

    /// The response that tells of `problem`.
    pub fn render(self, problem: &ProblemDetails, id: &RequestId) -> Response<Bytes> {
        match self {
            Dialect::Problem => problem.render(id),
            Dialect::Error => problem.respond(&ErrorDocument { error: &problem.full_detail() }, JSON),
            Dialect::Mlflow => {
                let error_code = if problem.status.is_server_error() { "INTERNAL_ERROR" } else { "BAD_REQUEST" };
                problem.respond(&MlflowDocument { error_code, message: &problem.full_detail() }, JSON)
            }
        }
    }
}
