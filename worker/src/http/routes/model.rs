//! `GET /model`: signature and card.

use onnxlet::Model;
use serde::Serialize;

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::openapi::operation::{Operation, Reply, Schema};
use super::super::openapi::tags;
use super::super::render;

pub(in super::super) const MODEL: Endpoint = Endpoint {
    path: "/model",
    action: Action::Show(describe),
    media: &[],
    answers: JSON_ONLY,
    access: Access::Keyed,
    dialect: Dialect::Problem,
    document: Operation::new("model", tags::MODEL, "What the model takes and gives")
        .says("Names, dtypes and shapes as the model's graph has them, and the card, which says the rest.")
        .gives(&[Reply::json("The signature and the card.", Schema::Json(SCHEMA))]),
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

/// Of an [`onnxlet::Description`].
const SCHEMA: &str = r##"{
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "version": {"type": "string"},
    "description": {"type": "string"},
    "digest": {"description": "Of the ONNX file.", "type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
    "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/edge"}, "minItems": 1},
    "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/edge"}, "minItems": 1},
    "batch": {"description": "Examples of a batch don't influence each other; absent where that isn't proven.", "const": "independent"},
    "card": {"description": "The model card, as it was given.", "type": "object", "required": ["name"]},
    "engine": {
      "type": "object",
      "properties": {
        "name": {"const": "onnxlet"},
        "version": {"type": "string"},
        "simd": {"description": "The instructions it was built for.", "enum": ["relaxed", "baseline", "native"]}
      },
      "required": ["name", "version", "simd"],
      "additionalProperties": false
    }
  },
  "required": ["name", "version", "digest", "inputs", "outputs", "card", "engine"],
  "additionalProperties": false
}"##;
