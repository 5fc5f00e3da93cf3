//! The routes, a file for each family.

mod health;
mod model;
mod predict;
mod version;

use super::endpoint::Endpoint;

/// Every endpoint.
pub(super) static ENDPOINTS: [Endpoint; 5] =
    [predict::PREDICT, model::MODEL, health::LIVE, health::READY, version::VERSION];
