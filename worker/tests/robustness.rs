//! Random bytes and damaged requests: each protocol refuses them in its form, and nothing panics. They are too many to hold each
//! answer against the OpenAPI document, which would take minutes.

mod support;

use onnxlet_worker::http::{Answer, Service};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use support::Request;
use support::models::{every_dtype, iris, sum};

/// What is done to a body.
#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Remove(Index),
    Repeat(Index),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let telling = prop::sample::select(b"[]{}\",:-0123456789.eEnut\\ \n\r\xff\x00".to_vec());
    let one = prop_oneof![
        (any::<Index>(), telling.clone()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), prop::collection::vec(telling, 1..5)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        any::<Index>().prop_map(Damage::Remove),
        any::<Index>().prop_map(Damage::Repeat),
    ];
    prop::collection::vec(one, 0..4)
}

fn damaged(mut body: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if body.is_empty() {
            break;
        }
        match damage {
            Damage::Set(at, byte) => {
                let at = at.index(body.len());
                body[at] = *byte;
            }
            Damage::Cut(at) => body.truncate(at.index(body.len())),
            Damage::Insert(at, bytes) => {
                let at = at.index(body.len());
                body.splice(at..at, bytes.iter().copied());
            }
            Damage::Remove(at) => _ = body.remove(at.index(body.len())),
            Damage::Repeat(at) => body.extend_from_within(at.index(body.len())..),
        }
    }
    body
}

/// An answer that is right, or a refusal in the protocol's form.
fn check(answer: &Answer, field: &str) {
    let status = answer.response.status();
    let body = String::from_utf8_lossy(answer.response.body());
    assert!(status.as_u16() < 500, "{status}: {body}");
    if status != 200 {
        let document: Value = serde_json::from_slice(answer.response.body()).expect("JSON");
        assert!(document[field].as_str().is_some_and(|text| !text.is_empty()), "{status}: {body}");
        assert!(matches!(status.as_u16(), 400 | 404 | 413 | 415 | 422), "{status}: {body}");
    }
}

fn infer(service: &Service, path: &str, body: Vec<u8>, length: Option<&str>) -> Answer {
    let request = Request { body, ..Request::new("POST", path) };
    match length {
        Some(length) => request.with("inference-header-content-length", length).send_unjudged(service),
        None => request.send_unjudged(service),
    }
}

/// An inference request with a tensor of every dtype behind its JSON, and the length of that.
fn binary_request() -> (Vec<u8>, usize) {
    let sizes = [8, 2, 2, 4, 4, 8, 16, 10, 2, 4, 16, 8, 16];
    let names = [
        "FP32", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "BYTES", "BOOL", "FP16", "FP64", "UINT32",
        "UINT64",
    ];
    let inputs: Vec<Value> = support::models::DTYPES.iter().zip(names).zip(sizes).map(|((dtype, datatype), size)| {
        json!({"name": dtype.name(), "shape": [1, 2], "datatype": datatype, "parameters": {"binary_data_size": size}})
    }).collect();
    let document = json!({"id": "1", "inputs": inputs, "parameters": {"binary_data_output": true}}).to_string();
    let mut body = document.clone().into_bytes();
    for (name, size) in names.iter().zip(sizes) {
        body.extend(if *name == "BYTES" { vec![1, 0, 0, 0, b'a', 1, 0, 0, 0, b'b'] } else { vec![1; size] });
    }
    (body, document.len())
}

#[test]
fn what_is_damaged_was_right() {
    let (body, length) = binary_request();
    assert_eq!(infer(&every_dtype(), "/v2/models/model/infer", body, Some(&length.to_string())).response.status(), 200);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn binary_inference_requests(damages in damage(), shift in -3i64..4) {
        let (body, length) = binary_request();
        let length = (length as i64 + if damages.len() > 2 { shift } else { 0 }).to_string();
        check(&infer(&every_dtype(), "/v2/models/model/infer", damaged(body, &damages), Some(&length)), "error");
    }

    #[test]
    fn inference_requests_in_json(damages in damage()) {
        let input = |name| json!({"name": name, "shape": [1, 2], "datatype": "FP32", "data": [[1.5, 2]], "parameters": {"a": 1}});
        let outputs = json!([{"name": "sum", "parameters": {"classification": 2, "binary_data": false}}]);
        let body = json!({"id": "é", "inputs": [input("left"), input("right")], "outputs": outputs}).to_string();
        check(&infer(&sum(), "/v2/models/sum/infer", damaged(body.into(), &damages), None), "error");
    }

    #[test]
    fn random_bytes(body in prop::collection::vec(any::<u8>(), 1..200), length in "[0-9]{0,4}") {
        check(&infer(&sum(), "/v2/models/sum/infer", body.clone(), Some(&length)), "error");
        for path in ["/v2/models/sum/infer", "/v1/models/sum:predict", "/v1/models/sum:classify"] {
            check(&infer(&sum(), path, body.clone(), None), "error");
        }
        for media in ["application/json", "text/csv"] {
            let request = Request { body: body.clone(), ..Request::new("POST", "/invocations") };
            check(&request.with("content-type", media).send_unjudged(&iris()), "message");
        }
        for coding in ["gzip", "deflate"] {
            let request = Request { body: body.clone(), ..Request::new("POST", "/v1/models/sum:predict") };
            check(&request.with("content-encoding", coding).send_unjudged(&sum()), "error");
        }
    }

    #[test]
    fn rows_columns_and_examples(damages in damage(), which in 0..4usize) {
        let row = json!({"left": [1, 2.5], "right": [{"b64": "YQ=="}, 4]});
        let right = json!({"left": [1, 2.5], "right": [-1e-3, 4]});
        let (path, body) = match which {
            0 => ("/v1/models/sum:predict", json!({"signature_name": "serving_default", "instances": [right, right]})),
            1 => ("/v1/models/sum:predict", json!({"inputs": {"left": [[1, 2]], "right": [[0.5, 1]]}})),
            2 => ("/v1/models/sum:classify", json!({"context": {"left": [1, 2]}, "examples": [right, {"right": [1, 2]}]})),
            _ => ("/v1/models/sum:predict", json!({"instances": [row]})),
        };
        check(&infer(&sum(), path, damaged(body.to_string().into(), &damages), None), "error");
    }

    #[test]
    fn tables(damages in damage(), which in 0..4usize) {
        let record = json!({"sepal_length": 1, "sepal_width": 2.5, "petal_length": 3, "petal_width": null});
        let columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
        let sheet = format!("{}\n1,2.5,\"3\",4e-1\r\n5,6,7,\n", columns.join(","));
        let (media, body) = match which {
            0 => ("application/json", json!({"dataframe_records": [record, record]}).to_string()),
            1 => ("application/json", json!({"dataframe_split": {"columns": columns, "index": [0], "data": [[1, 2, 3, 4.5]]}}).to_string()),
            2 => ("application/json", json!({"dataframe_split": {"columns": [0, 1, 2, 3], "data": [[1, 2, 3, 4]]}, "params": {}}).to_string()),
            _ => ("text/csv", sheet),
        };
        let request = Request { body: damaged(body.into(), &damages), ..Request::new("POST", "/invocations") };
        check(&request.with("content-type", media).send_unjudged(&iris()), "message");
    }
}
