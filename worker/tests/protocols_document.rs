//! `PROTOCOLS.md` says what is so: each of its examples is sent, and every path of the three protocols stands in it.

mod support;

use serde_json::Value;
use support::models::iris;
use support::{Request, json, right};

const DOCUMENT: &str = include_str!("../PROTOCOLS.md");

/// Each `curl` and the JSON behind it.
fn examples() -> Vec<(&'static str, Value)> {
    let commands = DOCUMENT.split("```sh\n").skip(1);
    commands
        .map(|rest| {
            let (command, rest) = rest.split_once("\n```\n```json\n").expect("an answer behind the command");
            let (answer, _) = rest.split_once("\n```").expect("an end");
            (command, serde_json::from_str(answer).expect("JSON"))
        })
        .collect()
}

/// The same but for the last digits of numbers, which another processor may round differently.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| alike(value, other)))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() <= 1e-5 * a.abs()
        }
        _ => a == b,
    }
}

#[test]
fn every_example_is_answered_as_it_says() {
    let examples = examples();
    assert!(examples.len() >= 9, "{} examples", examples.len());
    for (command, expected) in examples {
        let rest = command.strip_prefix("curl http://127.0.0.1:8787").expect(command);
        let (path, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let (options, body) = rest.split_once("-d '").unwrap_or((rest, ""));
        let body = body.strip_suffix('\'').unwrap_or(body);
        let method = if body.is_empty() { "GET" } else { "POST" };
        let request = Request::new(method, path).sending(body);
        // What curl says by itself.
        let usual = if body.is_empty() { None } else { Some("application/x-www-form-urlencoded") };
        let given = options.trim().strip_prefix("-H 'content-type: ").map(|rest| rest.trim_end_matches('\''));
        let request = match given.or(usual) {
            Some(media) => request.with("content-type", media),
            None => request,
        };
        let (_, got) = json(&request.send(&iris()));
        assert!(alike(&got, &expected), "{command}\n{got}\ninstead of\n{expected}");
    }
}

#[test]
fn every_path_stands_in_it() {
    let document = right(&Request::new("GET", "/openapi.json").send(&iris()));
    let paths = document["paths"].as_object().expect("paths").keys();
    let own: Vec<&String> = paths
        .filter(|path| ["/v1", "/v2", "/invocations", "/ping"].iter().any(|start| path.starts_with(start)))
        .filter(|path| !path.contains("/versions/"))
        .collect();
    assert!(own.len() >= 14, "{own:?}");
    for path in own {
        assert!(DOCUMENT.contains(&format!("{path}`")), "{path}");
    }
}
