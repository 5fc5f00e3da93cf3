//! Routes, limits and answers on plain `http` types: no platform, no I/O, nothing asynchronous.
//!
//! A request visits [`Head`] (what was received) → [`Service::body_limit`] (is its body worth reading?) →
//! [`Service::answer`] → an [`Answer`]: the response and its log line.

mod cache;
mod call;
mod coding;
mod config;
mod cors;
mod dialect;
mod endpoint;
mod head;
mod keys;
mod log;
mod media;
mod metrics;
mod nesting;
mod openapi;
mod problem;
mod received;
mod render;
mod request_id;
mod routes;
mod running;
mod security;
mod service;
mod timing;
mod trace;

pub use cache::{CacheOutcome, Keeping, Kept, Key};
pub use config::{Config, ConfigError, Kind, VARIABLES, Variable};
pub use cors::Origins;
pub use head::Head;
pub use keys::ApiKeys;
pub use log::{Level, LogLine, Threshold};
pub use metrics::{COUNTERS, Counters, DataPoint, Point};
pub use problem::ProblemDetails;
pub use received::Received;
pub use request_id::RequestId;
pub use running::{Module, Running};
pub use service::{Answer, HeldModel, Service};
