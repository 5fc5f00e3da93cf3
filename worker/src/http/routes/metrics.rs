//! `GET /metrics`: what was counted, for Prometheus.

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint};
use super::super::metrics::{TEXT, render};

pub(in super::super) const METRICS: Endpoint = Endpoint {
    path: "/metrics",
    action: Action::Show(metrics),
    media: &[],
    answers: &[TEXT],
    access: Access::Keyed,
    dialect: Dialect::Problem,
};

fn metrics(call: &Call) -> Answered {
    let service = call.service;
    // Where there is no model, that is not this route's to tell.
    render(service.counters(), service.running(), service.model().ok())
}
