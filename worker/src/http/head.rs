//! A request's head, from the strings that a platform gives.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

use super::problem::ProblemDetails;

/// Method, URI and headers of a request.
#[derive(Clone, Debug)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// The URI; only its path matters to routing.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// Why method or URI can't be parsed, where they can't; they are `GET /` then, and this is the answer.
    pub(super) problem: Option<ProblemDetails>,
}

impl Head {
    /// Parses a head. Header values may hold any bytes that HTTP allows; those that hold others are left out.
    pub fn parse(method: &str, url: &str, headers: impl Iterator<Item = (String, String)>) -> Self {
        let headers = parse_headers(headers);
        match parse_method(method).and_then(|method| Ok((method, parse_uri(url)?))) {
            Ok((method, uri)) => Head { method, uri, headers, problem: None },
            Err(problem) => Head { method: Method::GET, uri: Uri::from_static("/"), headers, problem: Some(problem) },
        }
    }

    /// The path, as received.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// A header's value, where it is readable text.
    pub(super) fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What `http::Uri` can hold.
const LONGEST_URL: usize = u16::MAX as usize - 1;

fn parse_method(method: &str) -> Result<Method, ProblemDetails> {
    let refuse = |_| ProblemDetails::malformed(format!("the method {method:?} is not an HTTP method"));
    method.parse().map_err(refuse)
}

fn parse_uri(url: &str) -> Result<Uri, ProblemDetails> {
    if url.len() > LONGEST_URL {
        return Err(ProblemDetails::uri_too_long(LONGEST_URL, url.len()));
    }
    url.parse().map_err(|error| ProblemDetails::malformed(format!("the URL cannot be parsed: {error}")))
}

fn parse_headers(headers: impl Iterator<Item = (String, String)>) -> HeaderMap {
    headers
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_keeps_path_and_headers() {
        let headers = [("accept".to_string(), "é".to_string())].into_iter();
        let head = Head::parse("POST", "http://a/predict?x=|^1", headers);
        assert!(head.problem.is_none());
        assert_eq!((head.method, head.uri.path()), (Method::POST, "/predict"));
        assert_eq!(head.headers["accept"].as_bytes(), "é".as_bytes());
    }

    #[test]
    fn a_very_long_url_is_a_problem_and_not_a_panic() {
        let url = format!("http://a/{}", "x".repeat(70_000));
        let problem = Head::parse("GET", &url, std::iter::empty()).problem.unwrap();
        assert_eq!((problem.status.as_u16(), problem.code), (414, "uri_too_long"));
        assert_eq!(problem.detail, "the URL is too long: the limit is 65534 bytes, got 70009");
    }

    #[test]
    fn a_method_that_is_none_is_malformed() {
        let problem = Head::parse("G E T", "http://a/", std::iter::empty()).problem.unwrap();
        assert_eq!((problem.status.as_u16(), problem.code), (400, "malformed"));
    }
}
