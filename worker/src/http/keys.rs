//! API keys: who may ask for more than health.

use std::fmt;

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// The header that carries a key where `Authorization` can't.
pub(super) const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

const SHORTEST: usize = 16;
const LONGEST: usize = 256;

/// The keys that are let in; where there are none, everyone is. Only their digests are kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ApiKeys(Vec<[u8; 32]>);

/// What a request's keys are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// No key is asked for.
    Open,
    /// It has one of the keys.
    Admitted,
    /// It has none.
    Missing,
    /// It has another.
    Refused,
}

impl ApiKeys {
    /// Reads keys separated by commas.
    ///
    /// # Errors
    /// Which of them is none and why, without repeating it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let keys = text.split(',').map(str::trim).enumerate().map(|(at, key)| {
            let number = at + 1;
            if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(format!("other characters in key {number}"));
            }
            match key.len() {
                SHORTEST..=LONGEST => Ok(digest(key.as_bytes())),
                length => Err(format!("{length} in key {number}")),
            }
        });
        keys.collect::<Result<_, _>>().map(ApiKeys)
    }

    /// Whether nobody is asked for one.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Looks for a key in `Authorization: Bearer` and in `X-API-Key`.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Admission {
        if self.0.is_empty() {
            return Admission::Open;
        }
        let mut given = given(headers).peekable();
        if given.peek().is_none() {
            return Admission::Missing;
        }
        let known = given.fold(Choice::from(0), |known, key| known | self.know(key));
        if known.into() { Admission::Admitted } else { Admission::Refused }
    }

    /// Whom a rate limit counts a request of: the key that it was let in with, by a digest; where none is asked for, its
    /// address, since anyone could send another key each time.
    pub(super) fn sender(&self, headers: &HeaderMap) -> String {
        if let Some(key) = given(headers).find(|key| self.know(key).into()) {
            // 128 bits are enough to tell keys apart.
            let hex: String = digest(key)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
            return format!("key:{hex}");
        }
        // Cloudflare sets it, and lets no client do so.
        let address = headers.get("cf-connecting-ip").and_then(|value| value.to_str().ok());
        format!("address:{}", address.unwrap_or("unknown"))
    }

    /// Whether `key` is one of them, in a time that tells neither which nor how nearly: digests have one length, and all
    /// are compared to their ends.
    fn know(&self, key: &[u8]) -> Choice {
        let given = digest(key);
        self.0.iter().fold(Choice::from(0), |known, key| known | key.ct_eq(&given))
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

fn digest(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}

/// Every key that a request has.
fn given(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let bearer = headers.get_all(AUTHORIZATION).into_iter().filter_map(|value| bearer(value.as_bytes()));
    bearer.chain(headers.get_all(X_API_KEY).into_iter().map(|value| value.as_bytes().trim_ascii()))
}

/// The token of `Bearer token` (RFC 6750); the scheme's case doesn't matter.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.trim_ascii().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const OLD: &str = "old-key-0123456789";
    const NEW: &str = "new-key-0123456789";

    fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
        given
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn without_keys_everyone_is_let_in() {
        assert_eq!(ApiKeys::default().admit(&headers(&[("x-api-key", "whatever")])), Admission::Open);
    }

    #[test]
    fn each_of_several_keys_is_let_in_by_either_header() {
        let keys = ApiKeys::parse(&format!(" {OLD} , {NEW}")).unwrap();
        for key in [OLD, NEW] {
            for (name, value) in [
                ("authorization", format!("Bearer {key}")),
                ("authorization", format!("bearer   {key} ")),
                ("x-api-key", key.to_string()),
            ] {
                assert_eq!(keys.admit(&headers(&[(name, &value)])), Admission::Admitted, "{name}: {value}");
            }
        }
        let beside = [("authorization", "Basic YTpi"), ("x-api-key", OLD)];
        assert_eq!(keys.admit(&headers(&beside)), Admission::Admitted, "a proxy's own credentials do no harm");
    }

    #[test]
    fn anything_else_is_kept_out() {
        let keys = ApiKeys::parse(OLD).unwrap();
        for value in ["", "Bearer", "Bearer ", "Basic b2xkLWtleQ==", OLD] {
            let admission = keys.admit(&headers(&[("authorization", value)]));
            assert!(matches!(admission, Admission::Missing | Admission::Refused), "{value}");
        }
        for key in ["", "old", &OLD[1..], &format!("{OLD}0"), &OLD.to_uppercase(), NEW] {
            assert_eq!(keys.admit(&headers(&[("x-api-key", key)])), Admission::Refused, "{key}");
        }
        assert_eq!(keys.admit(&headers(&[("cookie", OLD)])), Admission::Missing);
    }

    #[test]
    fn keys_that_could_be_guessed_or_not_sent_are_refused_unrepeated() {
        let refused = |text: &str| ApiKeys::parse(text).unwrap_err();
        assert_eq!(refused(""), "0 in key 1");
        assert_eq!(refused("short"), "5 in key 1");
        assert_eq!(refused(&format!("{OLD},")), "0 in key 2");
        assert_eq!(refused(&format!("{OLD},{}", "x".repeat(257))), "257 in key 2");
        assert_eq!(refused("a key with blanks in it"), "other characters in key 1");
        assert_eq!(refused("schlüsselschlüsselschlüssel"), "other characters in key 1");
    }

    #[test]
    fn nothing_shows_a_key() {
        assert_eq!(format!("{:?}", ApiKeys::parse(OLD).unwrap()), "1 keys");
    }

    #[test]
    fn a_sender_is_the_key_that_it_was_let_in_with() {
        let keys = ApiKeys::parse(&format!("{OLD},{NEW}")).unwrap();
        let by_key = keys.sender(&headers(&[("x-api-key", OLD), ("cf-connecting-ip", "192.0.2.1")]));
        assert!(by_key.starts_with("key:") && by_key.len() == 36 && !by_key.contains(OLD));
        assert_eq!(by_key, keys.sender(&headers(&[("authorization", &format!("Bearer {OLD}"))])));
        assert_eq!(by_key, keys.sender(&headers(&[("authorization", "Bearer another"), ("x-api-key", OLD)])));
        assert_ne!(by_key, keys.sender(&headers(&[("x-api-key", NEW)])));
    }

    #[test]
    fn without_keys_a_sender_is_its_address_whatever_key_it_makes_up() {
        let given = headers(&[("x-api-key", OLD), ("cf-connecting-ip", "2001:db8::1")]);
        assert_eq!(ApiKeys::default().sender(&given), "address:2001:db8::1");
        assert_eq!(ApiKeys::default().sender(&headers(&[])), "address:unknown");
    }
}
