//! What an operator meets: a model that can't be loaded, settings that make no sense, limits, crashes, the log.

mod support;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use onnxlet::{Error, Limits, slot};
use onnxlet_worker::http::{Config, ConfigError, Kind, Level, Received, Service, Threshold, VARIABLES, Variable};
use support::{Request, configured, header, json, problem, sample, service};

fn broken() -> Service {
    static WHY: OnceLock<Error> = OnceLock::new();
    let model = || Err(WHY.get_or_init(|| Error::Model("the operator Fancy is not supported".into())));
    Service::new(Ok(Config::default()), model)
}

fn misconfigured() -> Service {
    let variables = |name: &str| (name == "ONNXLET_MAX_BODY_BYTES").then(|| "lots".to_string());
    Service::new(Config::from_variables(variables), slot::held)
}

#[test]
fn the_model_is_asked_for_only_when_needed() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let model = || {
        ASKED.fetch_add(1, Ordering::SeqCst);
        slot::held()
    };
    let service = Service::new(Ok(Config::default()), model);
    Request::new("GET", "/healthz").send_unjudged(&service);
    Request::new("GET", "/nope").send_unjudged(&service);
    Request::predict("text/plain", "1").send_unjudged(&service);
    assert_eq!(ASKED.load(Ordering::SeqCst), 0);
    assert_eq!(Request::predict("image/png", sample(1)).send_unjudged(&service).response.status(), 200);
    assert_ne!(ASKED.load(Ordering::SeqCst), 0);
}

#[test]
fn a_model_that_cannot_be_loaded_is_told_everywhere_but_in_healthz() {
    let service = broken();
    assert_eq!(Request::new("GET", "/healthz").send(&service).response.status(), 200);
    let ready = problem(&Request::new("GET", "/readyz").send(&service));
    let detail = "the model cannot be loaded: the operator Fancy is not supported".to_string();
    assert_eq!(ready, (503, "model".into(), detail.clone(), vec![]));
    for path in ["/model", "/version"] {
        assert_eq!(problem(&Request::new("GET", path).send(&service)), (500, "model".into(), detail.clone(), vec![]));
    }
    let predict = problem(&Request::predict("image/png", sample(1)).send(&service));
    assert_eq!(predict, (500, "model".into(), detail, vec![]));
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let service = misconfigured();
    let field = "ONNXLET_MAX_BODY_BYTES".to_string();
    let message = "expected a whole number of bytes from 1 to 104857600, got \"lots\"".to_string();
    let expected =
        |status| (status, "config".to_string(), format!("{field}: {message}"), vec![(field.clone(), message.clone())]);
    assert_eq!(problem(&Request::new("GET", "/readyz").send(&service)), expected(503));
    assert_eq!(problem(&Request::predict("application/json", "[1]").send(&service)), expected(500));
    assert_eq!(problem(&Request::new("GET", "/model").send(&service)), expected(500), "whose keys aren't known");
    assert_eq!(Request::new("GET", "/healthz").send(&service).response.status(), 200);
    assert_eq!(service.body_limit(&Request::predict("application/json", "[1]").head()), 0);
}

#[test]
fn the_body_is_statics_where_it_can_matter() {
    let service = service();
    let json = || Request::predict("application/json", "[1]");
    assert_eq!(service.body_limit(&json().head()), 10 << 20);
    assert_eq!(service.body_limit(&json().with("content-length", "10485760").head()), 10 << 20);
    assert_eq!(service.body_limit(&json().with("content-length", "nonsense").head()), 10 << 20);
    for refused in [
        json().with("content-length", "10485761"),
        json().with("content-encoding", "br"),
        json().with("accept", "text/html"),
        Request::predict("text/plain", "x"),
        Request::new("POST", "/model"),
        Request::new("POST", "/nope"),
        Request::new("OPTIONS", "/predict"),
        Request::new("GET", "/predict"),
    ] {
        assert_eq!(service.body_limit(&refused.head()), 0, "{} {} {:?}", refused.method, refused.path, refused.headers);
    }
}

#[test]
fn a_body_beyond_the_limit_is_refused_however_it_is_found_out() {
    let service = configured(Config { max_body_bytes: 1000, ..Config::default() });
    let too_large = |got: &str| {
        (413, "too_large".to_string(), format!("the body is too large: the limit is 1000 bytes, got {got}"), vec![])
    };
    let declared = Request::predict("application/json", "[1]").with("content-length", "1001");
    assert_eq!(problem(&declared.send(&service)), too_large("1001 bytes"));
    let streamed = Request::predict("application/json", " ".repeat(1001));
    assert_eq!(problem(&streamed.send(&service)), too_large("more"));
    let lying = Request::predict("application/json", " ".repeat(1001)).with("content-length", "3");
    assert_eq!(problem(&lying.send(&service)), too_large("more"));
    // Even a platform that hands over more than it was asked to read.
    let head = Request::predict("application/json", "").head();
    let whole = Received::Whole(Bytes::from(vec![b' '; 1001]));
    assert_eq!(problem(&service.answer(&head, whole)), too_large("1001 bytes"));
}

#[test]
fn a_body_of_exactly_the_limit_is_read() {
    let body = sample(4);
    let service = configured(Config { max_body_bytes: body.len(), ..Config::default() });
    assert_eq!(Request::predict("image/png", body).send(&service).response.status(), 200);
}

#[test]
fn the_input_limits_are_those_of_the_settings() {
    let limits = Limits { elements: 784, image_pixels: 100, ..Limits::default() };
    let service = configured(Config { limits, ..Config::default() });
    let one = serde_json::to_vec(&vec![0; 784]).unwrap();
    assert_eq!(Request::predict("application/json", one).send(&service).response.status(), 200);
    let two = serde_json::to_vec(&vec![0; 2 * 784]).unwrap();
    let (status, code, detail, _) = problem(&Request::predict("application/json", two).send(&service));
    assert_eq!((status, code.as_str()), (413, "too_large"), "{detail}");
    let (status, code, detail, _) = problem(&Request::predict("image/png", sample(1)).send(&service));
    assert_eq!((status, code.as_str()), (413, "too_large"), "{detail}");
}

#[test]
fn a_broken_connection_is_malformed() {
    let head = Request::predict("application/json", "").head();
    let answer = service().answer(&head, Received::Broken);
    let detail = "the body ended before it was complete".to_string();
    assert_eq!(problem(&answer), (400, "malformed".into(), detail, vec![]));
}

#[test]
fn a_crash_is_answered_without_its_message_and_logged_with_it() {
    let head = Request::predict("application/json", "").with("x-request-id", "abc").head();
    let answer = service().answer(&head, Received::Crashed("panicked at src/x.rs:1: index out of bounds".into()));
    let detail = "the engine stopped on this request; a fresh one answers the next".to_string();
    assert_eq!(problem(&answer), (500, "crashed".into(), detail, vec![]));
    let line = answer.log.unwrap();
    assert_eq!((line.level, line.request_id.as_str()), (Level::Error, "abc"));
    assert_eq!(line.error.as_deref(), Some("panicked at src/x.rs:1: index out of bounds"));
}

#[test]
fn one_line_is_logged_per_request() {
    let service = service();
    let png = sample(1);
    let length = png.len();
    let answer = Request::predict("image/png", png).with("x-request-id", "r1").send(&service);
    let line = serde_json::to_value(answer.log.unwrap()).unwrap();
    let expected = serde_json::json!({
        "level": "info", "message": "request", "request_id": "r1", "method": "POST", "path": "/predict",
        "route": "/predict", "status": 200, "version": "1.0.0", "examples": 1, "cache": "onnxlet; fwd=miss; stored", "bytes_in": length, "bytes_out": answer.response.body().len(),
    });
    assert_eq!(line, expected);
    let answer = Request::new("DELETE", "/model").send(&service);
    let line = answer.log.unwrap();
    assert_eq!(Some(line.request_id.as_str()), header(answer.response.headers(), "x-request-id"));
    assert_eq!((line.level, line.status, line.code), (Level::Warn, 405, Some("method_not_allowed")));
}

#[test]
fn the_log_level_decides_what_is_logged() {
    for (log_level, logged) in [
        (Threshold::Off, [false, false]),
        (Threshold::Error, [false, false]),
        (Threshold::Warn, [false, true]),
        (Threshold::Info, [true, true]),
    ] {
        let service = configured(Config { log_level, ..Config::default() });
        let lines = ["/healthz", "/nope"].map(|path| Request::new("GET", path).send(&service).log.is_some());
        assert_eq!(lines, logged, "{log_level:?}");
    }
}

#[test]
fn config_errors_read_as_one_line() {
    let error = ConfigError(vec![onnxlet::Problem::new("A", "expected b, got c"), onnxlet::Problem::new("D", "e")]);
    assert_eq!(error.to_string(), "A: expected b, got c; D: e");
}

#[test]
fn an_unreadable_url_is_a_problem() {
    let head = onnxlet_worker::http::Head::parse("GET", &format!("http://a/{}", "x".repeat(70_000)), [].into_iter());
    let answer = service().answer(&head, Received::Whole(Bytes::new()));
    assert_eq!(problem(&answer).0, 414);
    assert_eq!(json(&answer).1["code"], "uri_too_long");
}

/// The lines of a file that set a variable, commented out or not.
fn settings(path: &str) -> (String, Vec<(String, String)>) {
    let file = std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let settings = file
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once(" = "))
        .filter(|(name, _)| name.starts_with("ONNXLET_"))
        .map(|(name, value)| (name.to_string(), value.trim_matches('"').to_string()))
        .collect();
    (file, settings)
}

#[test]
fn documents_name_everything_that_is_read_with_its_default() {
    let (readme, _) = settings("worker/README.md");
    for path in ["wrangler.toml", "npm/src/cli/worker/settings.ts"] {
        let (file, settings) = settings(path);
        for Variable { name, kind, expected, default, .. } in VARIABLES {
            match kind {
                Kind::Variable => {
                    assert!(settings.iter().any(|(known, _)| known == name), "{path} sets no {name}");
                    assert!(file.contains(&format!("Without it: {default}.")), "{path}: {name} is {default}");
                }
                Kind::Binding => assert!(
                    file.contains(&format!("# name = \"{name}\"")) || file.contains(&format!("# binding = \"{name}\"")),
                    "{path} binds no {name}"
                ),
                Kind::Secret => assert!(file.contains(&format!("wrangler secret put {name}")), "{path}: no {name}"),
            }
            let row = format!("| `{name}` |");
            let row = readme.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("README.md: {name}"));
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            assert_eq!(cells[3..5], [*expected, *default], "README.md: {name}");
        }
        for (name, _) in settings {
            assert!(VARIABLES.iter().any(|variable| variable.name == name), "{path}: {name} is read by nobody");
        }
    }
}

#[test]
fn wrangler_toml_sets_what_makes_sense() {
    let (_, settings) = settings("wrangler.toml");
    let config =
        Config::from_variables(|name| settings.iter().find(|(known, _)| known == name).map(|(_, v)| v.clone()));
    let limits = Limits { elements: 400 * 784, ..Config::default().limits };
    assert_eq!(config, Ok(Config { limits, ..Config::default() }), "digits has a limit of its own, no other differs");
}
