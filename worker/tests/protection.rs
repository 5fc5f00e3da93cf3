//! Who may ask, how often and how much: API keys, rate limits, origins, limits.

mod support;

use onnxlet::{Limits, slot};
use onnxlet_worker::http::{ApiKeys, Config, Origins, Received, Service};
use serde_json::json;
use support::{Request, configured, header, json, problem, sample};

const OLD: &str = "an-old-key-0123456789";
const NEW: &str = "a-new-key-0123456789";

fn keyed() -> Service {
    configured(Config { api_keys: ApiKeys::parse(&format!("{OLD},{NEW}")).unwrap(), ..Config::default() })
}

#[test]
fn without_a_key_only_health_and_preflights_are_answered() {
    let service = keyed();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(Request::new("GET", path).send(&service).response.status(), 200, "{path}");
    }
    for path in ["/predict", "/model", "/version"] {
        assert_eq!(Request::new("OPTIONS", path).send(&service).response.status(), 204, "{path}");
    }
    for request in [
        Request::new("GET", "/model"),
        Request::new("HEAD", "/version"),
        Request::new("PUT", "/model"),
        Request::predict("image/png", sample(1)),
        Request::predict("text/plain", "1"),
    ] {
        let (method, path) = (request.method, request.path);
        assert_eq!(service.body_limit(&request.head()), 0, "{method} {path}: its body isn't read");
        let answer = request.send(&service);
        assert_eq!(answer.response.status(), 401, "{method} {path}");
        let challenge = header(answer.response.headers(), "www-authenticate");
        assert_eq!(challenge, Some("Bearer realm=\"onnxlet\""), "{method} {path}");
        if method != "HEAD" {
            let detail = "an API key is needed, as Authorization: Bearer or as X-API-Key".to_string();
            assert_eq!(problem(&answer), (401, "unauthorized".into(), detail, vec![]));
        }
    }
}

#[test]
fn each_key_is_let_in_by_either_header() {
    let service = keyed();
    for key in [OLD, NEW] {
        let bearer = format!("Bearer {key}");
        for (name, value) in [("authorization", bearer.as_str()), ("x-api-key", key)] {
            let answer = Request::predict("image/png", sample(1)).with(name, value).send(&service);
            assert_eq!(answer.response.status(), 200, "{name}: {value}");
        }
    }
}

#[test]
fn a_wrong_key_is_refused_and_told_nowhere() {
    let service = keyed();
    for (name, value) in [("authorization", "Bearer hunter2-hunter2-hunter2"), ("x-api-key", "hunter2-hunter2-hunter2")]
    {
        let answer = Request::new("GET", "/model").with(name, value).send(&service);
        let (status, code, detail, _) = problem(&answer);
        assert_eq!((status, code.as_str()), (401, "unauthorized"));
        assert_eq!(detail, "the API key is not one of this service's");
        let challenge = header(answer.response.headers(), "www-authenticate").unwrap();
        assert_eq!(challenge, "Bearer realm=\"onnxlet\", error=\"invalid_token\"");
        assert!(!format!("{answer:?}").contains("hunter2"), "{answer:?}");
        assert!(!serde_json::to_string(&answer.log).unwrap().contains("hunter2"));
    }
    let answer = Request::new("GET", "/model").with("x-api-key", OLD).send(&service);
    assert!(!format!("{answer:?}").contains(OLD), "nor is a right one");
}

#[test]
fn keys_that_make_no_sense_let_nobody_in() {
    let variables = |name: &str| (name == "ONNXLET_API_KEYS").then(|| "hunter2".to_string());
    let service = Service::new(Config::from_variables(variables), slot::held);
    for path in ["/model", "/version"] {
        let answer = Request::new("GET", path).with("x-api-key", "hunter2").send(&service);
        let message = "expected keys of 16 to 256 visible ASCII characters, separated by commas, got 7 in key 1";
        let expected = ("ONNXLET_API_KEYS".to_string(), message.to_string());
        assert_eq!(problem(&answer), (500, "config".into(), format!("ONNXLET_API_KEYS: {message}"), vec![expected]));
    }
}

#[test]
fn who_asks_too_often_is_told_when_to_try_again() {
    let service = configured(Config { rate_limit_period: 10, ..Config::default() });
    let head = Request::predict("image/png", "").with("x-request-id", "abc").head();
    let answer = service.answer(&head, Received::RateLimited);
    let detail = "too many requests: try again in 10 seconds".to_string();
    assert_eq!(problem(&answer), (429, "rate_limited".into(), detail, vec![]));
    assert_eq!(header(answer.response.headers(), "retry-after"), Some("10"));
    let line = answer.log.unwrap();
    assert_eq!((line.status, line.code, line.bytes_in), (429, Some("rate_limited"), 0));
}

#[test]
fn a_rate_limit_counts_keys_before_addresses() {
    let service = keyed();
    let sender = |request: Request| service.sender(&request.head());
    let from = |key| Request::new("POST", "/predict").with("x-api-key", key).with("cf-connecting-ip", "192.0.2.1");
    assert_ne!(sender(from(OLD)), sender(from(NEW)));
    assert!(!sender(from(OLD)).contains(OLD));
    assert_eq!(support::service().sender(&from(OLD).head()), "address:192.0.2.1", "where no key is asked for");
}

#[test]
fn only_listed_origins_may_read_answers() {
    let service = configured(Config { origins: Origins::parse("https://a.example").unwrap(), ..Config::default() });
    for (method, path) in [("GET", "/model"), ("OPTIONS", "/predict"), ("GET", "/nope")] {
        for (origin, allowed) in [("https://a.example", Some("https://a.example")), ("https://b.example", None)] {
            let response = Request::new(method, path).with("origin", origin).send(&service).response;
            assert_eq!(header(response.headers(), "access-control-allow-origin"), allowed, "{method} {path} {origin}");
            let mut varies = response.headers().get_all("vary").iter();
            assert!(varies.any(|value| value == "origin"), "{method} {path} {origin}");
        }
    }
}

#[test]
fn a_batch_beyond_the_limit_is_refused_before_it_is_predicted() {
    let limits = Limits { examples: 2, ..Config::default().limits };
    let service = configured(Config { limits, ..Config::default() });
    let zeros = |count: usize| serde_json::to_vec(&vec![0; count * 784]).unwrap();
    assert_eq!(Request::predict("application/json", zeros(2)).send(&service).response.status(), 200);
    let detail = "image: the number of examples is too large: the limit is 2, got 3".to_string();
    let expected = (413, "too_large".to_string(), detail, vec![]);
    assert_eq!(problem(&Request::predict("application/json", zeros(3)).send(&service)), expected);
    let picture = json!({"base64": base64(&sample(3))});
    let pictures = json!({"image": [picture, picture, picture]}).to_string();
    assert_eq!(problem(&Request::predict("application/json", pictures).send(&service)), expected);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn json_is_taken_as_deep_as_the_limit() {
    let service = configured(Config { max_nesting: 3, ..Config::default() });
    let rows = |depth: usize| ["[".repeat(depth), "1".into(), "]".repeat(depth)].concat();
    let (status, ..) = problem(&Request::predict("application/json", rows(3)).send(&service));
    assert_eq!(status, 422, "deep enough to be looked at");
    let detail = "the JSON is nested too deeply: the limit is 3 levels".to_string();
    let expected = (413, "too_large".to_string(), detail, vec![]);
    assert_eq!(problem(&Request::predict("application/json", rows(4)).send(&service)), expected);
    assert_eq!(problem(&Request::predict("application/json", "[".repeat(1_000_000)).send(&service)), expected);
}

#[test]
fn a_trace_is_passed_on_and_logged() {
    let service = support::service();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = Request::new("GET", "/nope").with("traceparent", parent).with("tracestate", "congo=t61rcWkgMzE");
    let answer = request.send(&service);
    assert_eq!(header(answer.response.headers(), "traceparent"), Some(parent));
    assert_eq!(header(answer.response.headers(), "tracestate"), Some("congo=t61rcWkgMzE"));
    assert_eq!(answer.log.unwrap().trace_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    let answer = Request::new("GET", "/nope").with("traceparent", "00-0-0-0").send(&service);
    assert_eq!(header(answer.response.headers(), "traceparent"), None);
    assert_eq!(answer.log.unwrap().trace_id, None);
}

#[test]
fn server_timing_tells_what_is_true_and_no_duration() {
    let answer = Request::predict("image/png", sample(1)).send(&support::service());
    let timing = header(answer.response.headers(), "server-timing").unwrap();
    assert_eq!(timing, "module;desc=full, cache;desc=miss, examples;desc=1");
}

#[test]
fn the_log_line_names_route_and_version_but_no_parameter() {
    let service = support::service();
    let line = Request::predict("image/png", sample(1)).send(&service).log.unwrap();
    let (_, model) = json(&Request::new("GET", "/model").send(&service));
    assert_eq!((line.route, line.version), (Some("/predict"), model["version"].as_str()));
    let line = Request::new("GET", "/nope").send(&service).log.unwrap();
    assert_eq!((line.route, line.version), (None, None));
}
