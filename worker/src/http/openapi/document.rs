//! The whole document: what each endpoint says of itself, put together.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Error, Map, Value, json};

use super::super::config::{Config, VARIABLES, Variable};
use super::super::endpoint::Endpoint;
use super::operation::{Body, Reply, Subject, Tag};
use super::refusals::{self, Components};
use super::{tags, value};

/// The parts, in the order in which people read them.
#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    servers: [Value; 1],
    tags: Vec<Value>,
    paths: Paths,
    components: Value,
}

/// Each path's operations, in the endpoints' order.
struct Paths(Vec<(&'static str, Value)>);

impl Serialize for Paths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(path, item)| map.serialize_entry(path, item))?;
        map.end()
    }
}

/// The document of `endpoints`, as JSON.
///
/// # Errors
/// Where a schema that stands in the code is no JSON, which a test rules out.
pub(in super::super) fn write(subject: &Subject, endpoints: &[&Endpoint]) -> Result<Bytes, Error> {
    let paths = endpoints.iter().map(|endpoint| Ok((endpoint.path, item(subject, endpoint)?)));
    let document = Document {
        openapi: "3.1.0",
        info: info(subject),
        servers: [json!({"url": "/"})],
        tags: used_tags(endpoints),
        paths: Paths(paths.collect::<Result<_, Error>>()?),
        components: components(subject, endpoints)?,
    };
    serde_json::to_vec(&document).map(Bytes::from)
}

fn info(subject: &Subject) -> Value {
    let card = subject.model.card();
    let own = card.description.as_deref().map(|text| format!("{text}\n\n")).unwrap_or_default();
    let mut info = json!({
        "title": card.name,
        "version": card.version,
        "description": format!("{own}{}", about(subject)),
    });
    if let Some(license) = &card.license {
        info["license"] = json!({"name": license});
    }
    info
}

/// What holds for every path.
fn about(subject: &Subject) -> String {
    let settings = VARIABLES.iter().map(|variable| setting(variable, subject.config)).collect::<String>();
    format!(
        "Every answer carries `x-request-id`: the sender's, if it is 1 to 128 letters, digits and `-_.:`, otherwise a new \
         one. A path that is not listed answers 404; a method that is not listed, 405 with the right ones in `Allow`.\n\n\
         What its operator can set:\n\n{settings}"
    )
}

/// A line of the list of settings; limits with what they are here, so that senders can keep to them.
fn setting(variable: &Variable, config: &Config) -> String {
    let Variable { name, about, default, .. } = variable;
    match config.limit(variable) {
        Some(limit) => format!("- `{name}`: {about} Here: {limit}.\n"),
        None => format!("- `{name}`: {about} Unless set: {default}.\n"),
    }
}

fn used_tags(endpoints: &[&Endpoint]) -> Vec<Value> {
    let mut used: Vec<Tag> = Vec::new();
    for tag in endpoints.iter().map(|endpoint| endpoint.document.tag).chain([tags::HTTP]) {
        if !used.contains(&tag) {
            used.push(tag);
        }
    }
    used.iter().map(|tag| json!({"name": tag.name, "description": tag.description})).collect()
}

/// Every method of a path.
fn item(subject: &Subject, endpoint: &Endpoint) -> Result<Value, Error> {
    let mut item = json!({
        "parameters": parameters(endpoint),
        "options": preflight(endpoint),
    });
    if endpoint.takes_body() {
        item["post"] = operation(subject, endpoint)?;
    } else {
        item["head"] = head(subject, endpoint);
        item["get"] = operation(subject, endpoint)?;
    }
    Ok(item)
}

fn path_parameters(endpoint: &Endpoint) -> Vec<&'static str> {
    ["model", "version"].into_iter().filter(|name| endpoint.path.contains(&format!("{{{name}}}"))).collect()
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    path_parameters(endpoint).into_iter().chain(["request-id", "traceparent"]).map(parameter).collect()
}

fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

/// The operation that the endpoint is for.
fn operation(subject: &Subject, endpoint: &Endpoint) -> Result<Value, Error> {
    let own = &endpoint.document;
    let mut responses = Map::new();
    for reply in own.replies {
        let made = response(subject, reply)?;
        match responses.get_mut(&reply.status.to_string()) {
            // Another type of the same answer.
            Some(other) => {
                let types = made["content"].as_object().cloned().unwrap_or_default();
                types.into_iter().for_each(|(name, content)| other["content"][name] = content);
            }
            None => drop(responses.insert(reply.status.to_string(), made)),
        }
    }
    let keeps = subject.keeps_answers_of(endpoint);
    if keeps && !own.replies.is_empty() {
        let same = json!({"description": "The answer that `If-None-Match` names.", "headers": headers()});
        responses.insert("304".into(), same);
        for (name, component) in [("ETag", "etag"), ("Cache-Status", "cache-status")] {
            responses.values_mut().for_each(|response| response["headers"][name] = header(component));
        }
    }
    for status in refusals::of(subject, endpoint) {
        responses.insert(status.to_string(), refusals::reference(endpoint.dialect, status));
    }
    let mut operation = json!({
        "operationId": own.id,
        "tags": [own.tag.name],
        "summary": own.summary,
        "responses": responses,
    });
    if !own.description.is_empty() {
        operation["description"] = own.description.into();
    }
    if keeps {
        operation["parameters"] = json!([parameter("if-none-match"), parameter("cache-control")]);
    }
    secure(subject, endpoint, &mut operation);
    if endpoint.takes_body() {
        operation["requestBody"] = json!({"required": true, "content": content(subject, own.bodies)?});
    }
    Ok(operation)
}

/// Says who may ask.
fn secure(subject: &Subject, endpoint: &Endpoint, operation: &mut Value) {
    if subject.asks_for_key(endpoint) {
        operation["security"] = json!([{"bearer": []}, {"key": []}]);
    }
}

fn content(subject: &Subject, bodies: &[Body]) -> Result<Value, Error> {
    let mut content = Map::new();
    for body in bodies.iter().filter(|body| (body.applies)(subject)) {
        let mut media = json!({"schema": body.schema.resolve(subject)?});
        let examples = (body.examples)(subject).into_iter();
        let examples: Map<String, Value> = examples
            .map(|example| (example.name.into(), json!({"summary": example.summary, "value": example.value})))
            .collect();
        if !examples.is_empty() {
            media["examples"] = examples.into();
        }
        for name in body.types {
            content.insert((*name).into(), media.clone());
        }
    }
    Ok(content.into())
}

fn response(subject: &Subject, reply: &Reply) -> Result<Value, Error> {
    let mut response = json!({"description": reply.description, "headers": headers()});
    if let Some(media) = reply.media {
        response["content"] =
            Map::from_iter([(media.to_string(), json!({"schema": reply.schema.resolve(subject)?}))]).into();
    }
    Ok(response)
}

/// `HEAD`: the same answers without their bodies.
fn head(subject: &Subject, endpoint: &Endpoint) -> Value {
    let own = &endpoint.document;
    let replies = own.replies.iter().map(|reply| (reply.status, reply.description));
    let refusals = refusals::of(subject, endpoint).into_iter().map(|status| (status, refusals::description(status)));
    let mut operation = bodiless(format!("{}Head", own.id), own.summary, replies.chain(refusals));
    secure(subject, endpoint, &mut operation);
    operation
}

/// `OPTIONS`: which methods there are.
fn preflight(endpoint: &Endpoint) -> Value {
    let refusals = refusals::OF_PREFLIGHT.iter().map(|&status| (status, refusals::description(status)));
    let reply = (204, "The methods, in `Allow` and for browsers.");
    let mut operation =
        bodiless(format!("{}Options", endpoint.document.id), "Methods", std::iter::once(reply).chain(refusals));
    // It looks at the path's form alone.
    let any = |name: &&str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}});
    operation["parameters"] = path_parameters(endpoint).iter().map(any).collect();
    operation["responses"]["204"]["headers"]["Allow"] =
        json!({"schema": {"const": endpoint.allow()}, "required": true});
    for status in refusals::OF_PREFLIGHT {
        operation["responses"][status.to_string()] = refusals::reference(endpoint.dialect, status);
    }
    operation
}

fn bodiless<'a>(id: String, summary: &str, answers: impl Iterator<Item = (u16, &'a str)>) -> Value {
    let responses: Map<String, Value> = answers
        .map(|(status, description)| (status.to_string(), json!({"description": description, "headers": headers()})))
        .collect();
    json!({"operationId": id, "tags": [tags::HTTP.name], "summary": summary, "responses": responses})
}

/// The headers of every answer.
pub(super) fn headers() -> Value {
    json!({"x-request-id": header("request-id"), "Server-Timing": header("server-timing"), "traceparent": header("traceparent")})
}

fn components(subject: &Subject, endpoints: &[&Endpoint]) -> Result<Value, Error> {
    let used: Vec<_> = endpoints
        .iter()
        .flat_map(|endpoint| refusals::of(subject, endpoint).into_iter().map(|status| (endpoint.dialect, status)))
        .collect();
    let Components { mut schemas, responses } = refusals::components(&used)?;
    schemas.extend(value::components(subject));
    schemas.insert("edge".into(), serde_json::from_str(EDGE)?);
    let mut components = json!({
        "schemas": schemas,
        "responses": responses,
        "headers": serde_json::from_str::<Value>(HEADERS)?,
        "parameters": serde_json::from_str::<Value>(PARAMETERS)?,
    });
    let card = subject.model.card();
    components["parameters"]["model"] =
        json!({"name": "model", "in": "path", "required": true, "schema": {"enum": [card.name]}});
    components["parameters"]["version"] = json!({
        "name": "version",
        "in": "path",
        "required": true,
        "description": "Whole, or shortened at its dots.",
        "schema": {"enum": versions(&card.version)},
    });
    if !subject.config.api_keys.is_empty() {
        components["securitySchemes"] = serde_json::from_str(SECURITY)?;
    }
    Ok(components)
}

/// The ways to say a version.
fn versions(version: &str) -> Vec<&str> {
    let short =
        version.match_indices('.').filter(|(at, _)| !version[*at..].contains('-')).map(|(at, _)| &version[..at]);
    let mut versions: Vec<&str> = short.chain([version]).collect();
    versions.reverse();
    versions
}

const HEADERS: &str = r#"{
  "request-id": {
    "description": "What the log calls this request.",
    "required": true,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$"}
  },
  "server-timing": {
    "description": "Which module answered, whether the answer was kept, and how many examples were predicted. No durations: the clock of a Worker stands still while it computes.",
    "required": true,
    "schema": {"type": "string"}
  },
  "traceparent": {"description": "The request's, passed on (W3C Trace Context).", "schema": {"type": "string"}},
  "etag": {"description": "The hash of model and request.", "schema": {"type": "string", "pattern": "^W/\"[A-Za-z0-9_-]+\"$"}},
  "cache-status": {
    "description": "Whether the answer was kept before (RFC 9211).",
    "schema": {"type": "string", "pattern": "^onnxlet; (hit|fwd=[a-z]+(; stored)?)$"}
  }
}"#;

const PARAMETERS: &str = r#"{
  "request-id": {
    "name": "x-request-id",
    "in": "header",
    "description": "The sender's name for this request: 1 to 128 letters, digits and `-_.:`. Another is replaced.",
    "schema": {"type": "string"}
  },
  "traceparent": {
    "name": "traceparent",
    "in": "header",
    "description": "The trace that this request is part of (W3C Trace Context). One that is none is ignored.",
    "schema": {"type": "string"}
  },
  "if-none-match": {
    "name": "If-None-Match",
    "in": "header",
    "description": "An `ETag` of an answer before: the same answer comes as 304, without its body.",
    "schema": {"type": "string"}
  },
  "cache-control": {
    "name": "Cache-Control",
    "in": "header",
    "description": "`no-cache` predicts again; `no-store` keeps nothing; `only-if-cached` predicts nothing.",
    "schema": {"type": "string"}
  }
}"#;

const SECURITY: &str = r#"{
  "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
  "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."}
}"#;

const EDGE: &str = r#"{
  "description": "An input or output.",
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "dtype": {"enum": ["float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "string"]},
    "shape": {"description": "Sizes, or names of those that are open; `null` where even their number is.", "type": ["array", "null"], "items": {"type": ["integer", "string"]}},
    "labels": {"description": "The classes along the last axis.", "type": "array", "items": {"type": "string"}}
  },
  "required": ["name", "dtype", "shape"],
  "additionalProperties": false
}"#;
