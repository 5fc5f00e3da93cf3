//! TensorFlow Serving's REST interface, which is also KServe's version 1.

mod classify;
mod document;
mod metadata;
mod predict;
mod status;

use bytes::Bytes;

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::media::Media;
use super::super::openapi::operation::Operation;
use super::super::problem::ProblemDetails;

pub(super) use predict::Columns;

pub(super) static ENDPOINTS: [Endpoint; 11] = [
    shown("/v1/models", status::list, document::LIST),
    Endpoint { access: Access::Open, ..shown("/v1/models/{model}", status::show, document::STATUS) },
    Endpoint {
        access: Access::Open,
        ..shown("/v1/models/{model}/versions/{version}", status::show, document::STATUS.called("servedVersionStatus"))
    },
    shown("/v1/models/{model}/metadata", metadata::show, document::METADATA),
    shown(
        "/v1/models/{model}/versions/{version}/metadata",
        metadata::show,
        document::METADATA.called("servedVersionMetadata"),
    ),
    taking("/v1/models/{model}:predict", predict::predict, document::PREDICT),
    taking(
        "/v1/models/{model}/versions/{version}:predict",
        predict::predict,
        document::PREDICT.called("servedVersionPredict"),
    ),
    taking("/v1/models/{model}:classify", classify::classify, document::CLASSIFY),
    taking(
        "/v1/models/{model}/versions/{version}:classify",
        classify::classify,
        document::CLASSIFY.called("servedVersionClassify"),
    ),
    taking("/v1/models/{model}:regress", classify::regress, document::REGRESS),
    taking(
        "/v1/models/{model}/versions/{version}:regress",
        classify::regress,
        document::REGRESS.called("servedVersionRegress"),
    ),
];

const fn shown(path: &'static str, show: fn(&Call) -> Answered, document: Operation) -> Endpoint {
    Endpoint {
        path,
        action: Action::Show(show),
        media: &[],
        answers: JSON_ONLY,
        access: Access::Keyed,
        dialect: Dialect::Error,
        document,
    }
}

const fn taking(path: &'static str, take: fn(&Call, Bytes) -> Answered, document: Operation) -> Endpoint {
    Endpoint {
        path,
        action: Action::Take(take),
        media: &[Media::Untyped],
        answers: JSON_ONLY,
        access: Access::Keyed,
        dialect: Dialect::Error,
        document,
    }
}

/// The only signature that there is.
const SIGNATURE: &str = "serving_default";

/// Checks that a request asks for that signature, or for none.
///
/// # Errors
/// 422 where it asks for another.
fn check_signature(name: Option<&str>) -> Result<(), ProblemDetails> {
    match name {
        None | Some("" | SIGNATURE) => Ok(()),
        Some(other) => Err(ProblemDetails::invalid(
            "signature_name",
            format!("expected {SIGNATURE:?}, the only one, got {other:?}"),
        )),
    }
}
