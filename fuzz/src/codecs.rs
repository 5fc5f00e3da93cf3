//! Bytes as the body of an HTTP request, in every protocol of the Worker.

use std::sync::OnceLock;

use bytes::Bytes;
use onnxlet_worker::http::{Config, Head, Received, Service};

use super::models;

/// What a body may be sent to: the path, its media type and its coding.
const DOORS: [(&str, &str, &str); 12] = [
    ("/predict", "application/json", ""),
    ("/predict", "image/png", ""),
    ("/v2/models/model/infer", "application/octet-stream", ""),
    ("/v2/models/model/infer", "application/json", ""),
    ("/v1/models/model:predict", "application/json", ""),
    ("/v1/models/model:classify", "application/json", ""),
    ("/invocations", "application/json", ""),
    ("/invocations", "text/csv", ""),
    ("/score", "application/json", ""),
    ("/predict", "application/json", "gzip"),
    ("/predict", "application/json", "deflate"),
    ("/v2/models/model/infer", "application/octet-stream", "gzip"),
];

/// Asks a service. The first byte says which model and door, the next two are the length of the JSON before binary tensors.
pub fn run(bytes: &[u8]) {
    let [first, low, high, body @ ..] = bytes else { return };
    let (path, media, coding) = DOORS[usize::from(*first) % DOORS.len()];
    let (name, service) = service(usize::from(*first) / DOORS.len());
    let length = u16::from_le_bytes([*low, *high]).to_string();
    let mut headers = vec![("content-type", media)];
    if !coding.is_empty() {
        headers.push(("content-encoding", coding));
    }
    if media == "application/octet-stream" {
        headers.push(("inference-header-content-length", length.as_str()));
    }
    let headers = headers.into_iter().map(|(name, value)| (name.to_string(), value.to_string()));
    let url = format!(
        "http://127.0.0.1:8787{}",
        path.replace("model:", &format!("{name}:")).replace("/model/", &format!("/{name}/"))
    );
    let head = Head::parse("POST", &url, headers);
    let answer = service.answer(&head, Received::Whole(Bytes::copy_from_slice(body)));
    let status = answer.response.status().as_u16();
    assert!(status < 500, "{status}: {}", String::from_utf8_lossy(answer.response.body()));
}

/// A model's name, and the service that has it.
fn service(index: usize) -> (&'static str, &'static Service) {
    static SERVICES: OnceLock<[(&str, Service); 3]> = OnceLock::new();
    let services = SERVICES.get_or_init(|| {
        let service = |model| Service::new(Ok(Config::default()), model);
        [("digits", service(models::digits)), ("iris", service(models::iris)), ("model", service(models::every_dtype))]
    });
    let (name, service) = &services[index % services.len()];
    (name, service)
}
