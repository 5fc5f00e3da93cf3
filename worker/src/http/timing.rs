//! `Server-Timing`: what can be told truly of how an answer came about.
//!
//! No entry has a duration. The clock of a production Worker stands still while the CPU works, so that whatever was
//! measured here would read 0; a local workerd would tell other, larger numbers.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::call::Facts;
use super::running::{Module, Running};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Tells which module answered, whether a cache had the answer, and how many examples were predicted.
pub(super) fn tell(headers: &mut HeaderMap, facts: Facts, running: Running) {
    let module = match running.module {
        Module::Lean => "lean",
        Module::Full => "full",
    };
    let mut entries = vec![format!("module;desc={module}")];
    entries.extend(facts.cache.map(|cache| format!("cache;desc={}", cache.name())));
    entries.extend(facts.examples.map(|examples| format!("examples;desc={examples}")));
    if let Ok(value) = HeaderValue::from_str(&entries.join(", ")) {
        headers.insert(SERVER_TIMING, value);
    }
}
