//! One structured line per request.

use http::StatusCode;
use serde::Serialize;

/// How severe a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The request was answered.
    Info,
    /// The request was refused: its sender's fault (4xx).
    Warn,
    /// The request failed: ours (5xx).
    Error,
}

impl Level {
    /// The severity of an answer with `status`.
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            500.. => Level::Error,
            400.. => Level::Warn,
            _ => Level::Info,
        }
    }
}

/// The least severe line that is still written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Nothing is written.
    Off,
    /// Only failures.
    Error,
    /// Failures and refusals.
    Warn,
    /// Every request.
    Info,
}

impl Threshold {
    /// Reads `off`, `error`, `warn` or `info`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "off" => Some(Threshold::Off),
            "error" => Some(Threshold::Error),
            "warn" => Some(Threshold::Warn),
            "info" => Some(Threshold::Info),
            _ => None,
        }
    }

    /// Whether a line of `level` is written.
    pub fn admits(self, level: Level) -> bool {
        match self {
            Threshold::Off => false,
            Threshold::Error => level >= Level::Error,
            Threshold::Warn => level >= Level::Warn,
            Threshold::Info => true,
        }
    }
}

/// What is written about one request. It holds no input and no header, and no duration: the clock of a production
/// Worker stands still while the CPU works, so a latency measured here would read 0. Cloudflare records CPU and wall
/// time outside.
#[derive(Clone, Debug, Serialize)]
pub struct LogLine {
    /// The severity, from the status.
    pub level: Level,
    /// Always `request`: what tells these lines from others.
    pub message: &'static str,
    /// The id that the response carries.
    pub request_id: String,
    /// The id of the caller's trace, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The method, as received.
    pub method: String,
    /// The path, as received, cut at 256 characters.
    pub path: String,
    /// The path of the endpoint that answered, with its parameters' names; nothing where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<&'static str>,
    /// The response's status.
    pub status: u16,
    /// The problem's code, where the answer is a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The problem's detail or the panic's message, cut at 1,024 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The version of the model, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'static str>,
    /// How many examples were predicted, where any were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples: Option<u64>,
    /// What became of it in the cache, as `Cache-Status` tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<String>,
    /// Bytes of the request body that were read.
    pub bytes_in: usize,
    /// Bytes of the response body.
    pub bytes_out: usize,
}

/// How much of a path is repeated, in characters.
pub(super) const LONGEST_PATH: usize = 256;
/// How much of an error is logged, in characters.
pub(super) const LONGEST_ERROR: usize = 1024;

/// The first `limit` characters of `text`.
pub(super) fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_admits_what_is_at_least_as_severe() {
        let admitted = |threshold: Threshold| [Level::Info, Level::Warn, Level::Error].map(|l| threshold.admits(l));
        assert_eq!(admitted(Threshold::Off), [false, false, false]);
        assert_eq!(admitted(Threshold::Error), [false, false, true]);
        assert_eq!(admitted(Threshold::Warn), [false, true, true]);
        assert_eq!(admitted(Threshold::Info), [true, true, true]);
    }

    #[test]
    fn the_level_follows_the_status() {
        let levels = [200, 204, 400, 404, 422, 500, 503].map(|s| Level::of(StatusCode::from_u16(s).unwrap()));
        let [i, w, e] = [Level::Info, Level::Warn, Level::Error];
        assert_eq!(levels, [i, i, w, w, w, e, e]);
    }

    #[test]
    fn cutting_respects_characters() {
        assert_eq!(cut("äöü", 2), "äö");
    }
}
