//! `GET /version`: which Worker, engine and model.

use serde::Serialize;

use super::super::endpoint::{Action, Answered, Endpoint};
use super::super::render;
use super::super::running::Running;
use super::super::service::Service;
use super::model::ModelName;

pub(in super::super) const VERSION: Endpoint = Endpoint { path: "/version", action: Action::Show(version) };

#[derive(Serialize)]
struct Version<'a> {
    worker: &'static str,
    model: ModelName<'a>,
    digest: &'a str,
    #[serde(flatten)]
    running: Running,
}

fn version(service: &Service) -> Answered {
    let model = service.model()?;
    let worker = env!("CARGO_PKG_VERSION");
    render::json(&Version { worker, model: ModelName::of(model), digest: model.digest(), running: service.running() })
}
