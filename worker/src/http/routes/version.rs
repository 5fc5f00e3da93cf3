//! `GET /version`: which Worker, engine and model.

use serde::Serialize;

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
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
