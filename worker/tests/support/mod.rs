//! Sends requests to a [`Service`] the way the shim does, and holds each answer against the OpenAPI document.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod document;
pub mod models;

use bytes::Bytes;
use document::Document;
use http::HeaderMap;
use onnxlet::slot;
use onnxlet_worker::http::{Answer, Config, Head, Received, Service};
use serde_json::Value;

/// A service with the bundled model and the default settings.
pub fn service() -> Service {
    Service::new(Ok(Config::default()), slot::held)
}

/// A service with the bundled model and `config`.
pub fn configured(config: Config) -> Service {
    Service::new(Ok(config), slot::held)
}

/// One request.
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: Vec<(&'a str, &'a str)>,
    pub body: Vec<u8>,
}

impl<'a> Request<'a> {
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Request { method, path, headers: Vec::new(), body: Vec::new() }
    }

    /// `POST /predict` with a body of `media`.
    pub fn predict(media: &'a str, body: impl Into<Vec<u8>>) -> Self {
        Request { body: body.into(), ..Request::new("POST", "/predict") }.with("content-type", media)
    }

    /// `POST` of a JSON value to `path`.
    pub fn json(path: &'a str, value: &Value) -> Self {
        Request { body: value.to_string().into(), ..Request::new("POST", path) }
            .with("content-type", "application/json")
    }

    pub fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn head(&self) -> Head {
        let headers = self.headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Head::parse(self.method, &format!("http://127.0.0.1:8787{}", self.path), headers)
    }

    pub fn sending(self, body: impl Into<Vec<u8>>) -> Self {
        Request { body: body.into(), ..self }
    }

    /// Reads as much of the body as the shim would, then answers: with what the document describes.
    pub fn send(self, service: &Service) -> Answer {
        let head = self.head();
        let answer = self.send_unjudged(service);
        Document::of(service).check(&head, &answer.response);
        answer
    }

    /// The same, without asking the service for its document, nor its model for that.
    pub fn send_unjudged(self, service: &Service) -> Answer {
        let head = self.head();
        let received = match service.body_limit(&head) {
            0 => Received::Whole(Bytes::new()),
            limit if self.body.len() > limit => Received::TooLarge,
            _ => Received::Whole(self.body.into()),
        };
        let answer = service.answer(&head, received);
        service.count(&answer.point);
        answer
    }
}

/// An answer's status and its body as JSON.
pub fn json(answer: &Answer) -> (u16, Value) {
    let body = serde_json::from_slice(answer.response.body()).expect("the body is JSON");
    (answer.response.status().as_u16(), body)
}

/// The body of an answer that must be right.
pub fn right(answer: &Answer) -> Value {
    let (status, body) = json(answer);
    assert_eq!(status, 200, "{body}");
    body
}

/// The status and the text of `{"error": "…"}`.
pub fn error(answer: &Answer) -> (u16, String) {
    let (status, body) = json(answer);
    assert_eq!(header(answer.response.headers(), "content-type"), Some("application/json"));
    assert_eq!(body.as_object().map(|body| body.len()), Some(1), "{body}");
    (status, body["error"].as_str().expect("a text").to_string())
}

/// A header's text, or nothing.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().expect("headers are text"))
}

/// Checks everything that holds for each problem, and gives its status, code, detail and `problems`.
pub fn problem(answer: &Answer) -> (u16, String, String, Vec<(String, String)>) {
    let (status, body) = json(answer);
    let headers = answer.response.headers();
    assert_eq!(header(headers, "content-type"), Some("application/problem+json"));
    assert_eq!(body["status"], status);
    assert_eq!(body["request_id"].as_str(), header(headers, "x-request-id"));
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    assert_eq!(text(&body["type"]), format!("urn:onnxlet:problem:{}", text(&body["code"])));
    assert!(!text(&body["title"]).is_empty());
    let fields = body["problems"].as_array().expect("a list");
    let fields = fields.iter().map(|field| (text(&field["field"]), text(&field["message"]))).collect();
    (status, text(&body["code"]), text(&body["detail"]), fields)
}

/// A drawn digit of `models/digits/samples/`, as PNG.
pub fn sample(digit: usize) -> Vec<u8> {
    let path = format!("{}/../models/digits/samples/{digit}.png", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
