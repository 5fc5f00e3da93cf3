//! Answers that were given before: the same model, asked the same, answers the same.
//!
//! A prediction has an `ETag`, which is made of the model and of the request ([`Key`]), so that `If-None-Match` is answered without
//! predicting. What was answered stays in memory ([`Answers`]), and goes to Cloudflare's cache where that is asked for.

mod answers;
mod conditions;
mod key;

pub(super) use answers::Answers;
pub use answers::Kept;
pub use key::Key;

use std::fmt;

/// Where answers are kept: `ONNXLET_CACHE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Nowhere, and no answer has an `ETag`.
    Off,
    /// In this isolate's memory.
    Memory,
    /// In memory, and in the Cache API of this data centre.
    Edge,
}

impl Keeping {
    /// Reads `off`, `memory` or `edge`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "off" => Some(Keeping::Off),
            "memory" => Some(Keeping::Memory),
            "edge" => Some(Keeping::Edge),
            _ => None,
        }
    }
}

/// What became of a request that may be answered from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheOutcome {
    /// It was answered before.
    Hit,
    /// The model answered, and the answer is kept.
    Miss,
    /// The model answered, and the answer is too large to be kept.
    Passed,
    /// The sender wants an answer of the model itself.
    Refreshed,
    /// The sender wants nothing kept.
    Bypassed,
}

impl CacheOutcome {
    /// What a cache did, in a word.
    pub fn name(self) -> &'static str {
        match self {
            CacheOutcome::Hit => "hit",
            CacheOutcome::Miss | CacheOutcome::Passed => "miss",
            CacheOutcome::Refreshed | CacheOutcome::Bypassed => "bypass",
        }
    }
}

impl fmt::Display for CacheOutcome {
    /// As `Cache-Status` (RFC 9211) tells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CacheOutcome::Hit => "onnxlet; hit",
            CacheOutcome::Miss => "onnxlet; fwd=miss; stored",
            CacheOutcome::Passed => "onnxlet; fwd=miss",
            CacheOutcome::Refreshed => "onnxlet; fwd=request; stored",
            CacheOutcome::Bypassed => "onnxlet; fwd=bypass",
        })
    }
}
