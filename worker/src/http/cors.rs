//! Cross-origin access: any page may call, none may send credentials.

use bytes::Bytes;
use http::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, HeaderMap, HeaderValue,
};

use super::endpoint::Endpoint;
use super::media;
use super::problem::ACCEPT_POST;
use super::render;

/// What every answer carries, so that a page may read it.
pub(super) fn allow(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-request-id, allow, accept-post, etag, cache-status"),
    );
}

/// The answer to `OPTIONS`, which is also every preflight's.
pub(super) fn preflight(endpoint: &Endpoint) -> Response<Bytes> {
    let mut response = render::no_content();
    let headers = response.headers_mut();
    if let Ok(methods) = HeaderValue::from_str(&endpoint.allow()) {
        headers.insert(ALLOW, methods.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    if let Ok(types) = HeaderValue::from_str(&media::accept_post(endpoint.media))
        && endpoint.takes_body()
    {
        headers.insert(ACCEPT_POST, types);
    }
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type, accept, x-request-id"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}
