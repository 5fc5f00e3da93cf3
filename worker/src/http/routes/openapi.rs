//! `GET /openapi.json`: the service described for machines.

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::openapi::operation::{Operation, Reply, Schema};
use super::super::openapi::tags;
use super::super::render;

pub(in super::super) const OPENAPI: Endpoint = Endpoint {
    path: "/openapi.json",
    action: Action::Show(document),
    media: &[],
    answers: JSON_ONLY,
    access: Access::Keyed,
    dialect: Dialect::Problem,
    document: Operation::new("openapi", tags::MODEL, "This document")
        .says("OpenAPI 3.1, made for this model and these settings. `/docs` shows it to people.")
        .gives(&[Reply::json("The document.", Schema::Json(SCHEMA))]),
};

fn document(call: &Call) -> Answered {
    Ok(render::ready_json(call.service.document()?))
}

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {"openapi": {"const": "3.1.0"}, "info": {"type": "object"}, "paths": {"type": "object"}},
  "required": ["openapi", "info", "paths"]
}"#;
