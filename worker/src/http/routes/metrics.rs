//! `GET /metrics`: what was counted, for Prometheus.

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint};
use super::super::metrics::{TEXT, render};
use super::super::openapi::operation::{Operation, Reply, Schema};
use super::super::openapi::tags;

pub(in super::super) const METRICS: Endpoint = Endpoint {
    path: "/metrics",
    action: Action::Show(metrics),
    media: &[],
    answers: &[TEXT],
    access: Access::Keyed,
    dialect: Dialect::Problem,
    document: Operation::new("metrics", tags::HEALTH, "What was counted, for Prometheus")
        .says(
            "Of one isolate: Cloudflare runs many, and ends them at will. There are no durations: the clock of a Worker stands \
             still while it computes.",
        )
        .gives(&[Reply {
            status: 200,
            description: "The counters, in Prometheus's text format.",
            media: Some("text/plain"),
            schema: Schema::Json(r#"{"type": "string"}"#),
        }]),
};

fn metrics(call: &Call) -> Answered {
    let service = call.service;
    // Where there is no model, that is not this route's to tell.
    render(service.counters(), service.running(), service.model().ok())
}
