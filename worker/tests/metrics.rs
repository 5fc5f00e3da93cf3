//! What is counted, read as Prometheus reads it.

mod support;

use std::collections::BTreeMap;

use onnxlet::{Error, slot};
use onnxlet_worker::http::{ApiKeys, Config, Counters, Module, Received, Running, Service};
use prometheus_parse::{Sample, Scrape, Value};
use support::{Request, header, sample};

/// A service that nobody else counts in.
fn service(config: Config) -> Service {
    Service::new(Ok(config), slot::held).counting(Box::leak(Box::default()))
}

fn scrape(service: &Service) -> Vec<Sample> {
    let response = Request::new("GET", "/metrics").send(service).response;
    assert_eq!(response.status(), 200);
    assert_eq!(header(response.headers(), "content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = std::str::from_utf8(response.body()).unwrap();
    Scrape::parse(text.lines().map(|line| Ok(line.to_string()))).unwrap().samples
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Counter(number) | Value::Gauge(number) | Value::Untyped(number) => *number,
        other => panic!("expected a number, got {other:?}"),
    }
}

/// The numbers of a metric, by its labels' values.
fn of(samples: &[Sample], name: &str, labels: &[&str]) -> BTreeMap<Vec<String>, f64> {
    let values = |sample: &Sample| labels.iter().map(|label| sample.labels[*label].clone()).collect();
    let of_name = samples.iter().filter(|sample| sample.metric == name);
    of_name.map(|sample| (values(sample), number(&sample.value))).collect()
}

fn requests(samples: &[Sample]) -> Vec<(String, f64)> {
    let all = of(samples, "onnxlet_http_requests_total", &["route", "method", "status"]);
    all.into_iter().map(|(labels, count)| (labels.join(" "), count)).collect()
}

#[test]
fn requests_are_counted_by_route_method_and_status() {
    let service = service(Config::default());
    Request::new("GET", "/model").send(&service);
    Request::new("HEAD", "/model").send(&service);
    Request::new("GET", "/model").send(&service);
    Request::new("BREW", "/model").send(&service);
    Request::new("GET", "/secret/path?key=value").send(&service);
    Request::predict("text/plain", "x").send(&service);
    let expected = [
        ("/model GET 200", 2.0),
        ("/model HEAD 200", 1.0),
        ("/model other 405", 1.0),
        ("/predict POST 415", 1.0),
        ("other GET 404", 1.0),
    ];
    assert_eq!(requests(&scrape(&service)), expected.map(|(labels, count)| (labels.to_string(), count)));
    assert!(requests(&scrape(&service)).contains(&("/metrics GET 200".into(), 1.0)), "itself, once it is answered");
}

#[test]
fn predictions_and_their_sizes_are_counted_but_not_those_that_were_kept() {
    let service = service(Config::default());
    let batch = |count: usize| serde_json::to_vec(&vec![0; count * 784]).unwrap();
    for count in [1, 1, 3, 65] {
        assert_eq!(Request::predict("application/json", batch(count)).send(&service).response.status(), 200);
    }
    Request::predict("application/json", "[1]").send(&service);
    let samples = scrape(&service);
    assert_eq!(of(&samples, "onnxlet_predictions_total", &[])[&vec![]], 3.0);
    let sizes = samples.iter().find(|sample| sample.metric == "onnxlet_prediction_batch_size").unwrap();
    let Value::Histogram(buckets) = &sizes.value else { panic!("{sizes:?}") };
    let below = |bound: f64| buckets.iter().find(|bucket| bucket.less_than == bound).unwrap().count;
    assert_eq!([1.0, 2.0, 4.0, 64.0, 128.0, f64::INFINITY].map(below), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
    assert_eq!(of(&samples, "onnxlet_prediction_batch_size_sum", &[])[&vec![]], 69.0);
    assert_eq!(of(&samples, "onnxlet_prediction_batch_size_count", &[])[&vec![]], 3.0);
    let cache = of(&samples, "onnxlet_cache_requests_total", &["outcome"]);
    let outcome = |name: &str| cache[&vec![name.to_string()]];
    assert_eq!(["hit", "miss", "too_large", "refreshed", "bypassed"].map(outcome), [1.0, 3.0, 0.0, 0.0, 0.0]);
}

#[test]
fn crashes_fallbacks_and_bytes_are_counted() {
    let running = Running { module: Module::Full, fallbacks: 1 };
    let service = service(Config::default()).in_module(running);
    let head = Request::predict("image/png", "").head();
    let answer = service.answer(&head, Received::Crashed("boom".into()));
    service.count(&answer.point);
    let png = sample(1);
    let length = png.len() as f64;
    Request::predict("image/png", png).send(&service);
    let samples = scrape(&service);
    assert_eq!(of(&samples, "onnxlet_crashes_total", &[])[&vec![]], 1.0);
    assert_eq!(of(&samples, "onnxlet_fallbacks_total", &[])[&vec![]], 1.0);
    assert_eq!(of(&samples, "onnxlet_http_request_body_bytes_total", &[])[&vec![]], length);
    assert!(of(&samples, "onnxlet_http_response_body_bytes_total", &[])[&vec![]] > 500.0);
    let head = Request::new("HEAD", "/model").send(&service);
    assert_eq!((head.point.bytes_out, head.log.unwrap().bytes_out), (0, 0), "an answer to HEAD has no body");
    assert!(requests(&samples).contains(&("/predict POST 500".into(), 1.0)));
}

#[test]
fn what_runs_is_told() {
    let service = service(Config::default());
    let samples = scrape(&service);
    let build = of(&samples, "onnxlet_build_info", &["version", "module"]);
    assert_eq!(build, BTreeMap::from([(vec![env!("CARGO_PKG_VERSION").to_string(), "full".into()], 1.0)]));
    let model = of(&samples, "onnxlet_model_info", &["name", "version", "digest"]);
    let digest = slot::held().unwrap().digest().to_string();
    assert_eq!(model, BTreeMap::from([(vec!["digits".into(), "1.0.0".into(), digest], 1.0)]));
}

#[test]
fn the_number_of_requests_in_flight_is_what_was_last_noted() {
    let counters: &Counters = Box::leak(Box::default());
    let service = Service::new(Ok(Config::default()), slot::held).counting(counters);
    counters.note_in_flight(7);
    assert_eq!(of(&scrape(&service), "onnxlet_http_requests_in_flight", &[])[&vec![]], 7.0);
}

#[test]
fn without_a_model_everything_else_is_told() {
    static WHY: std::sync::OnceLock<Error> = std::sync::OnceLock::new();
    let model = || Err(WHY.get_or_init(|| Error::Model("the operator Fancy is not supported".into())));
    let service = Service::new(Ok(Config::default()), model).counting(Box::leak(Box::default()));
    let samples = scrape(&service);
    assert!(of(&samples, "onnxlet_model_info", &[]).is_empty());
    assert_eq!(of(&samples, "onnxlet_predictions_total", &[])[&vec![]], 0.0);
}

#[test]
fn every_help_says_that_the_numbers_are_of_one_isolate() {
    let response = Request::new("GET", "/metrics").send(&service(Config::default())).response;
    let text = std::str::from_utf8(response.body()).unwrap();
    let helps: Vec<&str> = text.lines().filter(|line| line.starts_with("# HELP")).collect();
    assert_eq!(helps.len(), text.lines().filter(|line| line.starts_with("# TYPE")).count());
    assert!(helps.iter().all(|help| help.ends_with("Of this isolate alone, since it began.")), "{text}");
}

#[test]
fn metrics_want_a_key_where_keys_are_set_and_text_to_be_accepted() {
    let key = "0123456789abcdef";
    let keyed = service(Config { api_keys: ApiKeys::parse(key).unwrap(), ..Config::default() });
    let status = |request: Request| request.send(&keyed).response.status().as_u16();
    assert_eq!(status(Request::new("GET", "/metrics")), 401);
    assert_eq!(status(Request::new("GET", "/metrics").with("x-api-key", key)), 200);
    let accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
    assert_eq!(status(Request::new("GET", "/metrics").with("x-api-key", key).with("accept", accept)), 200);
    let json = Request::new("GET", "/metrics").with("x-api-key", key).with("accept", "application/json");
    assert_eq!(status(json), 406);
}

#[test]
fn a_data_point_has_a_place_for_everything() {
    let service = service(Config::default());
    let png = sample(1);
    let length = png.len() as f64;
    let answer = Request::predict("image/png", png).send(&service);
    let point = service.data_point(&answer.point);
    let size = answer.response.body().len() as f64;
    let expected = serde_json::json!({
        "indexes": ["/predict"],
        "blobs": ["/predict", "POST", "200", "digits", "1.0.0", "full", "miss"],
        "doubles": [1.0, length, size, 0.0],
    });
    assert_eq!(serde_json::to_value(&point).unwrap(), expected);
    let point = service.data_point(&Request::new("BREW", "/secret/path").send(&service).point);
    assert_eq!((point.indexes[0], point.blobs[1].as_str(), point.blobs[2].as_str()), ("other", "other", "404"));
    assert!(!format!("{point:?}").contains("secret"));
}

#[test]
fn every_metric_and_every_field_of_the_log_is_in_the_documents() {
    let operations = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/OPERATIONS.md")).unwrap();
    let service = service(Config::default());
    let answer = Request::new("GET", "/metrics").send(&service);
    Request::new("GET", "/metrics").send(&service);
    let response = Request::new("GET", "/metrics").send(&service).response;
    let text = std::str::from_utf8(response.body()).unwrap();
    let families: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    assert_eq!(families.len(), 11);
    for (name, kind) in families {
        assert!(operations.contains(&format!("| `{name}` | {kind} |")), "{name}: {kind}");
    }
    let line = serde_json::to_value(answer.log.unwrap()).unwrap();
    for field in line.as_object().unwrap().keys() {
        assert!(operations.contains(&format!("`{field}`")), "{field}");
    }
}
