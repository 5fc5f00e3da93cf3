//! Every route, variable and limit by its name: in the documents that people read, in `/openapi.json`, and at work.

mod support;

use std::collections::BTreeSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use onnxlet::slot;
use onnxlet_worker::http::{Answer, Config, Kind, Service, VARIABLES};
use support::{Request, header, problem, right, sample, service};

fn text(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A service with one variable set.
fn set(name: &str, value: &str) -> Service {
    let config = Config::from_variables(|asked| (asked == name).then(|| value.to_string()));
    Service::new(Ok(config.unwrap_or_else(|error| panic!("{name} = {value}: {error}"))), slot::held)
}

/// A prediction of a picture that was not asked for before.
fn picture(digit: usize) -> Request<'static> {
    Request::predict("image/png", sample(digit))
}

fn zeros(count: usize) -> Request<'static> {
    Request::predict("application/json", serde_json::to_vec(&vec![0; count]).unwrap())
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn status(answer: &Answer) -> u16 {
    answer.response.status().as_u16()
}

#[test]
fn every_route_is_in_a_document_for_people_and_is_served() {
    let service = service();
    let document = right(&Request::new("GET", "/openapi.json").send(&service));
    let (readme, protocols) = (text("README.md"), text("PROTOCOLS.md"));
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert!(paths.len() > 20, "{paths:?}");
    for path in paths {
        // "Each also under …/versions/{version}", as both of these protocols say.
        let plain = path.replace("/versions/{version}", "");
        let named = |page: &str| {
            page.lines().filter(|line| line.starts_with('|')).any(|line| line.contains(&format!("{plain}`")))
        };
        assert!(named(&readme) || named(&protocols), "{path} stands in no table");
        let filled = path.replace("{model}", "digits").replace("{version}", "1");
        let answer = Request::new("OPTIONS", &filled).send(&service);
        assert_eq!(status(&answer), 204, "{path}");
    }
    let versions =
        |start: &str| protocols.contains(&format!("Each also under `{start}/models/{{model}}/versions/{{version}}`"));
    assert!(versions("/v2") && versions("/v1"));
}

/// A limit at work: what just passes where it is `value`, and what doesn't.
struct Limit {
    name: &'static str,
    value: usize,
    within: Request<'static>,
    beyond: Request<'static>,
}

fn limits() -> Vec<Limit> {
    let packed = |count| {
        let body = gzip(&zeros(count).body);
        Request::predict("application/json", body).with("content-encoding", "gzip")
    };
    let nested =
        |levels: usize| Request::predict("application/json", ["[".repeat(levels), "]".repeat(levels)].concat());
    vec![
        Limit { name: "ONNXLET_MAX_BODY_BYTES", value: zeros(784).body.len(), within: zeros(784), beyond: zeros(785) },
        Limit {
            name: "ONNXLET_MAX_DECOMPRESSED_BYTES",
            value: zeros(784).body.len(),
            within: packed(784),
            beyond: packed(785),
        },
        Limit { name: "ONNXLET_MAX_ELEMENTS", value: 2 * 784, within: zeros(2 * 784), beyond: zeros(3 * 784) },
        Limit { name: "ONNXLET_MAX_BATCH", value: 2, within: zeros(2 * 784), beyond: zeros(3 * 784) },
        // The samples are larger than one pixel.
        Limit { name: "ONNXLET_MAX_IMAGE_PIXELS", value: pixels(7), within: picture(7), beyond: forged(7) },
        Limit { name: "ONNXLET_MAX_NESTING", value: 4, within: nested(4), beyond: nested(5) },
    ]
}

/// Width × height of a sample, from its header.
fn pixels(digit: usize) -> usize {
    let png = sample(digit);
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
    number(16) * number(20)
}

/// A sample whose header says that it is a pixel wider.
fn forged(digit: usize) -> Request<'static> {
    let mut png = sample(digit);
    let width = u32::from_be_bytes(png[16..20].try_into().unwrap()) + 1;
    png[16..20].copy_from_slice(&width.to_be_bytes());
    let checksum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    Request::predict("image/png", png)
}

#[test]
fn every_limit_is_told_in_the_document_and_holds_exactly() {
    for Limit { name, value, within, beyond } in limits() {
        let service = set(name, &value.to_string());
        let document = right(&Request::new("GET", "/openapi.json").send(&service));
        let about = document["info"]["description"].as_str().unwrap();
        let line = about.lines().find(|line| line.contains(&format!("`{name}`"))).unwrap_or_else(|| panic!("{name}"));
        assert!(line.contains(&value.to_string()), "{line}");
        // Not every body within the limit is a picture's; but none is too large.
        assert_ne!(status(&within.send(&service)), 413, "{name} = {value}");
        let (status, code, detail, _) = problem(&beyond.send(&service));
        assert_eq!((status, code.as_str()), (413, "too_large"), "{name}: {detail}");
        assert!(detail.contains(&value.to_string()), "{name}: {detail}");
    }
}

/// What a variable that is no limit does: answers with another value differ from those without it.
fn at_work(name: &str) {
    let allowed = |service: &Service, origin: &'static str| {
        let answer = picture(1).with("origin", origin).send(service);
        header(answer.response.headers(), "access-control-allow-origin").map(String::from)
    };
    match name {
        "ONNXLET_LOG_LEVEL" => {
            assert!(picture(1).send(&set(name, "info")).log.is_some());
            assert!(picture(1).send(&set(name, "warn")).log.is_none());
            assert!(picture(1).send(&set(name, "off")).log.is_none());
        }
        "ONNXLET_CACHE" => {
            let tag = |value| header(picture(1).send(&set(name, value)).response.headers(), "etag").is_some();
            assert_eq!(["off", "memory", "edge"].map(tag), [false, true, true]);
            assert_eq!(["off", "memory", "edge"].map(|value| set(name, value).looks_at_edge()), [false, false, true]);
        }
        "ONNXLET_CACHE_BYTES" => {
            let twice = |bytes| {
                let service = set(name, bytes);
                picture(1).send(&service);
                header(picture(1).send(&service).response.headers(), "cache-status").map(String::from)
            };
            assert_eq!(twice("100000").as_deref(), Some("onnxlet; hit"));
            assert_eq!(twice("1").as_deref(), Some("onnxlet; fwd=miss"));
        }
        "ONNXLET_CORS_ORIGINS" => {
            let service = set(name, "https://a.example");
            assert_eq!(allowed(&service, "https://a.example").as_deref(), Some("https://a.example"));
            assert_eq!(allowed(&service, "https://b.example"), None);
            assert_eq!(allowed(&set(name, "none"), "https://a.example"), None);
            assert_eq!(allowed(&set(name, "*"), "https://a.example").as_deref(), Some("*"));
        }
        "ONNXLET_API_KEYS" => {
            let service = set(name, "a-key-of-sixteen,another-key-0123456789");
            assert_eq!(status(&picture(1).send(&service)), 401);
            assert_eq!(status(&picture(1).with("x-api-key", "another-key-0123456789").send(&service)), 200);
        }
        "ONNXLET_RATE_LIMIT_PERIOD" => {
            let service = set(name, "10");
            let answer = service.answer(&picture(1).head(), onnxlet_worker::http::Received::RateLimited);
            assert_eq!(header(answer.response.headers(), "retry-after"), Some("10"));
        }
        _ => panic!("{name}: no test sets it"),
    }
}

#[test]
fn every_variable_is_in_the_readme_and_in_the_document_and_does_what_it_says() {
    let readme = text("README.md");
    let document = right(&Request::new("GET", "/openapi.json").send(&service()));
    let about = document["info"]["description"].as_str().unwrap();
    let known: BTreeSet<&str> = limits().iter().map(|limit| limit.name).collect();
    // Services of the platform: tests/workerd/protection.test.mjs has them.
    let in_workerd = text("../tests/workerd/protection.test.mjs") + &text("../tests/workerd/operations/wrangler.toml");
    for variable in VARIABLES {
        let name = variable.name;
        assert!(readme.contains(&format!("| `{name}` |")) && about.contains(&format!("`{name}`")), "{name}");
        match variable.kind {
            Kind::Binding => assert!(in_workerd.contains(&format!("\"{name}\"")), "{name}"),
            _ if known.contains(name) => {}
            _ => at_work(name),
        }
        // And a value that makes no sense is told by its name.
        if variable.kind != Kind::Binding {
            let wrong = Config::from_variables(|asked| (asked == name).then(|| "\u{1}".to_string())).unwrap_err();
            assert_eq!(wrong.0.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [name]);
        }
    }
    let names: BTreeSet<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
    assert!(known.is_subset(&names) && names.iter().filter(|name| name.contains("_MAX_")).count() == known.len());
}
