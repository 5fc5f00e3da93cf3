//! Cross-origin access: pages of which origins may call. None may send credentials.

use bytes::Bytes;
use http::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, HeaderMap, HeaderValue, ORIGIN, VARY,
};

use super::endpoint::Endpoint;
use super::head::Head;
use super::media;
use super::problem::ACCEPT_POST;
use super::render;

/// What a page may send beside what browsers send anyway.
const SENT: &str = "content-type, accept, authorization, x-api-key, x-request-id, traceparent, tracestate, \
                    content-encoding, inference-header-content-length, if-none-match, cache-control";
/// What a page may read of an answer's head.
const READ: &str = "x-request-id, allow, accept-post, etag, cache-status, retry-after, server-timing, traceparent, tracestate, \
                    www-authenticate, inference-header-content-length, content-encoding";

/// The origins whose pages may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Any.
    Any,
    /// These, as browsers write them; none where the list is empty.
    Only(Vec<String>),
}

impl Origins {
    /// Reads `*`, `none`, or origins separated by commas.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => Some(Origins::Any),
            "none" => Some(Origins::Only(vec![])),
            list => list.split(',').map(|origin| parse_origin(origin.trim())).collect::<Option<_>>().map(Origins::Only),
        }
    }

    /// What every answer carries, so that a page may read it.
    pub(super) fn allow(&self, head: &Head, headers: &mut HeaderMap) {
        match self {
            Origins::Any => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            Origins::Only(known) => {
                // A cache must not give one origin the answer to another.
                headers.append(VARY, HeaderValue::from_static("origin"));
                let origin = head.headers.get(ORIGIN);
                let Some(origin) = origin.filter(|origin| known.iter().any(|known| *known == **origin)) else { return };
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            }
        }
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
    }
}

/// `https://example.com` or `http://127.0.0.1:8787`, in the case in which browsers send it: a scheme, a host, perhaps a port.
fn parse_origin(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let uri = text.parse::<http::Uri>().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let bare = text == format!("{scheme}://{authority}") && !authority.host().is_empty();
    (bare && !authority.as_str().contains('@')).then_some(text)
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
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origins: &Origins, origin: Option<&str>) -> (Option<String>, bool) {
        let given = origin.map(|origin| ("origin".to_string(), origin.to_string()));
        let mut headers = HeaderMap::new();
        origins.allow(&Head::parse("GET", "/", given.into_iter()), &mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_string();
        (headers.get(ACCESS_CONTROL_ALLOW_ORIGIN).map(text), headers.contains_key(VARY))
    }

    #[test]
    fn any_origin_is_allowed_alike() {
        assert_eq!(allowed(&Origins::Any, Some("https://a.example")), (Some("*".into()), false));
        assert_eq!(allowed(&Origins::Any, None), (Some("*".into()), false));
    }

    #[test]
    fn only_listed_origins_are_allowed_and_caches_are_told() {
        let origins = Origins::parse("https://a.example, HTTP://127.0.0.1:8787").unwrap();
        for origin in ["https://a.example", "http://127.0.0.1:8787"] {
            assert_eq!(allowed(&origins, Some(origin)), (Some(origin.into()), true));
        }
        for origin in [
            "https://b.example",
            "http://a.example",
            "https://a.example:8443",
            "https://a.example.b.example",
            "null",
            "",
        ] {
            assert_eq!(allowed(&origins, Some(origin)), (None, true), "{origin}");
        }
        assert_eq!(allowed(&origins, None), (None, true));
        assert_eq!(allowed(&Origins::parse("none").unwrap(), Some("https://a.example")), (None, true));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "example.com",
            "https://",
            "https://a/",
            "https://a/path",
            "https://a?b",
            "https://u@a",
            "a, *",
            "https://a,",
        ] {
            assert_eq!(Origins::parse(text), None, "{text}");
        }
    }
}
