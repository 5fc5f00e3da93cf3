//! The Open Inference Protocol, version 2, as KServe and Triton speak it, with the extensions for binary tensors and
//! classification.

mod binary;
mod classification;
mod datatype;
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

/// How many bytes of a body are JSON, where tensors stand behind it.
const HEADER_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");

pub(super) static ENDPOINTS: [Endpoint; 11] = [
    shown("/v2", server::metadata),
    open("/v2/health/live", server::live),
    open("/v2/health/ready", server::ready),
    shown("/v2/models/{model}", metadata::show),
    shown("/v2/models/{model}/versions/{version}", metadata::show),
    open("/v2/models/{model}/ready", metadata::ready),
    open("/v2/models/{model}/versions/{version}/ready", metadata::ready),
    shown("/v2/models/{model}/config", metadata::config),
    shown("/v2/models/{model}/versions/{version}/config", metadata::config),
    inferring("/v2/models/{model}/infer"),
    inferring("/v2/models/{model}/versions/{version}/infer"),
];

const fn shown(path: &'static str, show: fn(&Call) -> Answered) -> Endpoint {
    Endpoint {
        path,
        action: Action::Show(show),
        media: &[],
        answers: JSON_ONLY,
        access: Access::Keyed,
        dialect: Dialect::Error,
    }
}

/// What tells of health.
const fn open(path: &'static str, show: fn(&Call) -> Answered) -> Endpoint {
    Endpoint { access: Access::Open, ..shown(path, show) }
}

const fn inferring(path: &'static str) -> Endpoint {
    Endpoint {
        path,
        action: Action::Take(infer::infer),
        media: &[Media::Untyped],
        answers: &["application/json", "application/octet-stream"],
        access: Access::Keyed,
        dialect: Dialect::Error,
    }
}
