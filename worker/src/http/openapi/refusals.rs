//! Refusals: which statuses there are, what they mean, and their form in each dialect.

use serde_json::{Error, Map, Value, json};

use super::super::dialect::Dialect;
use super::super::endpoint::Endpoint;
use super::document::headers;
use super::operation::Subject;

/// A refusal's status, what it means, and the `code` of every problem that has it.
pub(super) struct Refusal {
    pub status: u16,
    pub description: &'static str,
    pub codes: &'static [&'static str],
}

/// Every refusal that an operation can give.
const REFUSALS: [Refusal; 13] = [
    Refusal {
        status: 400,
        description: "The request cannot be parsed: its head, its JSON, its picture, or an empty or broken-off body.",
        codes: &["malformed"],
    },
    Refusal {
        status: 401,
        description: "An API key is needed, and there is none, or another.",
        codes: &["unauthorized"],
    },
    Refusal { status: 404, description: "There is no such model or version.", codes: &["not_found"] },
    Refusal {
        status: 405,
        description: "What the model is called here leads to a path with other methods.",
        codes: &["method_not_allowed"],
    },
    Refusal { status: 406, description: "`Accept` leaves out what the answer is.", codes: &["not_acceptable"] },
    Refusal {
        status: 413,
        description: "Body, nesting, batch, tensor or picture is larger than its limit.",
        codes: &["too_large"],
    },
    Refusal { status: 414, description: "The URL is longer than 65534 bytes.", codes: &["uri_too_long"] },
    Refusal {
        status: 415,
        description: "Another `Content-Type` than those listed, a compressed body, or a picture for a model that takes none.",
        codes: &["unsupported"],
    },
    Refusal {
        status: 422,
        description: "The input does not fit the model's signature; each field's problem is listed.",
        codes: &["invalid"],
    },
    Refusal {
        status: 429,
        description: "Too many predictions; `Retry-After` says when to try again.",
        codes: &["rate_limited"],
    },
    Refusal {
        status: 500,
        description: "The server's own failure: its settings, the model, or the engine.",
        codes: &["model", "card", "config", "engine", "crashed"],
    },
    Refusal {
        status: 503,
        description: "It cannot predict: the model or the settings are wrong.",
        codes: &["model", "card", "config"],
    },
    Refusal {
        status: 504,
        description: "The sender wants a kept answer or none, and this one isn't kept.",
        codes: &["not_cached"],
    },
];

/// Statuses of every endpoint.
const ALWAYS: [u16; 4] = [400, 406, 414, 500];
/// Statuses of those that take a body, besides.
const WITH_BODY: [u16; 4] = [413, 415, 422, 429];
/// Statuses of `OPTIONS`, which looks at no more than the URL.
pub(super) const OF_PREFLIGHT: [u16; 3] = [400, 414, 500];

/// The statuses with which an endpoint refuses, in order.
pub(super) fn of(subject: &Subject, endpoint: &Endpoint) -> Vec<u16> {
    let mut statuses = [&ALWAYS[..], endpoint.document.refusals].concat();
    if endpoint.path.contains('{') {
        statuses.push(404);
    }
    // Without what follows the parameter, it is the path of another endpoint.
    if endpoint.path.contains("}:") {
        statuses.push(405);
    }
    if endpoint.takes_body() {
        statuses.extend(WITH_BODY);
    }
    if subject.keeps_answers_of(endpoint) {
        statuses.push(504);
    }
    if subject.asks_for_key(endpoint) {
        statuses.push(401);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// What a refusal with that status means.
pub(super) fn description(status: u16) -> &'static str {
    REFUSALS.iter().find(|refusal| refusal.status == status).map_or("Refused.", |refusal| refusal.description)
}

/// A reference to a refusal among the document's shared responses.
pub(super) fn reference(dialect: Dialect, status: u16) -> Value {
    json!({"$ref": format!("#/components/responses/{}", name(dialect, status))})
}

fn name(dialect: Dialect, status: u16) -> String {
    format!("{}{status}", schema_name(dialect))
}

fn schema_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Problem => "Problem",
        Dialect::Error => "Error",
        Dialect::Mlflow => "MlflowError",
    }
}

/// The form of refusals in a dialect: its type and the schema's name and text.
fn form(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Problem => ("application/problem+json", PROBLEM),
        Dialect::Error => ("application/json", ERROR),
        Dialect::Mlflow => ("application/json", MLFLOW_ERROR),
    }
}

/// What refusals share, by name.
pub(super) struct Components {
    pub schemas: Map<String, Value>,
    pub responses: Map<String, Value>,
}

/// The schemas of refusals in the dialects used, and the responses made of them.
///
/// # Errors
/// Where a schema is no JSON, which a test rules out.
pub(super) fn components(used: &[(Dialect, u16)]) -> Result<Components, Error> {
    let (mut schemas, mut responses) = (Map::new(), Map::new());
    for &(dialect, status) in used {
        schemas.insert(schema_name(dialect).into(), serde_json::from_str(form(dialect).1)?);
        responses.insert(name(dialect, status), response(dialect, status));
    }
    Ok(Components { schemas, responses })
}

fn response(dialect: Dialect, status: u16) -> Value {
    let reference = json!({"$ref": format!("#/components/schemas/{}", schema_name(dialect))});
    let codes = REFUSALS.iter().find(|refusal| refusal.status == status).map_or(&[][..], |refusal| refusal.codes);
    let schema = match dialect {
        Dialect::Problem => {
            json!({"allOf": [reference], "properties": {"status": {"const": status}, "code": {"enum": codes}}})
        }
        Dialect::Error | Dialect::Mlflow => reference,
    };
    let mut content = Map::from_iter([(form(dialect).0.to_string(), json!({"schema": schema}))]);
    // What is wrong with a URL is found before it is known where it goes.
    if dialect != Dialect::Problem && matches!(status, 400 | 414) {
        let [(kind, schema)] = [(form(Dialect::Problem).0, json!({"$ref": "#/components/schemas/Problem"}))];
        content.insert(kind.into(), json!({"schema": schema}));
    }
    let mut headers = headers();
    let remedy = match status {
        401 => Some("WWW-Authenticate"),
        405 => Some("Allow"),
        429 => Some("Retry-After"),
        _ => None,
    };
    if let Some(remedy) = remedy {
        headers[remedy] = json!({"required": true, "schema": {"type": "string"}});
    }
    json!({"description": description(status), "headers": headers, "content": content})
}

const PROBLEM: &str = r#"{
  "description": "Why a request gets no answer (RFC 9457).",
  "type": "object",
  "properties": {
    "type": {"description": "`urn:onnxlet:problem:` and the code.", "type": "string", "pattern": "^urn:onnxlet:problem:[a-z_]+$"},
    "title": {"description": "The kind of problem.", "type": "string", "minLength": 1},
    "status": {"description": "The HTTP status.", "type": "integer", "minimum": 400, "maximum": 599},
    "code": {"description": "A stable, short name of the kind of problem.", "type": "string"},
    "detail": {"description": "What is wrong with this request.", "type": "string"},
    "request_id": {"description": "As in the header `x-request-id`, and in the log.", "type": "string"},
    "problems": {
      "description": "Each field's problem, where the input does not fit.",
      "type": "array",
      "items": {
        "type": "object",
        "properties": {
          "field": {"description": "An input's name, or an option such as `top_k`.", "type": "string"},
          "message": {"description": "What was expected and what was given.", "type": "string"}
        },
        "required": ["field", "message"],
        "additionalProperties": false
      }
    }
  },
  "required": ["type", "title", "status", "code", "detail", "request_id", "problems"],
  "additionalProperties": false
}"#;

const ERROR: &str = r#"{
  "description": "Why a request gets no answer, as the Open Inference Protocol and TensorFlow Serving say it.",
  "type": "object",
  "properties": {"error": {"type": "string", "minLength": 1}},
  "required": ["error"],
  "additionalProperties": false
}"#;

const MLFLOW_ERROR: &str = r#"{
  "description": "Why a request gets no answer, as MLflow says it.",
  "type": "object",
  "properties": {"error_code": {"enum": ["BAD_REQUEST", "INTERNAL_ERROR"]}, "message": {"type": "string", "minLength": 1}},
  "required": ["error_code", "message"],
  "additionalProperties": false
}"#;
