//! What is counted of one request.

use http::{Method, StatusCode};
use onnxlet::Model;

use super::super::cache::CacheOutcome;

/// What is counted of one request: the same for `/metrics` and for Workers Analytics Engine.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The path of its endpoint, with the names of its parameters; nothing where there is no such endpoint.
    pub route: Option<&'static str>,
    /// Its method, as `/metrics` names it: `other` for those that no endpoint has.
    pub method: &'static str,
    /// The status of its answer.
    pub status: StatusCode,
    /// The model, where it was asked.
    pub model: Option<&'static Model>,
    /// How many examples were predicted, where any were.
    pub examples: Option<u64>,
    /// What became of it in the cache, where it may be answered from there.
    pub cache: Option<CacheOutcome>,
    /// Whether answering it trapped an instance.
    pub crashed: bool,
    /// Bytes of its body that were read.
    pub bytes_in: usize,
    /// Bytes of its answer's body.
    pub bytes_out: usize,
}

/// The methods that are told apart; there are few, whatever is sent.
pub(super) const METHODS: [&str; 5] = ["GET", "HEAD", "OPTIONS", "POST", OTHER];
/// What stands for everything else.
pub(super) const OTHER: &str = "other";

impl Point {
    /// The name under which a method is counted.
    pub(in super::super) fn method(method: &Method) -> &'static str {
        METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
    }
}
