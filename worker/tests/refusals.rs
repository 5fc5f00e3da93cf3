//! `POST /predict` with bad requests: each has its status, its code and a message that names the field.

mod support;

use image::{ImageFormat, RgbImage};
use serde_json::json;
use support::{Request, problem, sample, service};

/// A request's body and what is answered: status, code, and a part of the detail.
struct Case {
    name: &'static str,
    media: &'static str,
    body: Vec<u8>,
    expected: (u16, &'static str, &'static str),
}

fn json_case(name: &'static str, body: impl Into<Vec<u8>>, expected: (u16, &'static str, &'static str)) -> Case {
    Case { name, media: "application/json", body: body.into(), expected }
}

fn image_case(name: &'static str, body: Vec<u8>, expected: (u16, &'static str, &'static str)) -> Case {
    Case { name, media: "image/png", body, expected }
}

fn check(cases: Vec<Case>) {
    let service = service();
    for Case { name, media, body, expected: (status, code, part) } in cases {
        let answer = Request::predict(media, body).send(&service);
        let (got_status, got_code, detail, fields) = problem(&answer);
        assert_eq!((got_status, got_code.as_str()), (status, code), "{name}: {detail}");
        assert!(detail.contains(part), "{name}: {detail:?} lacks {part:?}");
        assert_eq!(code == "invalid", !fields.is_empty(), "{name}: fields are listed for what doesn't fit: {fields:?}");
        let good = Request::predict("image/png", sample(1)).send(&service);
        assert_eq!(good.response.status(), 200, "a good request after {name}");
    }
}

#[test]
fn what_is_not_json_is_malformed() {
    check(vec![
        json_case("empty", "", (400, "malformed", "the body is empty")),
        json_case("blank", "  \n", (400, "malformed", "expected JSON, got an empty body")),
        json_case("word", "hello", (400, "malformed", "line 1 column 1")),
        json_case("truncated", "[[0, 1], [2", (400, "malformed", "truncated")),
        json_case("trailing comma", "[1, 2,]", (400, "malformed", "trailing comma at line 1 column 7")),
        json_case("two documents", "[1] [2]", (400, "malformed", "trailing characters at line 1 column 5")),
        json_case("NaN", "[NaN]", (400, "malformed", "line 1 column 2")),
        json_case("single quotes", "{'image': 1}", (400, "malformed", "line 1 column 2")),
        json_case("not UTF-8", b"[\"\xff\xfe\"]".to_vec(), (400, "malformed", "line 1 column")),
        json_case("a PNG", sample(1), (400, "malformed", "line 1 column 1")),
        json_case(
            "twice the same key",
            r#"{"image": [1], "image": [2]}"#,
            (400, "malformed", "\"image\" stands twice"),
        ),
        json_case("a number out of range", "[1e999]", (400, "malformed", "number out of range")),
        json_case("10,000 deep", "[".repeat(10_000), (413, "too_large", "nested too deeply")),
        json_case("10,000 deep objects", "{\"a\":".repeat(10_000), (413, "too_large", "nested too deeply")),
    ]);
}

#[test]
fn what_does_not_fit_is_invalid() {
    let zeros = |count: usize| json!(vec![0; count]);
    check(vec![
        json_case("too few", zeros(27).to_string(), (422, "invalid", "image: expected f32[N,1,28,28], got 27 values")),
        json_case("null", "null", (422, "invalid", "image: ")),
        json_case("a number", "7", (422, "invalid", "image: expected f32[N,1,28,28]")),
        json_case("a text", "\"seven\"", (422, "invalid", "image: expected f32[N,1,28,28]")),
        json_case("texts", json!(vec!["0"; 784]).to_string(), (422, "invalid", "image: expected")),
        json_case("nulls", json!(vec![(); 784]).to_string(), (422, "invalid", "image: expected")),
        json_case("ragged", "[[0, 0], [0]]", (422, "invalid", "image: expected f32[N,1,28,28]")),
        json_case("empty list", "[]", (422, "invalid", "image: expected f32[N,1,28,28]")),
        json_case("empty object", "{}", (422, "invalid", "image: missing; expected f32[N,1,28,28]")),
        json_case(
            "unknown input",
            json!({"picture": zeros(784)}).to_string(),
            (422, "invalid", "picture: no such input"),
        ),
        json_case(
            "wrong shape",
            json!({"data": zeros(784), "shape": [784]}).to_string(),
            (422, "invalid", "image: expected"),
        ),
        json_case(
            "shape without the values",
            json!({"data": zeros(3), "shape": [1, 1, 28, 28]}).to_string(),
            (422, "invalid", "holds 784 values, data has 3"),
        ),
        json_case(
            "negative size",
            json!({"data": zeros(784), "shape": [-1, 1, 28, 28]}).to_string(),
            (422, "invalid", "shape: "),
        ),
        json_case(
            "product overflows",
            json!({"data": [0], "shape": [4294967296u64, 4294967296u64, 4294967296u64, 16]}).to_string(),
            (413, "too_large", "image: the number of elements"),
        ),
        json_case(
            "unknown output",
            json!({"inputs": zeros(784), "outputs": ["logits"]}).to_string(),
            (422, "invalid", "outputs: no such output \"logits\"; the model has probs"),
        ),
        json_case(
            "outputs not a list",
            json!({"inputs": zeros(784), "outputs": 3}).to_string(),
            (422, "invalid", "outputs: expected a list of output names"),
        ),
        json_case(
            "top_k zero",
            json!({"inputs": zeros(784), "top_k": 0}).to_string(),
            (422, "invalid", "top_k: expected a whole number of at least 1"),
        ),
        json_case(
            "top_k a half",
            json!({"inputs": zeros(784), "top_k": 1.5}).to_string(),
            (422, "invalid", "top_k: expected a whole number"),
        ),
        json_case(
            "unknown option",
            json!({"inputs": zeros(784), "topk": 3}).to_string(),
            (422, "invalid", "topk: unknown field"),
        ),
        json_case(
            "dtype of another",
            json!({"data": zeros(784), "shape": [28, 28], "dtype": "int8"}).to_string(),
            (422, "invalid", "dtype: expected float32"),
        ),
    ]);
}

#[test]
fn every_problem_is_listed_at_once() {
    let body = json!({"inputs": {"picture": [1], "pixels": [2]}, "outputs": ["logits"]}).to_string();
    let (status, code, _, fields) = problem(&Request::predict("application/json", body).send(&service()));
    assert_eq!((status, code.as_str()), (422, "invalid"));
    let names: Vec<&str> = fields.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(names, ["picture", "pixels", "image", "outputs"]);
}

#[test]
fn what_is_not_a_whole_picture_is_malformed() {
    let png = sample(7);
    let mut damaged = png.clone();
    let middle = damaged.len() / 2;
    damaged[middle..].fill(0);
    check(vec![
        image_case("empty", vec![], (400, "malformed", "the body is empty")),
        image_case("text", b"hello".to_vec(), (400, "malformed", "image")),
        image_case("only the signature", png[..8].to_vec(), (400, "malformed", "image")),
        image_case("truncated", png[..png.len() / 2].to_vec(), (400, "malformed", "image")),
        image_case("damaged", damaged, (400, "malformed", "image")),
        image_case(
            "a GIF",
            b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;".to_vec(),
            (400, "malformed", "image"),
        ),
        image_case("truncated JPEG", encoded(ImageFormat::Jpeg, 30), (400, "malformed", "image")),
        image_case("truncated WebP", encoded(ImageFormat::WebP, 30), (400, "malformed", "image")),
        image_case("30,000 x 30,000", bomb(30_000, 30_000), (413, "too_large", "30000 × 30000 pixels")),
        json_case("bad base64", r#"{"image": {"base64": "!!"}}"#, (400, "malformed", "base64")),
        json_case("base64 of no picture", r#"{"image": {"base64": "aGVsbG8="}}"#, (400, "malformed", "image")),
        json_case("base64 not a text", r#"{"image": {"base64": 3}}"#, (422, "invalid", "base64: expected a text")),
    ]);
}

#[test]
fn other_types_and_encodings_are_refused() {
    let service = service();
    for media in ["text/plain", "image/gif", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""]
    {
        let answer = Request::predict(media, sample(1)).send(&service);
        let (status, code, detail, _) = problem(&answer);
        assert_eq!((status, code.as_str()), (415, "unsupported"));
        assert_eq!(
            support::header(answer.response.headers(), "accept-post"),
            Some("application/json, image/png, image/jpeg, image/webp")
        );
        assert!(detail.ends_with(&format!("got {media:?}")), "{detail}");
    }
    let answer = Request::predict("application/json", "[1]").with("content-encoding", "br").send(&service);
    assert_eq!(problem(&answer).0, 415);
    assert_eq!(support::header(answer.response.headers(), "accept-encoding"), Some("gzip, deflate"));
}

/// The first `length` bytes of a white picture.
fn encoded(format: ImageFormat, length: usize) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(40, 40, image::Rgb([255; 3])).write_to(&mut bytes, format).expect("a picture can be encoded");
    let mut bytes = bytes.into_inner();
    bytes.truncate(length);
    bytes
}

/// A small PNG that says it is large: a bomb if a decoder believed it.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = sample(1);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}
