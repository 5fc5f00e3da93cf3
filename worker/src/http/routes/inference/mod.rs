//! The Open Inference Protocol, version 2, as KServe and Triton speak it, with the extensions for binary tensors and
//! classification.

mod binary;
mod classification;
mod datatype;
mod document;
mod infer;
mod metadata;
mod request;
mod response;
mod server;

use http::header::HeaderName;

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::media::Media;
use super::super::openapi::operation::Operation;

/// How many bytes of a body are JSON, where tensors stand behind it.
const HEADER_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");

pub(super) static ENDPOINTS: [Endpoint; 11] = [
    shown("/v2", server::metadata, document::SERVER),
    open("/v2/health/live", server::live, document::LIVE),
    open("/v2/health/ready", server::ready, document::READY),
    shown("/v2/models/{model}", metadata::show, document::METADATA),
    shown(
        "/v2/models/{model}/versions/{version}",
        metadata::show,
        document::METADATA.called("inferenceVersionMetadata"),
    ),
    open("/v2/models/{model}/ready", metadata::ready, document::MODEL_READY),
    open(
        "/v2/models/{model}/versions/{version}/ready",
        metadata::ready,
        document::MODEL_READY.called("inferenceVersionReady"),
    ),
    shown("/v2/models/{model}/config", metadata::config, document::CONFIG),
    shown(
        "/v2/models/{model}/versions/{version}/config",
        metadata::config,
        document::CONFIG.called("inferenceVersionConfig"),
    ),
    inferring("/v2/models/{model}/infer", document::INFER),
    inferring("/v2/models/{model}/versions/{version}/infer", document::INFER.called("inferVersion")),
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

/// What tells of health.
const fn open(path: &'static str, show: fn(&Call) -> Answered, document: Operation) -> Endpoint {
    Endpoint { access: Access::Open, ..shown(path, show, document) }
}

const fn inferring(path: &'static str, document: Operation) -> Endpoint {
    Endpoint {
        path,
        action: Action::Take(infer::infer),
        media: &[Media::Untyped],
        answers: &["application/json", "application/octet-stream"],
        access: Access::Keyed,
        dialect: Dialect::Error,
        document,
    }
}
