//! Refusals and failures as `application/problem+json` (RFC 9457).

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde::Serialize;

use super::config::ConfigError;
use super::log::{LONGEST_PATH, cut};
use super::media::PROBLEM_JSON;
use super::request_id::RequestId;

/// `Accept-Post` (W3C Linked Data Platform), which the `http` crate doesn't name.
pub(super) const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// Why a request gets no answer: the same for every request of its kind, except `detail` and `problems`.
#[derive(Clone, Debug)]
pub struct ProblemDetails {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable, short name of the kind of problem.
    pub code: &'static str,
    /// A title for the kind of problem.
    pub title: &'static str,
    /// What is wrong with this request.
    pub detail: String,
    /// Each field's problem.
    pub problems: Vec<onnxlet::Problem>,
    /// A header that tells how to do better, such as `Allow`.
    remedy: Option<Box<(HeaderName, HeaderValue)>>,
}

/// The document that is sent.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    request_id: &'a str,
    problems: &'a [onnxlet::Problem],
}

impl ProblemDetails {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: String) -> Self {
        ProblemDetails { status, code, title, detail, problems: Vec::new(), remedy: None }
    }

    /// The body or the head can't be parsed.
    pub(super) fn malformed(detail: String) -> Self {
        onnxlet::Error::Malformed(detail).into()
    }

    /// The body is larger than `limit` bytes; `got` says how large, as far as that is known.
    pub(super) fn body_too_large(limit: usize, got: impl std::fmt::Display) -> Self {
        let detail = format!("the body is too large: the limit is {limit} bytes, got {got}");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large", detail)
    }

    /// What a compressed body holds is larger than `limit` bytes.
    pub(super) fn decompressed_too_large(limit: usize) -> Self {
        let detail = format!("the body is too large: the limit is {limit} bytes once decompressed, got more");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large", detail)
    }

    /// The URL is longer than `limit` bytes.
    pub(super) fn uri_too_long(limit: usize, got: usize) -> Self {
        let detail = format!("the URL is too long: the limit is {limit} bytes, got {got}");
        Self::new(StatusCode::URI_TOO_LONG, "uri_too_long", "The URL is too long", detail)
    }

    /// No route has this path.
    pub(super) fn not_found(path: &str) -> Self {
        let detail = format!("nothing is at {}; /openapi.json tells what is where", cut(path, LONGEST_PATH));
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this path", detail)
    }

    /// The path names something that isn't served here.
    pub(super) fn absent(detail: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this path", detail)
    }

    /// One field of the request is wrong.
    pub(super) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        onnxlet::Error::Invalid(vec![onnxlet::Problem::new(field, message)]).into()
    }

    /// The route has other methods.
    pub(super) fn method_not_allowed(path: &str, method: &str, allow: &str) -> Self {
        let detail = format!("{path} takes {allow}, got {method}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not allowed here", detail)
            .with_remedy(ALLOW, allow)
    }

    /// The body's type isn't one that the route takes.
    pub(super) fn unsupported_type(detail: String, accepts: &str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", "The content type is not supported", detail)
            .with_remedy(ACCEPT_POST, accepts)
    }

    /// The body is compressed in another way.
    pub(super) fn unsupported_encoding(got: &str) -> Self {
        let detail = format!("content-encoding: expected gzip, deflate or identity, got {got:?}");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", "The content encoding is not supported", detail)
            .with_remedy(ACCEPT_ENCODING, "gzip, deflate")
    }

    /// The sender accepts no type that the route can answer with.
    pub(super) fn not_acceptable(accept: &str, offered: &str) -> Self {
        let detail = format!("accept: the answer is {offered}, which {accept:?} does not include");
        Self::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", "No acceptable type can be answered", detail)
    }

    /// The sender wants nothing but an answer given before, and there is none.
    pub(super) fn not_kept() -> Self {
        let detail = "cache-control: only-if-cached, and this was not asked before, or too long ago".to_string();
        Self::new(StatusCode::GATEWAY_TIMEOUT, "not_cached", "The answer is not in the cache", detail)
    }

    /// The JSON has more levels than `limit`.
    pub(super) fn too_nested(limit: usize) -> Self {
        let detail = format!("the JSON is nested too deeply: the limit is {limit} levels");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large", detail)
    }

    /// There is no API key, or not one of ours; `challenge` says so in the terms of RFC 6750.
    pub(super) fn unauthorized(detail: &str, challenge: &str) -> Self {
        let title = "An API key is needed";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", title, detail.into())
            .with_remedy(WWW_AUTHENTICATE, challenge)
    }

    /// The sender has asked too often; `period` is that of the limit, in seconds.
    pub(super) fn rate_limited(period: u64) -> Self {
        let detail = format!("too many requests: try again in {period} seconds");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests", detail)
            .with_remedy(RETRY_AFTER, &period.to_string())
    }

    /// Answering trapped.
    pub(super) fn crashed() -> Self {
        let detail = "the engine stopped on this request; a fresh one answers the next".to_string();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "crashed", "The engine stopped", detail)
    }

    /// The same problem with 503: not now, perhaps never, but not this request's fault.
    pub(super) fn unavailable(mut self) -> Self {
        self.status = StatusCode::SERVICE_UNAVAILABLE;
        self
    }

    fn with_remedy(mut self, name: HeaderName, value: &str) -> Self {
        self.remedy = HeaderValue::from_str(value).ok().map(|value| Box::new((name, value)));
        self
    }

    /// The response that tells of the problem.
    pub(super) fn render(&self, id: &RequestId) -> Response<Bytes> {
        let document = Document {
            r#type: format!("urn:onnxlet:problem:{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            request_id: id.as_str(),
            problems: &self.problems,
        };
        self.respond(&document, PROBLEM_JSON)
    }

    /// `detail`, and every field's problem that it doesn't hold already: for forms that have one text only.
    pub(super) fn full_detail(&self) -> String {
        let missing = self.problems.iter().filter(|problem| !self.detail.contains(&problem.message));
        let missing: Vec<String> = missing.map(|problem| format!("{}: {}", problem.field, problem.message)).collect();
        if missing.is_empty() { self.detail.clone() } else { format!("{}: {}", self.detail, missing.join("; ")) }
    }

    /// A response with the problem's status and remedy, and this document.
    pub(super) fn respond(&self, document: &impl Serialize, media: HeaderValue) -> Response<Bytes> {
        // Serializing strings and a number cannot fail.
        let mut response = Response::new(Bytes::from(serde_json::to_vec(document).unwrap_or_default()));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, media);
        if let Some((name, value)) = self.remedy.as_deref() {
            response.headers_mut().insert(name, value.clone());
        }
        response
    }
}

impl From<onnxlet::Error> for ProblemDetails {
    fn from(error: onnxlet::Error) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Self::new(status, error.code(), error.title(), error.to_string());
        problem.problems = error.problems().to_vec();
        problem
    }
}

impl From<&ConfigError> for ProblemDetails {
    fn from(error: &ConfigError) -> Self {
        let title = "The server's configuration is wrong";
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "config", title, error.to_string());
        problem.problems = error.0.clone();
        problem
    }
}
