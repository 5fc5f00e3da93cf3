//! `GET /openapi.json`: that each answer which it promises can be had, and that its examples work. (That each answer had
//! in any test is one that it describes, `support::Request::send` sees to.)

mod support;

use std::path::Path;

use bytes::Bytes;
use http::Response;
use onnxlet::Limits;
use onnxlet_worker::http::{Config, Head, Received, Service, VARIABLES};
use serde_json::Value;
use support::document::{Document, KEY, keyed};
use support::{Request, configured, json, models, service};

/// An operation of a document.
struct Operation<'a> {
    path: &'a str,
    method: String,
    said: &'a Value,
}

/// Every operation of a document.
fn operations(document: &Document) -> Vec<Operation<'_>> {
    let paths = document.value["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("a path item").iter().filter(|(key, _)| *key != "parameters");
        methods.map(move |(method, said)| Operation { path, method: method.to_uppercase(), said })
    });
    each.collect()
}

/// A path of this model's.
fn filled(path: &str) -> String {
    path.replace("{model}", "digits").replace("{version}", "1")
}

/// The types and examples of an operation's body.
fn examples(operation: &Value) -> Vec<(&str, &Value)> {
    let content = operation["requestBody"]["content"].as_object();
    let each = content.into_iter().flatten().flat_map(|(media, content)| {
        let examples = content["examples"].as_object().into_iter().flat_map(|examples| examples.values());
        examples.map(move |example| (media.as_str(), &example["value"]))
    });
    each.collect()
}

/// An example as a body.
fn as_sent(media: &str, example: &Value) -> String {
    match example {
        Value::String(text) if media != "application/json" => text.clone(),
        other => other.to_string(),
    }
}

/// A request to an operation that it answers with that status.
fn provoke(service: &Service, operation: &Operation, status: u16) -> Response<Bytes> {
    let Operation { path, method, said } = operation;
    let url = format!("http://127.0.0.1:8787{}", filled(path));
    let key = ("x-api-key", KEY);
    let media = examples(said).first().map_or("application/json", |(media, _)| media);
    let body =
        examples(said).first().map_or_else(|| b"[]".to_vec(), |(media, example)| as_sent(media, example).into_bytes());
    let usual = vec![("content-type", media), key];
    let with = |more: (&'static str, &'static str)| {
        let others = usual.iter().filter(|(name, _)| *name != more.0).copied();
        others.chain([more]).collect::<Vec<_>>()
    };
    let (url, headers, received) = match status {
        404 => (url.replace("/digits", "/iris"), usual, Received::Whole(body.into())),
        405 => (url[..url.rfind(':').expect("a verb")].to_string(), usual, Received::Whole(body.into())),
        400 => (format!("{url}\u{7f}"), usual, Received::Whole(body.into())),
        401 => (url, vec![("content-type", media)], Received::Whole(body.into())),
        406 => (url, with(("accept", "font/woff")), Received::Whole(body.into())),
        413 => (url, usual, Received::TooLarge),
        414 => (format!("{url}?{}", "x".repeat(70_000)), usual, Received::Whole(body.into())),
        415 => (url, with(("content-type", "font/woff")), Received::Whole(body.into())),
        422 => (url, usual, Received::Whole(Bytes::from_static(b"{}"))),
        429 => (url, usual, Received::RateLimited),
        500 => (url, usual, Received::Crashed("a test".into())),
        504 => {
            service.forget();
            (url, with(("cache-control", "only-if-cached")), Received::Whole(body.into()))
        }
        304 => {
            let first = answer(service, method, &url, &usual, Received::Whole(body.clone().into()));
            let tag = first.headers()["etag"].to_str().expect("a text").to_string();
            return answer(
                service,
                method,
                &url,
                &[&usual[..], &[("if-none-match", &tag)]].concat(),
                Received::Whole(body.into()),
            );
        }
        _ => (url, usual, Received::Whole(body.into())),
    };
    answer(service, method, &url, &headers, received)
}

fn answer(service: &Service, method: &str, url: &str, headers: &[(&str, &str)], received: Received) -> Response<Bytes> {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    service.answer(&Head::parse(method, url, headers), received).response
}

#[test]
fn every_status_of_every_operation_can_be_had() {
    let keyed = configured(keyed());
    let unset = || {
        Service::new(Config::from_variables(|name| (name == "ONNXLET_CACHE").then(|| "x".into())), onnxlet::slot::held)
    };
    let text =
        answer(&keyed, "GET", "http://127.0.0.1/openapi.json", &[("x-api-key", KEY)], Received::Whole(Bytes::new()));
    let document = Document::parse(text.body());
    let mut had = 0;
    for operation in operations(&document) {
        for status in operation.said["responses"].as_object().expect("responses").keys() {
            let status: u16 = status.parse().expect("a status");
            let misconfigured = unset();
            // Only wrong settings make it unable to predict.
            let service = if status == 503 { &misconfigured } else { &keyed };
            let got = provoke(service, &operation, status);
            let about = format!("{} {} for {status}", operation.method, operation.path);
            assert_eq!(got.status().as_u16(), status, "{about}: {:?}", got.body());
            had += 1;
        }
    }
    assert!(had > 80, "{had} answers");
}

#[test]
fn its_examples_work_when_pasted() {
    let service = service();
    let document = Document::of(&service);
    let mut tried = 0;
    for Operation { path, method, said } in operations(&document) {
        let url = filled(path);
        for (media, example) in examples(said) {
            let request = Request::new(&method, &url).with("content-type", media).sending(as_sent(media, example));
            let (status, answer) = json(&request.send(&service));
            assert_eq!(status, 200, "{path} with {example}: {answer}");
            tried += 1;
        }
    }
    assert!(tried >= 3, "{tried} examples");
}

/// Documents of models of every kind; `cargo xtask test --only openapi` has another validator look at them.
#[test]
fn every_model_has_a_document_whose_schemas_are_schemas() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let services = [
        ("digits", service()),
        ("digits-keyed", configured(keyed())),
        ("iris", models::iris()),
        ("sum", models::sum()),
        ("every-dtype", models::every_dtype()),
    ];
    for (name, service) in services {
        let text = Request::new("GET", "/openapi.json").with("x-api-key", KEY).send(&service).response.into_body();
        std::fs::write(folder.join(format!("{name}.json")), &text).expect("a document can be written");
        let document = Document::parse(&text);
        for (path, item) in document.value["paths"].as_object().expect("paths") {
            document.check_schemas(path, item);
        }
        for operation in operations(&document) {
            for (media, example) in examples(operation.said) {
                document.check_example(&operation.said["requestBody"]["content"][media]["schema"], example);
            }
        }
    }
}

#[test]
fn operations_have_names_of_their_own_and_groups_that_are_told() {
    let document = Document::of(&service());
    let operations = operations(&document);
    let mut names: Vec<&str> =
        operations.iter().map(|operation| operation.said["operationId"].as_str().expect("a name")).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), operations.len());
    let groups: Vec<&Value> = document.value["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    for operation in &operations {
        assert!(groups.contains(&&operation.said["tags"][0]), "{}", operation.path);
    }
}

#[test]
fn keys_are_asked_for_where_they_are_set() {
    let document = Document::of(&service());
    assert!(operations(&document).iter().all(|operation| operation.said["security"].is_null()));
    let keyed = configured(keyed());
    let text = Request::new("GET", "/openapi.json").with("x-api-key", KEY).send_unjudged(&keyed).response;
    let document = Document::parse(text.body());
    let asking = |path: &str| !document.value["paths"][path]["get"]["security"].is_null();
    assert_eq!(["/model", "/version", "/healthz", "/readyz"].map(asking), [true, true, false, false]);
    assert!(document.value["components"]["securitySchemes"]["bearer"].is_object());
}

#[test]
fn every_variable_is_in_the_document_and_every_limit_with_its_value() {
    let limits = Limits { elements: 7840, examples: 9, image_pixels: 4321 };
    let config = Config { limits, max_body_bytes: 2_222_222, max_nesting: 17, ..Config::default() };
    let (_, document) = json(&Request::new("GET", "/openapi.json").send(&configured(config)));
    let about = document["info"]["description"].as_str().unwrap();
    for variable in VARIABLES {
        assert!(about.contains(&format!("- `{}`: {}", variable.name, variable.about)), "{}", variable.name);
    }
    for (name, value) in [
        ("MAX_BODY_BYTES", 2_222_222),
        ("MAX_ELEMENTS", 7840),
        ("MAX_BATCH", 9),
        ("MAX_IMAGE_PIXELS", 4321),
        ("MAX_NESTING", 17),
    ] {
        let line = about.lines().find(|line| line.contains(&format!("`ONNXLET_{name}`"))).unwrap();
        assert!(line.ends_with(&format!("Here: {value}.")), "{line}");
    }
}
