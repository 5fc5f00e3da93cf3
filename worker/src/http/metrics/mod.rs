//! What is counted of requests, and the text that tells of it to Prometheus.
//!
//! Counters are one array of plain numbers ([`Counters`]), which the shim copies from an instance that trapped to the one
//! that replaces it.

mod counters;
mod data_point;
mod exposition;
mod point;

pub use counters::{COUNTERS, Counters};
pub use data_point::DataPoint;
pub(super) use exposition::{TEXT, render};
pub use point::Point;
