//! What became of a request's body.

use bytes::Bytes;

use super::config::Config;
use super::problem::ProblemDetails;

/// A request's body, or why there is none.
#[derive(Clone, Debug)]
pub enum Received {
    /// All of it; empty where the head alone decides the answer.
    Whole(Bytes),
    /// Reading stopped because it is larger than the limit.
    TooLarge,
    /// The connection failed before its end.
    Broken,
    /// It was not read: its sender has asked too often.
    RateLimited,
    /// It was read and handed over, but answering it trapped; with the panic's message.
    Crashed(String),
}

impl Received {
    /// Bytes that were read and kept.
    pub(super) fn len(&self) -> usize {
        match self {
            Received::Whole(bytes) => bytes.len(),
            Received::TooLarge | Received::Broken | Received::RateLimited | Received::Crashed(_) => 0,
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// 400 where it is empty or broke off, 413 where it is larger than the limit, 429 where its sender asks too often.
    pub(super) fn whole(self, config: &Config) -> Result<Bytes, ProblemDetails> {
        let limit = config.max_body_bytes;
        match self {
            Received::Whole(body) if body.is_empty() => Err(ProblemDetails::malformed("the body is empty".into())),
            Received::Whole(body) if body.len() > limit => {
                Err(ProblemDetails::body_too_large(limit, format!("{} bytes", body.len())))
            }
            Received::Whole(body) => Ok(body),
            Received::TooLarge => Err(ProblemDetails::body_too_large(limit, "more")),
            Received::Broken => Err(ProblemDetails::malformed("the body ended before it was complete".into())),
            Received::RateLimited => Err(ProblemDetails::rate_limited(config.rate_limit_period)),
            Received::Crashed(_) => Err(ProblemDetails::crashed()),
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
