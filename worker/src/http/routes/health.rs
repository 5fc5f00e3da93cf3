//! `GET /healthz`: the Worker runs. `GET /readyz`: it can predict.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::openapi::operation::{Operation, Reply, Schema, Subject};
use super::super::openapi::{prediction, tags};
use super::super::problem::ProblemDetails;
use super::super::render;
use super::model::ModelName;

pub(in super::super) const LIVE: Endpoint = Endpoint {
    path: "/healthz",
    action: Action::Show(live),
    media: &[],
    answers: JSON_ONLY,
    access: Access::Open,
    dialect: Dialect::Problem,
    document: Operation::new("live", tags::HEALTH, "Whether the server runs").gives(&[Reply::json(
        "It runs.",
        Schema::Json(
            r#"{
              "type": "object",
              "properties": {"status": {"const": "ok"}},
              "required": ["status"],
              "additionalProperties": false
            }"#,
        ),
    )]),
};

pub(in super::super) const READY: Endpoint = Endpoint {
    path: "/readyz",
    action: Action::Show(ready),
    media: &[],
    answers: JSON_ONLY,
    access: Access::Open,
    dialect: Dialect::Problem,
    document: Operation::new("ready", tags::HEALTH, "Whether it can predict")
        .gives(&[Reply::json("It can.", Schema::Made(ready_schema))])
        .refuses(&[503]),
};

#[derive(Serialize)]
struct Health<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelName<'a>>,
}

fn live(_: &Call) -> Answered {
    render::json(&Health { status: "ok", model: None })
}

fn ready(call: &Call) -> Answered {
    let check = || -> Result<_, ProblemDetails> {
        call.service.config()?;
        call.model()
    };
    let model = check().map_err(ProblemDetails::unavailable)?;
    render::json(&Health { status: "ready", model: Some(ModelName::of(model)) })
}

fn ready_schema(subject: &Subject) -> Value {
    json!({
        "type": "object",
        "properties": {"status": {"const": "ready"}, "model": prediction::model_name(subject)},
        "required": ["status", "model"],
        "additionalProperties": false,
    })
}
