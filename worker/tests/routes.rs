//! Every path with every method: status, `Allow`, and the headers that each answer carries.

mod support;

use onnxlet_worker::http::{Module, Running};
use support::{Request, header, json, problem, service};

const GET: [&str; 5] = ["/model", "/healthz", "/readyz", "/version", "/openapi.json"];

#[test]
fn every_route_answers_its_method() {
    let service = service();
    for path in GET {
        let answer = Request::new("GET", path).send(&service);
        assert_eq!(answer.response.status(), 200, "{path}");
        assert_eq!(header(answer.response.headers(), "content-type"), Some("application/json"), "{path}");
    }
}

#[test]
fn head_answers_like_get_without_a_body() {
    let service = service();
    for path in GET {
        let get = Request::new("GET", path).with("x-request-id", "same").send(&service).response;
        let mut head = Request::new("HEAD", path).with("x-request-id", "same").send(&service).response;
        assert!(head.body().is_empty() && !get.body().is_empty(), "{path}");
        let length = head.headers_mut().remove("content-length").expect("HEAD tells the length");
        assert_eq!(length, get.body().len().to_string().as_str(), "{path}");
        assert_eq!(head.headers(), get.headers(), "{path}");
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let service = service();
    let wrong = GET.map(|path| (path, "GET, HEAD, OPTIONS")).into_iter().chain([("/predict", "POST, OPTIONS")]);
    for (path, allow) in wrong {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if allow.contains(method) {
                continue;
            }
            let answer = Request::new(method, path).with("content-type", "application/json").send(&service);
            assert_eq!(answer.response.status(), 405, "{method} {path}");
            assert_eq!(header(answer.response.headers(), "allow"), Some(allow), "{method} {path}");
            if method != "HEAD" {
                let (_, code, detail, _) = problem(&answer);
                assert_eq!(code, "method_not_allowed");
                assert_eq!(detail, format!("{path} takes {allow}, got {method}"));
            }
        }
    }
}

#[test]
fn an_unknown_path_is_told_where_the_known_ones_are() {
    let service = service();
    for path in ["/nope", "/predict/", "/PREDICT", "//model", "/model/x", "/%6dodel", "/.env"] {
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = Request::new(method, path).send(&service);
            let (status, code, detail, _) = problem(&answer);
            assert_eq!((status, code.as_str()), (404, "not_found"), "{method} {path}");
            assert_eq!(detail, format!("nothing is at {path}; /openapi.json tells what is where"));
        }
    }
}

#[test]
fn a_long_path_is_not_repeated_whole() {
    let path = format!("/{}", "x".repeat(10_000));
    let answer = Request::new("GET", &path).send(&service());
    assert_eq!(problem(&answer).0, 404);
    assert!(answer.response.body().len() < 1000);
    assert!(answer.log.unwrap().path.len() <= 256);
}

#[test]
fn options_answers_a_preflight() {
    let service = service();
    for (path, methods) in
        GET.map(|path| (path, "GET, HEAD, OPTIONS")).into_iter().chain([("/predict", "POST, OPTIONS")])
    {
        let request = Request::new("OPTIONS", path)
            .with("origin", "https://example.com")
            .with("access-control-request-method", "POST")
            .with("access-control-request-headers", "content-type");
        let response = request.send(&service).response;
        let headers = response.headers();
        assert_eq!(response.status(), 204, "{path}");
        assert!(response.body().is_empty() && header(headers, "content-type").is_none(), "{path}");
        assert_eq!(header(headers, "access-control-allow-origin"), Some("*"));
        assert_eq!(header(headers, "access-control-allow-methods"), Some(methods));
        assert_eq!(header(headers, "allow"), Some(methods));
        let allowed = header(headers, "access-control-allow-headers").unwrap();
        for sent in ["content-type", "authorization", "x-api-key", "traceparent", "content-encoding", "x-request-id"] {
            assert!(allowed.split(", ").any(|name| name == sent), "{sent}");
        }
        assert_eq!(header(headers, "access-control-max-age"), Some("86400"));
        assert_eq!(header(headers, "accept-post").is_some(), path == "/predict");
    }
}

#[test]
fn every_answer_carries_the_common_headers() {
    let service = service();
    for (method, path) in
        [("GET", "/model"), ("GET", "/nope"), ("PUT", "/model"), ("POST", "/predict"), ("OPTIONS", "/model")]
    {
        let response = Request::new(method, path).with("x-request-id", "trace.1:a").send(&service).response;
        let headers = response.headers();
        assert_eq!(header(headers, "x-request-id"), Some("trace.1:a"), "{method} {path}");
        assert_eq!(header(headers, "access-control-allow-origin"), Some("*"), "{method} {path}");
        let exposed = header(headers, "access-control-expose-headers").unwrap();
        for read in [
            "x-request-id",
            "allow",
            "accept-post",
            "etag",
            "cache-status",
            "retry-after",
            "server-timing",
            "www-authenticate",
        ] {
            assert!(exposed.split(", ").any(|name| name == read), "{read}");
        }
        let policy = Some("default-src 'none'; frame-ancestors 'none'");
        assert_eq!(header(headers, "content-security-policy"), policy, "{method} {path}");
        assert_eq!(header(headers, "referrer-policy"), Some("no-referrer"), "{method} {path}");
        assert_eq!(header(headers, "server-timing"), Some("module;desc=full"), "{method} {path}");
        assert_eq!(header(headers, "cache-control"), Some("no-store"), "{method} {path}");
        assert_eq!(header(headers, "x-content-type-options"), Some("nosniff"), "{method} {path}");
    }
}

#[test]
fn the_model_describes_itself() {
    let (_, model) = json(&Request::new("GET", "/model").send(&service()));
    assert_eq!(model["name"], "digits");
    assert_eq!(model["inputs"][0]["name"], "image");
    assert_eq!(model["inputs"][0]["shape"].as_array().unwrap()[1..], [1, 28, 28]);
    assert_eq!(model["outputs"][0]["labels"].as_array().unwrap().len(), 10);
    assert_eq!(model["card"]["inputs"]["image"]["image"]["color"], "gray");
    assert_eq!(model["digest"].as_str().unwrap().len(), "sha256:".len() + 64);
}

#[test]
fn the_version_names_worker_model_and_digest() {
    let service = service();
    let (_, version) = json(&Request::new("GET", "/version").send(&service));
    let (_, model) = json(&Request::new("GET", "/model").send(&service));
    assert_eq!(version["worker"], env!("CARGO_PKG_VERSION"));
    assert_eq!(version["model"]["name"], model["name"]);
    assert_eq!(version["model"]["version"], model["version"]);
    assert_eq!(version["digest"], model["digest"]);
}

#[test]
fn the_version_tells_which_module_runs() {
    let told = |service| {
        let (_, version) = json(&Request::new("GET", "/version").send(&service));
        (version["module"].clone(), version["fallbacks"].clone())
    };
    assert_eq!(told(service()), ("full".into(), 0.into()));
    let lean = Running { module: Module::Lean, fallbacks: 0 };
    assert_eq!(told(service().in_module(lean)), ("lean".into(), 0.into()));
    let fallen = Running { module: Module::Full, fallbacks: 1 };
    assert_eq!(told(service().in_module(fallen)), ("full".into(), 1.into()));
}

#[test]
fn health_and_readiness_answer() {
    let service = service();
    assert_eq!(json(&Request::new("GET", "/healthz").send(&service)).1, serde_json::json!({"status": "ok"}));
    let (_, ready) = json(&Request::new("GET", "/readyz").send(&service));
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["model"]["name"], "digits");
}

#[test]
fn an_answer_is_not_given_to_who_accepts_no_json() {
    let service = service();
    for path in GET {
        let answer = Request::new("GET", path).with("accept", "text/html").send(&service);
        let (status, code, detail, _) = problem(&answer);
        assert_eq!((status, code.as_str()), (406, "not_acceptable"), "{path}");
        assert_eq!(detail, "accept: the answer is application/json, which \"text/html\" does not include");
    }
}
