//! What makes two requests the same.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use sha2::{Digest, Sha256};

use super::super::head::Head;

/// The headers that change what a body means.
const TELLING: [&str; 2] = ["content-type", "inference-header-content-length"];

/// The hash of a model and of everything in a request that its answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a request with this body, no longer compressed, to the model with this `identity`.
    pub(super) fn of(identity: &[u8; 32], head: &Head, body: &[u8]) -> Key {
        let mut hash = Sha256::new();
        hash.update(identity);
        add(&mut hash, head.path().as_bytes());
        for name in TELLING {
            add(&mut hash, head.headers.get(name).map_or(&[][..], HeaderValue::as_bytes));
        }
        hash.update(body);
        Key(hash.finalize().into())
    }

    /// All of it, as 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key of which [`Key::hex`] is `text`.
    pub fn from_hex(text: &str) -> Option<Key> {
        let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
        let bytes: Vec<u8> =
            digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + *digit as u8)).collect();
        (digits.len() == 64).then(|| bytes.try_into().ok().map(Key)).flatten()
    }

    /// As a name: 22 letters, digits, `-` and `_`, of 128 of its bits.
    fn name(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0[..16])
    }

    /// The name as `ETag` has it. It is a weak one, since a body may be sent compressed.
    pub(super) fn tag(&self) -> String {
        format!("W/\"{}\"", self.name())
    }
}

/// Adds a text so that where it ends can't be mistaken.
fn add(hash: &mut Sha256, text: &[u8]) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: &str, headers: &[(&str, &str)], body: &str) -> Key {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Key::of(&[7; 32], &Head::parse("POST", path, headers), body.as_bytes())
    }

    #[test]
    fn whatever_changes_the_answer_changes_the_key() {
        let json = [("content-type", "application/json")];
        let base = key("/predict", &json, "[1]");
        assert_eq!(base, key("/predict", &json, "[1]"));
        assert_eq!(base, key("/predict", &[json[0], ("x-request-id", "a")], "[1]"));
        assert_ne!(base, key("/predict", &json, "[2]"));
        assert_ne!(base, key("/predict", &[("content-type", "image/png")], "[1]"));
        assert_ne!(base, key("/invocations", &json, "[1]"));
        assert_ne!(base, key("/predict", &[json[0], ("inference-header-content-length", "2")], "[1]"));
        assert_ne!(base, Key::of(&[8; 32], &Head::parse("POST", "/predict", std::iter::empty()), b"[1]"));
    }

    #[test]
    fn its_digits_give_it_back() {
        let base = key("/predict", &[], "[1]");
        assert_eq!(Key::from_hex(&base.hex()), Some(base));
        for wrong in ["", "ab", "é", &base.hex()[1..], &format!("{}0", base.hex()), &format!("g{}", &base.hex()[1..])]
        {
            assert_eq!(Key::from_hex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_ends_one_part_does_not_begin_the_next() {
        assert_ne!(
            key("/predict", &[], "application/json"),
            key("/predict", &[("content-type", "application/json")], "")
        );
    }
}
