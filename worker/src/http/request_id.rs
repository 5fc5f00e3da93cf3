//! The id that ties a response to its log line.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries the id, in requests and in responses.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id: the sender's where it is sane, otherwise a new random UUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

/// Longer ids would only fatten the log.
const LONGEST: usize = 128;

impl RequestId {
    /// The sender's id if `headers` hold one of 1 to 128 letters, digits and `-_.:`, otherwise a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
        match given {
            Some(id) if is_sane(id) => RequestId(id.to_string()),
            _ => RequestId::random(),
        }
    }

    /// A random UUID (version 4).
    fn random() -> Self {
        let mut bytes = [0u8; 16];
        // Without randomness the id says so: an answer without a unique id beats no answer.
        if getrandom::fill(&mut bytes).is_err() {
            return RequestId("no-randomness".into());
        }
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        RequestId(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as the value of `x-request-id`.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sane(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_bytes(id.as_bytes()).unwrap());
        RequestId::of(&headers)
    }

    #[test]
    fn a_sane_id_is_kept() {
        for id in ["a", "0190a8f2-3c5e-7b11-9d2a-000000000001", "svc.7:abc_DEF", &"x".repeat(128)] {
            assert_eq!(of(id).as_str(), id);
        }
    }

    #[test]
    fn any_other_id_is_replaced_by_a_uuid() {
        for id in ["", " ", "a b", "{\"a\":1}", "é", &"x".repeat(129)] {
            let made = of(id);
            let groups: Vec<usize> = made.as_str().split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{id:?} became {made}");
            assert_eq!(made.as_str().as_bytes()[14], b'4');
        }
    }

    #[test]
    fn made_ids_differ() {
        assert_ne!(RequestId::of(&HeaderMap::new()), RequestId::of(&HeaderMap::new()));
    }
}
