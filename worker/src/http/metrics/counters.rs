//! The numbers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::super::cache::CacheOutcome;
use super::super::routes::endpoints;
use super::point::{METHODS, Point};

/// The counters of this process: in a Worker, of this isolate.
pub static COUNTERS: Counters = Counters::new();

/// More endpoints than these would be counted as none.
const MOST_ROUTES: usize = 96;
/// The statuses that are told apart; another is counted as the last, 0.
const STATUSES: [u16; 21] =
    [200, 204, 304, 400, 401, 404, 405, 406, 409, 411, 412, 413, 414, 415, 422, 429, 500, 501, 503, 504, 0];
/// The upper ends of the histogram of batch sizes.
pub(super) const BOUNDS: [u64; 13] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384];
/// What is told apart of the cache.
pub(super) const OUTCOMES: [(CacheOutcome, &str); 5] = [
    (CacheOutcome::Hit, "hit"),
    (CacheOutcome::Miss, "miss"),
    (CacheOutcome::Passed, "too_large"),
    (CacheOutcome::Refreshed, "refreshed"),
    (CacheOutcome::Bypassed, "bypassed"),
];

/// Numbers that only grow, but for one. They are an array without pointers, so that its bytes mean the same in every instance
/// of the Worker's modules.
#[derive(Debug)]
#[repr(C)]
pub struct Counters {
    requests: [[[AtomicU64; STATUSES.len()]; METHODS.len()]; MOST_ROUTES],
    cache: [AtomicU64; OUTCOMES.len()],
    /// Predictions with at most as many examples as the bound, and more than the one before; the last: with more.
    batches: [AtomicU64; BOUNDS.len() + 1],
    examples: AtomicU64,
    crashes: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    in_flight: AtomicU64,
}

impl Counters {
    /// All of them 0.
    pub const fn new() -> Self {
        Counters {
            requests: [const { [const { [const { AtomicU64::new(0) }; STATUSES.len()] }; METHODS.len()] }; MOST_ROUTES],
            cache: [const { AtomicU64::new(0) }; OUTCOMES.len()],
            batches: [const { AtomicU64::new(0) }; BOUNDS.len() + 1],
            examples: AtomicU64::new(0),
            crashes: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
        }
    }

    /// Counts a request.
    pub fn count(&self, point: &Point) {
        add(
            &self.requests[route_index(point.route)][method_index(point.method)][status_index(point.status.as_u16())],
            1,
        );
        if let Some(place) = OUTCOMES.iter().position(|(outcome, _)| Some(*outcome) == point.cache) {
            add(&self.cache[place], 1);
        }
        if let Some(examples) = point.examples {
            let bucket = BOUNDS.iter().position(|bound| examples <= *bound).unwrap_or(BOUNDS.len());
            add(&self.batches[bucket], 1);
            add(&self.examples, examples);
        }
        add(&self.crashes, u64::from(point.crashed));
        add(&self.bytes_in, point.bytes_in as u64);
        add(&self.bytes_out, point.bytes_out as u64);
    }

    /// Notes how many requests are being answered.
    pub fn note_in_flight(&self, count: u64) {
        self.in_flight.store(count, Relaxed);
    }

    /// Requests that were answered, where there were any, as `(route, method, status, count)`; routes and statuses that
    /// aren't told apart are nothing.
    pub(super) fn requests(&self) -> impl Iterator<Item = (Option<&'static str>, &'static str, Option<u16>, u64)> {
        self.requests.iter().enumerate().flat_map(|(route, methods)| {
            methods.iter().zip(METHODS).flat_map(move |(statuses, method)| {
                statuses.iter().zip(STATUSES).filter_map(move |(count, status)| {
                    let count = count.load(Relaxed);
                    let path = || endpoints().nth(route).map(|endpoint| endpoint.path);
                    (count > 0).then(|| (path(), method, (status > 0).then_some(status), count))
                })
            })
        })
    }

    /// What became of requests in the cache, as `(outcome, count)`.
    pub(super) fn cache(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OUTCOMES.iter().zip(&self.cache).map(|((_, name), count)| (*name, count.load(Relaxed)))
    }

    /// Predictions by their number of examples, each bucket without those before, and the sum of examples.
    pub(super) fn batches(&self) -> ([u64; BOUNDS.len() + 1], u64) {
        (std::array::from_fn(|bucket| self.batches[bucket].load(Relaxed)), self.examples.load(Relaxed))
    }

    pub(super) fn crashes(&self) -> u64 {
        self.crashes.load(Relaxed)
    }

    pub(super) fn bytes_in(&self) -> u64 {
        self.bytes_in.load(Relaxed)
    }

    pub(super) fn bytes_out(&self) -> u64 {
        self.bytes_out.load(Relaxed)
    }

    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight.load(Relaxed)
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self::new()
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Relaxed);
}

fn route_index(route: Option<&str>) -> usize {
    let place = route.and_then(|route| endpoints().position(|endpoint| endpoint.path == route));
    // The last one has no endpoint.
    place.unwrap_or(MOST_ROUTES - 1).min(MOST_ROUTES - 1)
}

fn method_index(method: &str) -> usize {
    METHODS.iter().position(|known| *known == method).unwrap_or(METHODS.len() - 1)
}

fn status_index(status: u16) -> usize {
    STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len() - 1)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    const POINT: Point = Point {
        route: None,
        method: "GET",
        status: StatusCode::NOT_FOUND,
        model: None,
        examples: None,
        cache: None,
        crashed: false,
        bytes_in: 0,
        bytes_out: 0,
    };

    #[test]
    fn there_is_room_for_every_endpoint() {
        assert!(endpoints().count() < MOST_ROUTES);
    }

    #[test]
    fn every_endpoint_has_a_count_of_its_own() {
        let counters = Counters::new();
        for endpoint in endpoints() {
            counters.count(&Point { route: Some(endpoint.path), ..POINT });
        }
        counters.count(&POINT);
        let counted: Vec<_> = counters.requests().collect();
        let expected = endpoints().map(|endpoint| Some(endpoint.path)).chain([None]);
        assert_eq!(counted, expected.map(|route| (route, "GET", Some(404), 1)).collect::<Vec<_>>());
    }

    #[test]
    fn odd_methods_and_statuses_are_counted_together() {
        let counters = Counters::new();
        for (method, status) in [("BREW", 418), ("PUT", 599)] {
            let method = Point::method(&method.parse().unwrap());
            counters.count(&Point { method, status: StatusCode::from_u16(status).unwrap(), ..POINT });
        }
        assert_eq!(counters.requests().collect::<Vec<_>>(), [(None, "other", None, 2)]);
    }

    #[test]
    fn batches_are_sorted_by_size() {
        let counters = Counters::new();
        for examples in [1, 2, 3, 64, 65, 1_000_000] {
            counters.count(&Point { examples: Some(examples), ..POINT });
        }
        counters.count(&POINT);
        assert_eq!(counters.batches(), ([1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1], 1_000_135));
    }
}
