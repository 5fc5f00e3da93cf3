//! What a request's head says of kept answers.

use http::header::{CACHE_CONTROL, IF_NONE_MATCH};

use super::super::head::Head;

/// What `Cache-Control` (RFC 9111) of a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// `no-store`: nothing of it may be kept.
    pub no_store: bool,
    /// `no-cache` or `max-age=0`: not an answer given before.
    pub fresh: bool,
    /// `only-if-cached`: nothing but an answer given before.
    pub only_kept: bool,
}

impl Wishes {
    /// The wishes in `head`. Other directives say nothing that matters here: an answer doesn't age.
    pub fn of(head: &Head) -> Wishes {
        let mut wishes = Wishes::default();
        for directive in head.text(CACHE_CONTROL).unwrap_or_default().split(',') {
            match directive.trim().to_ascii_lowercase().as_str() {
                "no-store" => wishes.no_store = true,
                "no-cache" | "max-age=0" => wishes.fresh = true,
                "only-if-cached" => wishes.only_kept = true,
                _ => {}
            }
        }
        wishes
    }
}

/// Whether `If-None-Match` names `tag`, weakly compared (RFC 9110, 8.8.3.2). `*` names nothing here: it asks whether there is
/// any answer at all, which only predicting tells.
pub(super) fn names(head: &Head, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_string();
    head.text(IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|given| opaque(given) == opaque(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(name: &str, value: &str) -> Head {
        Head::parse("POST", "/predict", std::iter::once((name.to_string(), value.to_string())))
    }

    #[test]
    fn cache_control_is_read() {
        let none = Wishes::default();
        for (text, expected) in [
            ("", none),
            ("max-age=60, private", none),
            ("no-store", Wishes { no_store: true, ..none }),
            ("No-Cache", Wishes { fresh: true, ..none }),
            ("max-age=0,only-if-cached", Wishes { fresh: true, only_kept: true, ..none }),
        ] {
            assert_eq!(Wishes::of(&head("cache-control", text)), expected, "{text:?}");
        }
    }

    #[test]
    fn tags_are_compared_weakly() {
        for given in ["\"a\"", "W/\"a\"", "\"b\", W/\"a\""] {
            assert!(names(&head("if-none-match", given), "W/\"a\""), "{given}");
        }
        for given in ["", "*", "a", "\"b\"", "W/\"ab\""] {
            assert!(!names(&head("if-none-match", given), "W/\"a\""), "{given}");
        }
    }
}
