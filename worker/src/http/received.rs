//! What became of a request's body.

use bytes::Bytes;

/// A request's body, or why there is none.
#[derive(Clone, Debug)]
pub enum Received {
    /// All of it; empty where the head alone decides the answer.
    Whole(Bytes),
    /// Reading stopped because it is larger than the limit.
    TooLarge,
    /// The connection failed before its end.
    Broken,
    /// It was read and handed over, but answering it trapped; with the panic's message.
    Crashed(String),
}

impl Received {
    /// Bytes that were read and kept.
    pub(super) fn len(&self) -> usize {
        match self {
            Received::Whole(bytes) => bytes.len(),
            Received::TooLarge | Received::Broken | Received::Crashed(_) => 0,
        }
    }

    /// The panic's message, where answering trapped.
    pub(super) fn panic(&self) -> Option<&str> {
        match self {
            Received::Crashed(message) => Some(message),
            _ => None,
        }
    }
}
