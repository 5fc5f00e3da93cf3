//! The words of the document: what each endpoint says of itself, beside what the router knows of it.

use onnxlet::Model;
use serde_json::Value;

use super::super::cache::Keeping;
use super::super::config::Config;
use super::super::endpoint::{Access, Endpoint};
use super::super::media::Media;

/// What the document is about.
#[derive(Clone, Copy)]
pub(in super::super) struct Subject<'a> {
    /// The model that answers.
    pub model: &'a Model,
    /// The settings that it answers under.
    pub config: &'a Config,
}

impl Subject<'_> {
    /// Whether an endpoint's answers may be kept, and given again.
    pub fn keeps_answers_of(&self, endpoint: &Endpoint) -> bool {
        endpoint.takes_body() && self.config.keeping != Keeping::Off
    }

    /// Whether an endpoint asks for an API key.
    pub fn asks_for_key(&self, endpoint: &Endpoint) -> bool {
        endpoint.access == Access::Keyed && !self.config.api_keys.is_empty()
    }
}

/// What the document says of an endpoint. Path and methods, bodies' types, the statuses of refusals and their form follow
/// from the [`Endpoint`](super::super::endpoint::Endpoint) itself.
#[derive(Clone, Copy)]
pub(in super::super) struct Operation {
    /// The `operationId`: what generated clients call it.
    pub id: &'static str,
    /// The group that it stands in.
    pub tag: Tag,
    /// A few words.
    pub summary: &'static str,
    /// What else there is to know, as Markdown.
    pub description: &'static str,
    /// What a body of each type is; every type that the endpoint takes.
    pub bodies: &'static [Body],
    /// Every answer that isn't a refusal, beside the preflight's.
    pub replies: &'static [Reply],
    /// The statuses of refusals that not every endpoint of its kind has.
    pub refusals: &'static [u16],
}

/// A group of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Tag {
    /// Its name.
    pub name: &'static str,
    /// What its operations have in common.
    pub description: &'static str,
}

/// A body's type and what it holds.
#[derive(Clone, Copy)]
pub(in super::super) struct Body {
    /// Its types.
    pub types: &'static [&'static str],
    /// What it holds.
    pub schema: Schema,
    /// Bodies that this model takes.
    pub examples: fn(&Subject) -> Vec<Example>,
    /// Whether this model takes bodies of the type at all.
    pub applies: fn(&Subject) -> bool,
}

/// An answer.
#[derive(Clone, Copy)]
pub(in super::super) struct Reply {
    /// Its status.
    pub status: u16,
    /// What it means.
    pub description: &'static str,
    /// Its type, where it has a body.
    pub media: Option<&'static str>,
    /// What the body holds.
    pub schema: Schema,
}

/// A JSON Schema (2020-12, as OpenAPI 3.1 has it).
#[derive(Clone, Copy)]
pub(in super::super) enum Schema {
    /// The same for every model, as JSON: data is smaller than the code that would make it.
    Json(&'static str),
    /// Made for the model.
    Made(fn(&Subject) -> Value),
}

/// A body that the model takes, and what is particular about it.
pub(in super::super) struct Example {
    /// Its key.
    pub name: &'static str,
    /// A few words.
    pub summary: &'static str,
    /// The body.
    pub value: Value,
}

impl Operation {
    /// An operation of which nothing more is said.
    pub const fn new(id: &'static str, tag: Tag, summary: &'static str) -> Self {
        Operation { id, tag, summary, description: "", bodies: &[], replies: &[], refusals: &[] }
    }

    /// Says more, as Markdown.
    pub const fn says(self, description: &'static str) -> Self {
        Operation { description, ..self }
    }

    /// What bodies hold.
    pub const fn takes(self, bodies: &'static [Body]) -> Self {
        Operation { bodies, ..self }
    }

    /// Every answer that isn't a refusal.
    pub const fn gives(self, replies: &'static [Reply]) -> Self {
        Operation { replies, ..self }
    }

    /// The same at another path, under another name.
    pub const fn called(self, id: &'static str) -> Self {
        Operation { id, ..self }
    }

    /// The statuses of refusals that not every endpoint of its kind has.
    pub const fn refuses(self, refusals: &'static [u16]) -> Self {
        Operation { refusals, ..self }
    }
}

impl Body {
    /// JSON, which every model takes.
    pub const fn json(schema: Schema, examples: fn(&Subject) -> Vec<Example>) -> Self {
        Body { types: Media::Json.names(), schema, examples, applies: |_| true }
    }

    /// A picture as it is, for models that take exactly one.
    pub const fn picture() -> Self {
        Body {
            types: Media::Image.names(),
            schema: Schema::Json(r#"{"type": "string", "format": "binary"}"#),
            examples: |_| Vec::new(),
            applies: takes_one_picture,
        }
    }
}

/// Whether a picture alone is a whole request.
fn takes_one_picture(subject: &Subject) -> bool {
    let model = subject.model;
    let pictures = model.card().inputs.values().filter(|input| input.image.is_some()).count();
    pictures == 1 && model.signature().inputs.len() == 1
}

impl Reply {
    /// 200 with JSON of that schema.
    pub const fn json(description: &'static str, schema: Schema) -> Self {
        Reply { status: 200, description, media: Some("application/json"), schema }
    }
}

impl Schema {
    /// The schema for that model.
    ///
    /// # Errors
    /// Where a [`Schema::Json`] is no JSON, which a test rules out.
    pub fn resolve(self, subject: &Subject) -> Result<Value, serde_json::Error> {
        match self {
            Schema::Json(text) => serde_json::from_str(text),
            Schema::Made(make) => Ok(make(subject)),
        }
    }
}
