//! The routes, a file or folder for each family.

mod address;
mod health;
mod inference;
mod json;
mod metrics;
mod mlflow;
mod model;
mod nested;
mod openapi;
mod predict;
mod rows;
mod score;
mod tensorflow;
mod version;

use super::endpoint::Endpoint;

/// Every endpoint, family by family.
static FAMILIES: [&[Endpoint]; 4] = [&OWN, &inference::ENDPOINTS, &tensorflow::ENDPOINTS, &mlflow::ENDPOINTS];

/// What belongs to no other protocol.
static OWN: [Endpoint; 7] =
    [predict::PREDICT, model::MODEL, health::LIVE, health::READY, version::VERSION, metrics::METRICS, openapi::OPENAPI];

/// Every endpoint.
pub(super) fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    FAMILIES.iter().flat_map(|family| family.iter())
}
