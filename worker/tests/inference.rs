//! The Open Inference Protocol: documents, inference in JSON and binary, refusals.

mod support;

use onnxlet_worker::http::{Answer, Service};
use serde_json::{Value, json};
use support::models::{every_dtype, iris, sum};
use support::{Request, error, header, json as body_of, right, service};

const SUM: &str = "/v2/models/sum/infer";

fn tensor(name: &str, shape: Value, datatype: &str, data: Value) -> Value {
    json!({"name": name, "shape": shape, "datatype": datatype, "data": data})
}

fn sum_inputs() -> Value {
    json!([
        tensor("left", json!([2, 2]), "FP32", json!([1, 2, 3.5, 4])),
        tensor("right", json!([2, 2]), "FP32", json!([[10, 20], [30, 40]])),
    ])
}

/// A body of JSON with these bytes behind it.
fn binary(service: &Service, path: &str, document: &Value, bytes: &[u8]) -> Answer {
    let document = document.to_string();
    let length = document.len().to_string();
    let body = [document.as_bytes(), bytes].concat();
    Request { body, ..Request::new("POST", path) }.with("inference-header-content-length", &length).send(service)
}

/// The JSON of a binary answer, and the bytes behind it.
fn parts(answer: &Answer) -> (Value, Vec<u8>) {
    let headers = answer.response.headers();
    assert_eq!(answer.response.status(), 200);
    assert_eq!(header(headers, "content-type"), Some("application/octet-stream"));
    let length: usize = header(headers, "inference-header-content-length").unwrap().parse().unwrap();
    let (document, bytes) = answer.response.body().split_at(length);
    (serde_json::from_slice(document).unwrap(), bytes.to_vec())
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn the_server_tells_of_itself() {
    let service = service();
    let get = |path| right(&Request::new("GET", path).send(&service));
    let extensions = ["binary_tensor_data", "classification", "model_configuration"];
    assert_eq!(get("/v2"), json!({"name": "onnxlet", "version": env!("CARGO_PKG_VERSION"), "extensions": extensions}));
    assert_eq!(get("/v2/health/live"), json!({"live": true}));
    assert_eq!(get("/v2/health/ready"), json!({"ready": true}));
}

#[test]
fn the_model_tells_of_itself_with_and_without_its_version() {
    let service = service();
    let expected = json!({
        "name": "digits", "versions": ["1.0.0"], "platform": "onnx_onnxv1",
        "inputs": [{"name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28]}],
        "outputs": [{"name": "probs", "datatype": "FP32", "shape": [-1, 10]}],
    });
    for path in ["/v2/models/digits", "/v2/models/digits/versions/1.0.0", "/v2/models/digits/versions/1"] {
        assert_eq!(right(&Request::new("GET", path).send(&service)), expected, "{path}");
        let ready = right(&Request::new("GET", &format!("{path}/ready")).send(&service));
        assert_eq!(ready, json!({"name": "digits", "ready": true}));
        let config = right(&Request::new("GET", &format!("{path}/config")).send(&service));
        assert_eq!(config["max_batch_size"], 0);
        assert_eq!(config["input"], json!([{"name": "image", "data_type": "TYPE_FP32", "dims": [-1, 1, 28, 28]}]));
    }
}

#[test]
fn every_dtype_has_its_name() {
    let metadata = right(&Request::new("GET", "/v2/models/model").send(&every_dtype()));
    let names: Vec<&str> =
        metadata["inputs"].as_array().unwrap().iter().map(|i| i["datatype"].as_str().unwrap()).collect();
    let expected = "FP32 UINT8 INT8 UINT16 INT16 INT32 INT64 BYTES BOOL FP16 FP64 UINT32 UINT64";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn an_unknown_model_or_version_is_not_found() {
    let service = sum();
    for (path, detail) in [
        ("/v2/models/nope", "there is no model \"nope\"; there is sum"),
        ("/v2/models/nope/ready", "there is no model \"nope\"; there is sum"),
        ("/v2/models/sum/versions/3", "sum has no version \"3\"; it has 2.3.1"),
        ("/v2/models/sum/versions/%32.3.2/config", "sum has no version \"2.3.2\"; it has 2.3.1"),
    ] {
        assert_eq!(error(&Request::new("GET", path).send(&service)), (404, detail.into()), "{path}");
    }
    for path in ["/v2/models/nope/infer", "/v2/models/sum/versions/1/infer"] {
        assert_eq!(error(&Request::json(path, &json!({"inputs": sum_inputs()})).send(&service)).0, 404, "{path}");
    }
    for path in ["/v2/models/sum/stats", "/v2/repository/index", "/v2/nope"] {
        let (status, detail) = error(&Request::new("POST", path).send(&service));
        assert!(status == 404 && detail.contains("/openapi.json"), "{path}: {detail}");
    }
}

#[test]
fn flat_and_nested_data_are_one_request() {
    let answer = right(&Request::json(SUM, &json!({"id": "a 1", "inputs": sum_inputs()})).send(&sum()));
    let output = tensor("sum", json!([2, 2]), "FP32", json!([11.0, 22.0, 33.5, 44.0]));
    let expected = json!({"model_name": "sum", "model_version": "2.3.1", "id": "a 1", "outputs": [output]});
    assert_eq!(answer, expected);
    let without =
        right(&Request::json("/v2/models/sum/versions/2/infer", &json!({"inputs": sum_inputs()})).send(&sum()));
    assert_eq!((without.get("id"), &without["outputs"]), (None, &expected["outputs"]));
}

#[test]
fn every_dtype_goes_through_in_json() {
    let values = [
        ("float32", "FP32", json!([1.5, -0.25])),
        ("uint8", "UINT8", json!([0, 255])),
        ("int8", "INT8", json!([-128, 127])),
        ("uint16", "UINT16", json!([0, 65535])),
        ("int16", "INT16", json!([-32768, 32767])),
        ("int32", "INT32", json!([i32::MIN, i32::MAX])),
        ("int64", "INT64", json!([i64::MIN, i64::MAX])),
        ("string", "BYTES", json!(["", "é"])),
        ("bool", "BOOL", json!([true, false])),
        ("float16", "FP16", json!([0.5, -65504.0])),
        ("float64", "FP64", json!([0.1, 1e300])),
        ("uint32", "UINT32", json!([0, u32::MAX])),
        ("uint64", "UINT64", json!([0, u64::MAX])),
    ];
    let inputs: Vec<Value> =
        values.iter().map(|(name, datatype, data)| tensor(name, json!([1, 2]), datatype, data.clone())).collect();
    let answer = right(&Request::json("/v2/models/model/infer", &json!({"inputs": inputs})).send(&every_dtype()));
    for ((name, datatype, data), output) in values.iter().zip(answer["outputs"].as_array().unwrap()) {
        assert_eq!(*output, tensor(&format!("{name}_out"), json!([1, 2]), datatype, data.clone()));
    }
}

#[test]
fn every_dtype_goes_through_in_binary() {
    let values: [(&str, &str, Vec<u8>); 13] = [
        ("float32", "FP32", floats(&[1.5, f32::MIN_POSITIVE])),
        ("uint8", "UINT8", vec![0, 255]),
        ("int8", "INT8", vec![128, 127]),
        ("uint16", "UINT16", vec![0, 0, 255, 255]),
        ("int16", "INT16", vec![0, 128, 255, 127]),
        ("int32", "INT32", [i32::MIN, i32::MAX].iter().flat_map(|x| x.to_le_bytes()).collect()),
        ("int64", "INT64", [i64::MIN, i64::MAX].iter().flat_map(|x| x.to_le_bytes()).collect()),
        ("string", "BYTES", [&[0, 0, 0, 0, 2, 0, 0, 0][..], "é".as_bytes()].concat()),
        ("bool", "BOOL", vec![1, 0]),
        ("float16", "FP16", vec![0x01, 0x00, 0xff, 0x7b]),
        ("float64", "FP64", [0.1f64, 5e-324].iter().flat_map(|x| x.to_le_bytes()).collect()),
        ("uint32", "UINT32", vec![0, 0, 0, 0, 255, 255, 255, 255]),
        ("uint64", "UINT64", [0, u64::MAX].iter().flat_map(|x| x.to_le_bytes()).collect()),
    ];
    let input = |(name, datatype, bytes): &(&str, &str, Vec<u8>)| json!({"name": name, "shape": [1, 2], "datatype": datatype, "parameters": {"binary_data_size": bytes.len()}});
    let inputs: Vec<Value> = values.iter().map(input).collect();
    let bytes: Vec<u8> = values.iter().flat_map(|(_, _, bytes)| bytes.clone()).collect();
    let document = json!({"inputs": inputs, "parameters": {"binary_data_output": true}});
    let (answer, returned) = parts(&binary(&every_dtype(), "/v2/models/model/infer", &document, &bytes));
    assert_eq!(returned, bytes);
    for (sent, output) in values.iter().zip(answer["outputs"].as_array().unwrap()) {
        let mut expected = input(sent);
        expected["name"] = format!("{}_out", sent.0).into();
        assert_eq!(*output, expected);
    }
}

#[test]
fn one_output_may_be_binary_beside_another_in_json() {
    let row = floats(&[6.3, 3.3, 6.0, 2.5]);
    let input =
        json!({"name": "features", "shape": [1, 4], "datatype": "FP32", "parameters": {"binary_data_size": 16}});
    let document = json!({"inputs": [input], "outputs": [
        {"name": "probabilities", "parameters": {"binary_data": true}}, {"name": "label"},
    ]});
    let (answer, bytes) = parts(&binary(&iris(), "/v2/models/iris/infer", &document, &row));
    let [probabilities, label] = answer["outputs"].as_array().unwrap().as_slice() else { panic!("{answer}") };
    assert_eq!(probabilities["parameters"]["binary_data_size"], 12);
    assert_eq!((bytes.len(), probabilities.get("data")), (12, None));
    assert_eq!((&label["data"], label.get("parameters")), (&json!([2]), None));
}

#[test]
fn only_the_outputs_asked_for_are_given_in_their_order() {
    let input = tensor("features", json!([1, 4]), "FP32", json!([6.3, 3.3, 6.0, 2.5]));
    let names = |outputs: Value| {
        let answer = right(
            &Request::json("/v2/models/iris/infer", &json!({"inputs": [input], "outputs": outputs})).send(&iris()),
        );
        let outputs = answer["outputs"].as_array().unwrap().clone();
        outputs.iter().map(|output| output["name"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!([{"name": "probabilities"}, {"name": "label"}])), ["probabilities", "label"]);
    assert_eq!(names(json!([{"name": "probabilities"}])), ["probabilities"]);
    assert_eq!(names(json!([])), ["label", "probabilities"]);
}

#[test]
fn a_classification_has_score_index_and_label() {
    let ask = |count: Value| {
        let outputs = json!([{"name": "sum", "parameters": {"classification": count}}]);
        Request::json(SUM, &json!({"inputs": sum_inputs(), "outputs": outputs})).send(&sum())
    };
    let data = json!(["22:1:second", "11:0:first", "44:1:second", "33.5:0:first"]);
    assert_eq!(right(&ask(json!(2)))["outputs"], json!([tensor("sum", json!([2, 2]), "BYTES", data.clone())]));
    assert_eq!(right(&ask(json!(99)))["outputs"][0]["data"], data);
    let best = tensor("sum", json!([2, 1]), "BYTES", json!(["22:1:second", "44:1:second"]));
    assert_eq!(right(&ask(json!(1)))["outputs"], json!([best]));
    assert_eq!(error(&ask(json!(0))), (422, "sum: classification: expected at least 1, got 0".into()));
}

#[test]
fn a_classification_may_be_binary_and_without_labels() {
    let service = every_dtype();
    let names =
        ["float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "float64", "uint32", "uint64"];
    let datatypes = ["FP32", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "FP16", "FP64", "UINT32", "UINT64"];
    let mut inputs: Vec<Value> = names
        .iter()
        .zip(datatypes)
        .map(|(name, datatype)| tensor(name, json!([1, 2]), datatype, json!([3, 4])))
        .collect();
    inputs.push(tensor("string", json!([1, 2]), "BYTES", json!(["a", "b"])));
    inputs.push(tensor("bool", json!([1, 2]), "BOOL", json!([true, false])));
    for name in names {
        let outputs =
            json!([{"name": format!("{name}_out"), "parameters": {"classification": 1, "binary_data": true}}]);
        let answer =
            Request::json("/v2/models/model/infer", &json!({"inputs": inputs, "outputs": outputs})).send(&service);
        assert_eq!(parts(&answer).1, b"\x03\0\0\x004:1", "{name}");
    }
    let outputs = json!([{"name": "bool_out", "parameters": {"classification": 1}}]);
    let answer = Request::json("/v2/models/model/infer", &json!({"inputs": inputs, "outputs": outputs})).send(&service);
    assert_eq!(error(&answer), (422, "bool_out: classification: a bool output has no scores".into()));
}

#[test]
fn what_does_not_fit_is_told_by_its_field() {
    let refused = |document: Value| error(&Request::json(SUM, &document).send(&sum()));
    let left = |field: &str, value: Value| {
        let mut inputs = sum_inputs();
        inputs[0][field] = value;
        refused(json!({"inputs": inputs}))
    };
    for ((status, detail), expected) in [
        (left("datatype", json!("INT32")), "left: datatype: expected FP32, got \"INT32\""),
        (left("shape", json!([3, 2])), "left: shape [3, 2] holds 6 values, data has 4"),
        (left("shape", json!([4, 1])), "left: expected f32[N,2], got shape [4, 1]"),
        (left("shape", json!([-1, 2])), "left: shape: expected a uint64, got -1 at [0]"),
        (left("shape", json!("wide")), "left: shape: expected a list of at most 16 sizes"),
        (left("data", json!([1, 2, 3, "x"])), "left: expected a float32, got the text \"x\" at [1][1]"),
        (left("data", Value::Null), "left: expected data or binary_data_size, got neither"),
        (
            left("name", json!("middle")),
            "middle: no such input; the model has left, right; left: missing; expected f32[N,2]",
        ),
        (left("name", json!(3)), "inputs[0].name: invalid type: integer `3`, expected a string at line 1 column"),
        (refused(json!({"inputs": 3})), "inputs: invalid type: integer `3`, expected a sequence at line 1 column"),
        (refused(json!({})), ".: missing field `inputs` at line 1 column 2"),
        (refused(json!([])), "invalid"),
        (refused(json!({"inputs": []})), "left: missing; expected f32[N,2]; right: missing; expected f32[N,2]"),
        (
            refused(json!({"inputs": sum_inputs(), "outputs": [{"name": "x"}]})),
            "outputs: no such output \"x\"; the model has sum",
        ),
        (refused(json!({"inputs": [sum_inputs()[0], sum_inputs()[0], sum_inputs()[1]]})), "left: given twice"),
    ] {
        assert!(status == 422 && detail.contains(expected), "{status} {detail:?} instead of {expected:?}");
    }
    let (status, detail) = error(&Request { body: b"{".into(), ..Request::new("POST", SUM) }.send(&sum()));
    assert!(status == 400 && detail.starts_with("expected JSON, got a truncated document"), "{detail}");
    let (status, detail) = error(&Request { body: b"{]".into(), ..Request::new("POST", SUM) }.send(&sum()));
    assert!(status == 400 && detail.starts_with("expected JSON, got something else"), "{detail}");
}

#[test]
fn bytes_that_do_not_add_up_are_malformed() {
    let input = |size: Value| {
        let parameters = json!({"binary_data_size": size});
        let left = json!({"name": "left", "shape": [1, 2], "datatype": "FP32", "parameters": parameters});
        json!({"inputs": [left, tensor("right", json!([1, 2]), "FP32", json!([1, 2]))]})
    };
    let service = sum();
    let ask = |size: Value, bytes: &[u8]| body_of(&binary(&service, SUM, &input(size), bytes));
    let (status, answer) = ask(json!(8), &floats(&[0.5, 1.5]));
    assert_eq!((status, &answer["outputs"][0]["data"]), (200, &json!([1.5, 3.5])));
    for (size, bytes, status, detail) in [
        (json!(8), &[0; 7][..], 400, "left: binary_data_size: expected 8 bytes behind the JSON, got 7"),
        (json!(8), &[0; 9], 400, "1 bytes stand behind the JSON and belong to no input (binary_data_size)"),
        (json!(7), &[0; 7], 422, "left: binary_data_size: expected a multiple of the 4 bytes of an element, got 7"),
        (json!(4), &[0; 4], 422, "left: shape [1, 2] holds 2 values, data has 1"),
        (
            json!(u64::MAX),
            &[],
            400,
            "left: binary_data_size: expected 18446744073709551615 bytes behind the JSON, got 0",
        ),
        (
            json!(8),
            &floats(&[f32::NAN, 1.0]),
            422,
            "left: expected finite numbers, got NaN at [0][0]; the card can say allow_nan",
        ),
    ] {
        assert_eq!(ask(size, bytes), (status, json!({"error": detail})));
    }
    let both = json!({"inputs": [{"name": "left", "shape": [1, 2], "datatype": "FP32", "data": [1, 2], "parameters": {"binary_data_size": 0}}]});
    assert!(error(&binary(&service, SUM, &both, &[])).1.contains("left: expected data or binary_data_size, got both"));
}

#[test]
fn the_length_of_the_json_must_be_one() {
    let service = sum();
    for length in ["", "-1", "many", "999999999", "99999999999999999999999"] {
        let request = Request::json(SUM, &json!({"inputs": sum_inputs()}));
        let limit = request.body.len();
        let (status, detail) = error(&request.with("inference-header-content-length", length).send(&service));
        let expected = format!(
            "inference-header-content-length: expected a number of at most the body's {limit} bytes, got {length:?}"
        );
        assert_eq!((status, detail), (400, expected));
    }
}

#[test]
fn the_type_of_a_body_does_not_matter_unless_it_is_something_else() {
    let service = sum();
    let body = json!({"inputs": sum_inputs()}).to_string().into_bytes();
    let send = |media: Option<&str>| {
        let request = Request { body: body.clone(), ..Request::new("POST", SUM) };
        match media {
            None => request.send(&service),
            Some(media) => request.with("content-type", media).send(&service),
        }
    };
    for media in [
        None,
        Some("application/octet-stream"),
        Some("application/json"),
        Some("text/plain;charset=UTF-8"),
        Some("application/x-www-form-urlencoded"),
    ] {
        assert_eq!(send(media).response.status(), 200, "{media:?}");
    }
    for media in ["image/png", "text/csv", "multipart/form-data"] {
        assert_eq!(error(&send(Some(media))).0, 415, "{media}");
    }
    let octets = Request { body: body.clone(), ..Request::new("POST", SUM) }.with("accept", "application/octet-stream");
    assert_eq!(octets.send(&service).response.status(), 200);
    let png = Request { body, ..Request::new("POST", SUM) }.with("accept", "image/png");
    assert_eq!(error(&png.send(&service)).0, 406);
}
