//! What Workers Analytics Engine is given of a request.

use serde::Serialize;

use super::super::running::{Module, Running};
use super::point::{OTHER, Point};

/// A data point as `writeDataPoint` takes it. Places have no names there: `worker/README.md` tells them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataPoint {
    /// The sampling key: the route, so that rare ones are not sampled away by frequent ones.
    pub indexes: [&'static str; 1],
    /// Route, method, status, model, its version, module, cache: empty where there is none.
    pub blobs: [String; 7],
    /// Examples that were predicted, bytes of the request's body, bytes of the answer's, crashes (0 or 1).
    pub doubles: [f64; 4],
}

impl DataPoint {
    /// The data point of a request that was answered in `running`.
    pub(in super::super) fn of(point: &Point, running: Running) -> Self {
        let route = point.route.unwrap_or(OTHER);
        let card = point.model.map(|model| model.card());
        let module = match running.module {
            Module::Lean => "lean",
            Module::Full => "full",
        };
        let blobs = [
            route,
            point.method,
            point.status.as_str(),
            card.map_or("", |card| &card.name),
            card.map_or("", |card| &card.version),
            module,
            point.cache.map_or("", |cache| cache.name()),
        ];
        let bytes = [point.bytes_in, point.bytes_out].map(|count| count as f64);
        let crashes = if point.crashed { 1.0 } else { 0.0 };
        DataPoint {
            indexes: [route],
            blobs: blobs.map(String::from),
            doubles: [point.examples.unwrap_or(0) as f64, bytes[0], bytes[1], crashes],
        }
    }
}
