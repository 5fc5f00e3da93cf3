//! Content negotiation: what a body is, what the sender accepts.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};

use super::coding;
use super::head::Head;
use super::problem::ProblemDetails;

/// The type of most answers that aren't problems.
pub(super) const JSON_TYPE: &str = "application/json";
/// The same as a header's value.
pub(super) const JSON: HeaderValue = HeaderValue::from_static(JSON_TYPE);
/// The type of tensors in binary, behind the JSON that describes them.
pub(super) const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// The type of every problem.
pub(super) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What a request body is, by its `Content-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`, in UTF-8.
    Json,
    /// `image/png`, `image/jpeg` or `image/webp`; the decoder looks at the bytes themselves.
    Image,
    /// `text/csv`, in UTF-8, with a header.
    Csv,
    /// What clients send whose servers never look at the type: none, or whatever their HTTP library adds by itself.
    Untyped,
}

impl Media {
    /// The types, as `Content-Type` names them.
    pub(super) const fn names(self) -> &'static [&'static str] {
        match self {
            Media::Json => &["application/json"],
            Media::Image => &["image/png", "image/jpeg", "image/webp"],
            Media::Csv => &["text/csv"],
            Media::Untyped => {
                &["application/json", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"]
            }
        }
    }
}

/// The types of `media`, as `Accept-Post` lists them.
pub(super) fn accept_post(media: &[Media]) -> String {
    media.iter().flat_map(|media| media.names()).copied().collect::<Vec<_>>().join(", ")
}

/// What the body is, of the types in `taken`.
///
/// # Errors
/// 415 where `Content-Type` is missing or another, and where `Content-Encoding` is unknown.
pub(super) fn of_body(head: &Head, taken: &[Media]) -> Result<Media, ProblemDetails> {
    coding::check(head)?;
    let refuse = |got: String| {
        let detail = format!("content-type: expected one of {}, got {got}", accept_post(taken));
        ProblemDetails::unsupported_type(detail, &accept_post(taken))
    };
    let Some(value) = head.headers.get(CONTENT_TYPE) else {
        return if taken.contains(&Media::Untyped) { Ok(Media::Untyped) } else { Err(refuse("none".into())) };
    };
    let text = String::from_utf8_lossy(value.as_bytes());
    let (essence, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let essence = essence.trim().to_ascii_lowercase();
    let known = taken.iter().find(|media| media.names().contains(&essence.as_str()));
    let media = known.ok_or_else(|| refuse(format!("{text:?}")))?;
    match charset(parameters) {
        Some(other) if *media != Media::Image && other != "utf-8" => Err(refuse(format!("charset {other:?}"))),
        _ => Ok(*media),
    }
}

fn charset(parameters: &str) -> Option<String> {
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    })
}

/// Checks that the sender accepts one of the types in `offered`.
///
/// # Errors
/// 406 where `Accept` leaves them all out, or gives them the weight 0.
pub(super) fn check_accept(head: &Head, offered: &[&str]) -> Result<(), ProblemDetails> {
    let Some(accept) = head.text(ACCEPT).filter(|accept| !accept.trim().is_empty()) else { return Ok(()) };
    let accepts = |name: &&str| {
        let family = name.split_once('/').map_or_else(String::new, |(family, _)| format!("{family}/*"));
        // The most specific range decides (RFC 9110, 12.5.1).
        [*name, &family, "*/*"].iter().find_map(|range| weight(accept, range)).is_some_and(|weight| weight > 0.0)
    };
    if offered.iter().any(accepts) {
        Ok(())
    } else {
        Err(ProblemDetails::not_acceptable(accept, &offered.join(" or ")))
    }
}

/// The weight that `accept` gives to `range`, if it names it.
fn weight(accept: &str, range: &str) -> Option<f32> {
    accept.split(',').find_map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        parts.next()?.eq_ignore_ascii_case(range).then(|| {
            let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            q.and_then(|q| q.trim().parse().ok()).unwrap_or(1.0)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKEN: [Media; 2] = [Media::Json, Media::Image];

    fn head(name: &str, value: &str) -> Head {
        Head::parse("POST", "/predict", std::iter::once((name.to_string(), value.to_string())))
    }

    #[test]
    fn known_types_are_told_apart() {
        for json in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert_eq!(of_body(&head("content-type", json), &TAKEN).unwrap(), Media::Json, "{json}");
        }
        for image in ["image/png", "image/jpeg", "image/webp", "image/png; name=a.png"] {
            assert_eq!(of_body(&head("content-type", image), &TAKEN).unwrap(), Media::Image, "{image}");
        }
    }

    #[test]
    fn other_types_are_refused_with_what_is_taken() {
        for (given, got) in [
            ("text/plain", "\"text/plain\""),
            ("", "\"\""),
            ("application/json; charset=latin1", "charset \"latin1\""),
            ("application/x-www-form-urlencoded", "\"application/x-www-form-urlencoded\""),
        ] {
            let problem = of_body(&head("content-type", given), &TAKEN).unwrap_err();
            assert_eq!(problem.status.as_u16(), 415);
            let list = "application/json, image/png, image/jpeg, image/webp";
            assert_eq!(problem.detail, format!("content-type: expected one of {list}, got {got}"));
        }
        assert!(of_body(&head("x", "y"), &TAKEN).unwrap_err().detail.ends_with("got none"));
    }

    #[test]
    fn where_servers_never_look_every_usual_type_is_taken() {
        let taken = [Media::Untyped];
        for name in ["application/json", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"]
        {
            assert_eq!(of_body(&head("content-type", name), &taken).unwrap(), Media::Untyped, "{name}");
        }
        assert_eq!(of_body(&head("x", "y"), &taken).unwrap(), Media::Untyped);
        for name in ["image/png", "text/csv", "text/plain;charset=latin1"] {
            assert_eq!(of_body(&head("content-type", name), &taken).unwrap_err().status.as_u16(), 415, "{name}");
        }
    }

    #[test]
    fn accept_decides_by_the_most_specific_range() {
        for accepted in
            ["", "*/*", "application/*", "application/json;q=0.1", "text/html, */*;q=0.8", "*/*;q=0, application/json"]
        {
            assert!(check_accept(&head("accept", accepted), &["application/json"]).is_ok(), "{accepted}");
        }
        for refused in ["text/html", "application/json;q=0", "image/*", "*/*, application/json; q=0", "*/*;q=0.0"] {
            let problem = check_accept(&head("accept", refused), &["application/json"]).unwrap_err();
            assert_eq!(problem.status.as_u16(), 406, "{refused}");
        }
        let offered = ["application/json", "application/octet-stream"];
        assert!(check_accept(&head("accept", "application/octet-stream"), &offered).is_ok());
        let problem = check_accept(&head("accept", "image/png"), &offered).unwrap_err();
        assert!(problem.detail.contains("application/json or application/octet-stream"), "{}", problem.detail);
        assert!(check_accept(&head("accept", "text/plain;version=0.0.4;q=0.5"), &["text/plain"]).is_ok());
        assert!(check_accept(&head("accept", "application/*"), &["text/plain"]).is_err());
    }
}
