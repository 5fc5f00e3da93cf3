//! `GET /model`: signature and card.

use onnxlet::Model;
use serde::Serialize;

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::render;

pub(in super::super) const MODEL: Endpoint = Endpoint {
    path: "/model",
    action: Action::Show(describe),
    media: &[],
    answers: JSON_ONLY,
    access: Access::Keyed,
    dialect: Dialect::Problem,
};

/// Which model answered.
#[derive(Serialize)]
pub(super) struct ModelName<'a> {
    name: &'a str,
    version: &'a str,
}

impl<'a> ModelName<'a> {
    /// The name and version on `model`'s card.
    pub(super) fn of(model: &'a Model) -> Self {
        let card = model.card();
        ModelName { name: &card.name, version: &card.version }
    }
}

fn describe(call: &Call) -> Answered {
    render::json(&call.model()?.describe())
}
