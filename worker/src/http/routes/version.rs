//! `GET /version`: which Worker, engine and model.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::openapi::operation::{Operation, Reply, Schema, Subject};
use super::super::openapi::{prediction, tags};
use super::super::render;
use super::super::running::Running;
use super::model::ModelName;

pub(in super::super) const VERSION: Endpoint = Endpoint {
    path: "/version",
    action: Action::Show(version),
    media: &[],
    answers: JSON_ONLY,
    access: Access::Keyed,
    dialect: Dialect::Problem,
    document: Operation::new("version", tags::MODEL, "Which versions answer")
        .gives(&[Reply::json("The versions.", Schema::Made(schema))]),
};

#[derive(Serialize)]
struct Version<'a> {
    worker: &'static str,
    model: ModelName<'a>,
    digest: &'a str,
    #[serde(flatten)]
    running: Running,
}

fn version(call: &Call) -> Answered {
    let model = call.model()?;
    let worker = env!("CARGO_PKG_VERSION");
    render::json(&Version {
        worker,
        model: ModelName::of(model),
        digest: model.digest(),
        running: call.service.running(),
    })
}

fn schema(subject: &Subject) -> Value {
    json!({
        "type": "object",
        "properties": {
            "worker": {"description": "The server's version.", "const": env!("CARGO_PKG_VERSION")},
            "model": prediction::model_name(subject),
            "digest": {"description": "Of the ONNX file.", "const": subject.model.digest()},
            "module": {"description": "Whether what answers was trimmed to the model.", "enum": ["lean", "full"]},
            "fallbacks": {
                "description": "How often the trimmed module lacked code for a request, which the full one answered.",
                "type": "integer",
                "minimum": 0,
            },
        },
        "required": ["worker", "model", "digest", "module", "fallbacks"],
        "additionalProperties": false,
    })
}
