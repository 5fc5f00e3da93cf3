//! The OpenAPI document as a judge: whether an answer is one that it describes.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Response};
use jsonschema::{Draft, Validator};
use matchit::Router;
use onnxlet::slot;
use onnxlet_worker::http::{ApiKeys, Config, Head, Received, Service};
use serde_json::{Value, json};

/// A document, and the schemas of it that were used.
pub struct Document {
    /// The document itself.
    pub value: Value,
    paths: Router<String>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Document {
    /// The document that `service` gives; where it asks for a key, that of another one that does; where its settings are
    /// wrong, that of the default ones.
    pub fn of(service: &Service) -> Arc<Document> {
        static DOCUMENTS: OnceLock<Mutex<HashMap<Bytes, Arc<Document>>>> = OnceLock::new();
        let text = match shown(service) {
            (200, text) => text,
            (401, _) => shown(&Service::new(Ok(keyed()), slot::held)).1,
            _ => shown(&Service::new(Ok(Config::default()), slot::held)).1,
        };
        let mut known = DOCUMENTS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(text.clone()).or_insert_with(|| Arc::new(Document::parse(&text))).clone()
    }

    /// Reads a document.
    pub fn parse(text: &[u8]) -> Document {
        let value: Value = serde_json::from_slice(text).expect("the document is JSON");
        let mut paths = Router::new();
        for path in value["paths"].as_object().expect("paths").keys() {
            paths.insert(path, path.clone()).expect("the document's paths are told apart");
        }
        Document { value, paths, validators: Mutex::default() }
    }

    /// Panics where a schema in `value`, wherever it stands, is none.
    pub fn check_schemas(&self, place: &str, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| match key.as_str() {
                "schema" => drop(self.compiled(place, value)),
                "examples" => {}
                _ => self.check_schemas(place, value),
            }),
            Value::Array(items) => items.iter().for_each(|value| self.check_schemas(place, value)),
            _ => {}
        }
    }

    /// Panics where the schema does not describe the example.
    pub fn check_example(&self, schema: &Value, example: &Value) {
        assert!(self.compiled("an example", schema).is_valid(example), "{example} is not {schema}");
    }

    /// Panics where `answer` is not what the document says of that request.
    pub fn check(&self, head: &Head, answer: &Response<Bytes>) {
        let status = answer.status().as_u16();
        let about = format!("{} {} answers {status}", head.method, head.path());
        let Ok(found) = self.paths.at(head.path()) else {
            // Nothing is looked for at a URL that is none; the head then says `/`.
            assert!([400, 404, 414].contains(&status), "{about}, and no path of the document is like it");
            return;
        };
        let method = head.method.as_str().to_lowercase();
        let operation = ["paths", found.value, &method];
        if self.at(&operation).is_none() {
            assert!([400, 401, 405, 414].contains(&status), "{about}, and the document has no such method");
            return;
        }
        let response = self.resolved(&[&operation[..], &["responses", &status.to_string()]].concat());
        let Some(response) = response else { panic!("{about}, which the document does not describe") };
        self.check_headers(&about, &response, answer.headers());
        self.check_body(&about, &response, answer);
    }

    fn check_headers(&self, about: &str, response: &str, headers: &HeaderMap) {
        let described = self.value.pointer(response).expect("it was resolved")["headers"].as_object();
        for name in described.into_iter().flat_map(|headers| headers.keys()) {
            let pointer = self.follow(format!("{response}/headers/{}", escaped(name)));
            let header = self.value.pointer(&pointer).expect("a header");
            match headers.get(name).map(|value| value.to_str().expect("headers are texts")) {
                Some(text) => self.validate(&format!("{about}: {name}"), &format!("{pointer}/schema"), &json!(text)),
                None => assert_ne!(header["required"], json!(true), "{about} without {name}"),
            }
        }
    }

    fn check_body(&self, about: &str, response: &str, answer: &Response<Bytes>) {
        let content = self.value.pointer(response).expect("it was resolved")["content"].as_object();
        let Some(content) = content else {
            assert!(answer.body().is_empty(), "{about} with a body, which the document does not describe");
            return;
        };
        let media = answer.headers().get("content-type").map(|value| value.to_str().expect("headers are texts"));
        let media = media.unwrap_or_else(|| panic!("{about} without a content type"));
        let essence = media.split(';').next().unwrap_or_default().trim();
        assert!(content.contains_key(essence), "{about} as {media}; the document has {:?}", content.keys());
        let body: Value = match essence {
            "application/json" | "application/problem+json" => serde_json::from_slice(&uncompressed(answer))
                .unwrap_or_else(|error| panic!("{about} with {:?}: {error}", answer.body())),
            _ => Value::String(String::from_utf8_lossy(answer.body()).into_owned()),
        };
        self.validate(about, &format!("{response}/content/{}/schema", escaped(essence)), &body);
    }

    fn validate(&self, about: &str, schema: &str, value: &Value) {
        let validator = self.validator(schema);
        let problems: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{about} with {value}, which the document describes otherwise: {problems:#?}");
    }

    /// The validator of the schema at that pointer.
    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut known = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let make =
            || Arc::new(self.compiled(pointer, self.value.pointer(pointer).expect("a pointer into the document")));
        known.entry(pointer.to_string()).or_insert_with(make).clone()
    }

    fn compiled(&self, place: &str, schema: &Value) -> Validator {
        // References lead to the components alone.
        let schema = json!({"allOf": [schema], "components": self.value["components"]});
        let validator = jsonschema::options().with_draft(Draft::Draft202012).build(&schema);
        validator.unwrap_or_else(|error| panic!("{place}: {schema} is no schema: {error}"))
    }

    fn at(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(&self.value, |value, key| value.get(key))
    }

    /// A pointer to what stands at these keys.
    fn resolved(&self, keys: &[&str]) -> Option<String> {
        self.at(keys)?;
        Some(self.follow(keys.iter().map(|key| format!("/{}", escaped(key))).collect()))
    }

    /// The pointer, or where the reference that it points at leads.
    fn follow(&self, pointer: String) -> String {
        let value = self.value.pointer(&pointer).expect("a pointer into the document");
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => reference.trim_start_matches('#').to_string(),
            None => pointer,
        }
    }
}

fn shown(service: &Service) -> (u16, Bytes) {
    let key = std::iter::once(("x-api-key".to_string(), KEY.to_string()));
    let head = Head::parse("GET", "http://127.0.0.1:8787/openapi.json", key);
    let response = service.answer(&head, Received::Whole(Bytes::new())).response;
    (response.status().as_u16(), response.into_body())
}

/// Settings that ask for [`KEY`].
pub fn keyed() -> Config {
    Config { api_keys: ApiKeys::parse(KEY).expect("a key"), ..Config::default() }
}

/// A key that services ask for whose document is wanted.
pub const KEY: &str = "document-key-0123456789";

/// The body as it was before it was compressed.
fn uncompressed(answer: &Response<Bytes>) -> Vec<u8> {
    let body = &answer.body()[..];
    let mut plain = Vec::new();
    let read = match answer.headers().get("content-encoding").map(|coding| coding.as_bytes()) {
        Some(b"gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
        Some(b"deflate") => flate2::read::ZlibDecoder::new(body).read_to_end(&mut plain),
        _ => return body.to_vec(),
    };
    read.expect("what is compressed can be read");
    plain
}

/// A key as it stands in a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
