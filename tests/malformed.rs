//! Bad requests are refused with a status and a message that names field, expected and got; the next one works.

mod common;

use common::{ask, look, model};
use onnxlet::{Inputs, Limits, Model, Options, Value};

/// Each body, and what its error must say.
const DIGITS: &[(&str, u16, &str)] = &[
    ("", 400, "expected JSON, got an empty body"),
    ("  \n", 400, "expected JSON, got an empty body"),
    ("{", 400, "truncated document"),
    (r#"{"image": [1, 2"#, 400, "truncated document"),
    ("nonsense", 400, "line 1 column 2"),
    ("[1, 2,]", 400, "trailing comma"),
    ("[NaN]", 400, "expected value"),
    ("[1e999]", 400, "out of range"),
    (r#"{"image": [1], "image": [2]}"#, 400, "\"image\" stands twice"),
    ("[1] [2]", 400, "trailing characters"),
    ("\u{feff}[1]", 400, "expected JSON"),
    ("1", 422, "image: expected f32[N,1,28,28], got a single value"),
    ("null", 422, "image: expected f32[N,1,28,28], got a single value"),
    ("true", 422, "got a single value"),
    (r#""text""#, 422, "got a single value"),
    ("[]", 422, "got 0 values"),
    ("{}", 422, "image: missing; expected f32[N,1,28,28]"),
    ("[1, 2, 3]", 422, "image: expected f32[N,1,28,28], got 3 values"),
    ("[[1, 2], [3]]", 422, "got 1 values in row 1, 2 in the rows before"),
    ("[[1, 2], 3]", 422, "got a single value beside arrays"),
    ("[3, [1, 2]]", 422, "got an array beside single values"),
    ("[[[[]]]]", 422, "got shape [1, 1, 1, 0]"),
    (r#"{"imgae": [1]}"#, 422, "imgae: no such input; the model has image"),
    (r#"{"image": [1], "mask": [2]}"#, 422, "mask: no such input; the model has image"),
    (r#"{"inputs": {"imgae": [1]}}"#, 422, "imgae: no such input"),
    (r#"{"inputs": [1], "topk": 1}"#, 422, "topk: unknown field; expected inputs, outputs or top_k"),
    (r#"{"inputs": [1], "top_k": 0}"#, 422, "top_k: expected a whole number of at least 1"),
    (r#"{"inputs": [1], "top_k": "3"}"#, 422, "top_k: expected a whole number"),
    (r#"{"inputs": [1], "outputs": "probs"}"#, 422, "outputs: expected a list of output names"),
    (r#"{"inputs": [1], "outputs": ["logits"]}"#, 422, "no such output \"logits\"; the model has probs"),
    (r#"{"data": [1, 2], "shape": [1, 1, 28, 28]}"#, 422, "shape [1, 1, 28, 28] holds 784 values, data has 2"),
    (r#"{"data": [1, 2], "shape": [2]}"#, 422, "expected f32[N,1,28,28], got shape [2]"),
    (r#"{"data": [], "shape": [0, 1, 28, 28]}"#, 422, "got shape [0, 1, 28, 28]"),
    (r#"{"data": [1], "shape": [-1]}"#, 422, "shape: expected a uint64, got -1 at [0]"),
    (r#"{"data": [1], "shape": [1.5]}"#, 422, "shape: expected a uint64, got 1.5 at [0]"),
    (r#"{"data": [1], "shape": "1"}"#, 422, "shape: expected a list"),
    (r#"{"data": [1], "shape": [4294967296, 4294967296, 4294967296]}"#, 413, "number of elements"),
    (r#"{"data": [1], "shape": [9223372036854775807, 2]}"#, 413, "number of elements"),
    (r#"{"data": [1], "dtype": "float64"}"#, 422, "dtype: expected float32, got \"float64\""),
    (r#"{"data": [1], "dim": [1]}"#, 422, "unknown field \"dim\"; expected data, shape, dtype"),
    (r#"{"data": {"a": 1}}"#, 422, "data: expected an array, got an object with a"),
    (r#"{"base64": 7}"#, 422, "base64: expected a text"),
    (r#"{"base64": "!!!"}"#, 400, "base64 text cannot be decoded"),
    (r#"{"base64": "aGVsbG8="}"#, 400, "image: expected a PNG, JPEG or WebP image, got bytes that begin 68 65"),
    (r#"{"base64": ""}"#, 400, "got nothing"),
    (r#"{"base64": "aGVsbG8=", "type": "png"}"#, 422, "got an object with base64, type"),
    (r#"[{"base64": "aGVsbG8="}, {"b64": "x"}]"#, 422, "got a list of objects"),
    (r#"[{"base64": "aGVsbG8="}, 1]"#, 422, "got objects beside single values"),
];

#[test]
fn each_malformed_body_is_refused_precisely_and_the_next_is_answered() {
    let model = model("digits");
    for (body, status, message) in DIGITS {
        let error = ask(&model, body).expect_err(body);
        assert_eq!((error.status(), error.to_string().contains(message)), (*status, true), "{body}: {error}");
        assert!(look(&model, include_bytes!("../models/digits/samples/3.png")).is_ok());
    }
}

#[test]
fn elements_of_the_wrong_kind_are_named_with_their_place() {
    let model = model("digits");
    let with = |at: usize, element: &str| {
        let mut elements = vec!["0".to_owned(); 784];
        elements[at] = element.to_owned();
        ask(&model, &format!("[{}]", elements.join(","))).expect_err(element).to_string()
    };
    assert_eq!(with(30, "null"), "image: expected a float32, got null at [0][0][1][2]");
    assert_eq!(with(0, "\"a\""), "image: expected a float32, got the text \"a\" at [0][0][0][0]");
    assert_eq!(with(783, "true"), "image: expected a float32, got true at [0][0][27][27]");
    assert_eq!(with(28, "1e39"), "image: expected a float32, got 1e39 at [0][0][1][0]");
    assert_eq!(with(1, "[0]"), "image: expected f32[N,1,28,28], got an array beside single values at [1]");
}

#[test]
fn nan_and_infinity_are_refused_where_the_card_does_not_allow_them() {
    let model = model("digits");
    for (value, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let mut row = vec![0.0; 784];
        row[85] = value;
        let inputs = Inputs::named([("image".into(), Value::from(row))]);
        let error = model.predict(inputs, &Options::default()).unwrap_err();
        assert!(error.to_string().contains(&format!("got {name} at [0][0][3][1]")), "{error}");
    }
}

#[test]
fn records_say_every_field_that_is_wrong() {
    let error = ask(&model("iris"), r#"[{"sepal_length": 1, "petal_size": 2}, {"sepal_length": [1]}]"#).unwrap_err();
    let text = error.to_string();
    for part in [
        "features: row 0: unknown field \"petal_size\"; expected sepal_length, sepal_width, petal_length, petal_width",
        "row 0: petal_width is missing",
        "row 1: sepal_length: expected a single value, got an array",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}

#[test]
fn deep_json_is_refused_before_it_can_exhaust_the_stack() {
    let model = model("digits");
    for deep in ["[".repeat(10_000), "{\"a\":".repeat(10_000), format!("{}{}", "[".repeat(17), "]".repeat(17))] {
        assert_eq!(ask(&model, &deep).unwrap_err().status(), 400);
    }
}

#[test]
fn pictures_that_are_not_whole_are_refused() {
    let model = model("digits");
    let png = include_bytes!("../models/digits/samples/3.png");
    for length in [0, 1, 8, 20, 33, png.len() / 2, png.len() - 20] {
        let error = look(&model, &png[..length]).unwrap_err();
        assert_eq!(error.status(), 400, "{length}: {error}");
    }
    let gif = look(&model, b"GIF89a.....").unwrap_err();
    assert!(gif.to_string().contains("expected a PNG, JPEG or WebP image, got bytes that begin 47 49 46"), "{gif}");
}

/// A PNG header that declares `width × height`, and nothing behind it.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    chunk.extend([8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\r".to_vec();
    png.extend(&chunk);
    png.extend(crc32(&chunk).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT");
    png.extend(crc32(b"IDAT").to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn a_picture_bomb_is_refused_by_its_header() {
    for (width, height) in [(30_000, 30_000), (u32::MAX >> 1, u32::MAX >> 1), (1, u32::MAX >> 1)] {
        let error = look(&model("digits"), &bomb(width, height)).unwrap_err();
        assert_eq!(error.status(), 413);
        assert!(error.to_string().contains(&format!("{width} × {height}")), "{error}");
    }
}

#[test]
fn limits_hold() {
    let model = model("digits");
    let options = Options { limits: Limits { elements: 784, ..Limits::default() }, ..Options::default() };
    let two = Inputs::named([("image".into(), Value::from(vec![0.0f32; 2 * 784]))]);
    assert_eq!(model.predict(two, &options).unwrap_err().status(), 413);
    let one = Inputs::named([("image".into(), Value::from(vec![0.0f32; 784]))]);
    assert!(model.predict(one, &options).is_ok());
}

#[test]
fn what_is_no_model_is_refused_with_the_reason() {
    let digits = include_bytes!("../models/digits/model.onnx");
    let cases: [(&[u8], &str); 4] = [
        (b"", "no ONNX graph"),
        (b"not a model at all", "not a whole ONNX model"),
        (&digits[..digits.len() / 2], "not a whole ONNX model"),
        (b"\x89PNG\r\n\x1a\n", "not a whole ONNX model"),
    ];
    for (bytes, message) in cases {
        let error = Model::load(bytes, None).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    let error = Model::load(digits, Some(r#"{"name": "d", "inputs": {"x": {}}}"#)).unwrap_err();
    assert_eq!(error.to_string(), "card.json: inputs.x: the model has no such input; it has image");
}
