//! `POST /predict` with good requests: every form of input gives the same, right answer.

mod support;

use std::io::Cursor;

use base64::Engine;
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};
use support::{Request, json as answer_json, sample, service};

fn picture(digit: usize) -> RgbImage {
    image::load_from_memory(&sample(digit)).expect("a sample is a picture").into_rgb8()
}

fn encoded(digit: usize, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(digit).write_to(&mut bytes, format).expect("a picture can be encoded");
    bytes.into_inner()
}

fn post(media: &str, body: impl Into<Vec<u8>>) -> Value {
    let (status, answer) = answer_json(&Request::predict(media, body).send(&service()));
    assert_eq!(status, 200, "{answer}");
    answer
}

fn post_json(body: Value) -> Value {
    post("application/json", body.to_string())
}

#[test]
fn every_drawn_digit_is_read_right() {
    for digit in 0..10 {
        let answer = post("image/png", sample(digit));
        assert_eq!(answer["top"][0]["label"], digit.to_string(), "{answer}");
        assert_eq!(answer["top"][0]["index"], digit);
    }
}

#[test]
fn an_answer_has_outputs_top_labels_and_the_model() {
    let answer = post("image/png", sample(7));
    assert_eq!(answer["model"], json!({"name": "digits", "version": "1.0.0"}));
    let probs = &answer["outputs"]["probs"];
    assert_eq!((&probs["dtype"], &probs["shape"]), (&json!("float32"), &json!([1, 10])));
    let sum: f64 = probs["data"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    assert_eq!(answer["top"].as_array().unwrap().len(), 3);
    assert_eq!(answer["tops"], json!([answer["top"]]));
    assert_eq!(answer["top"][0]["score"], probs["data"][7]);
}

#[test]
fn png_and_lossless_webp_give_the_same_bits_and_jpeg_the_same_label() {
    let png = post("image/png", encoded(5, ImageFormat::Png));
    assert_eq!(png, post("image/webp", encoded(5, ImageFormat::WebP)));
    assert_eq!(post("image/jpeg", encoded(5, ImageFormat::Jpeg))["top"][0]["label"], "5");
}

#[test]
fn an_image_in_json_gives_the_same_bits() {
    let [three, eight] = [3, 8].map(|digit| base64(&sample(digit)));
    let image = post("image/png", sample(3));
    assert_eq!(post_json(json!({"image": {"base64": three}})), image);
    assert_eq!(post_json(json!({"inputs": {"image": {"base64": format!("data:image/png;base64,{three}")}}})), image);
    let batch = post_json(json!([{"base64": three}, {"base64": eight}]));
    assert_eq!(batch["outputs"]["probs"]["shape"], json!([2, 10]));
    assert_eq!((&batch["tops"][0][0]["label"], &batch["tops"][1][0]["label"]), (&json!("3"), &json!("8")));
}

#[test]
fn every_json_form_of_one_tensor_gives_the_same_bits() {
    let flat: Vec<f64> = (0..784).map(|i| f64::from(i % 29 > 24)).collect();
    let rows: Vec<&[f64]> = flat.chunks(28).collect();
    let first = post_json(json!(flat));
    for form in [
        json!(rows),
        json!([rows]),
        json!([[rows]]),
        json!({"image": [rows]}),
        json!({"inputs": {"image": flat}}),
        json!({"inputs": flat}),
        json!({"data": flat, "shape": [1, 1, 28, 28]}),
        json!({"image": {"data": flat, "shape": [1, 28, 28]}}),
        json!({"inputs": {"image": flat}, "outputs": ["probs"], "top_k": 3}),
    ] {
        assert_eq!(post_json(form.clone()), first, "{}", form.to_string().chars().take(80).collect::<String>());
    }
}

#[test]
fn a_batch_gives_what_its_examples_give() {
    let examples: Vec<Vec<f64>> =
        (0..3).map(|step| (0..784).map(|i| f64::from((i + step * 7) % 29 > 24)).collect()).collect();
    let batch = post_json(json!({"image": {"data": examples.concat(), "shape": [3, 1, 28, 28]}}));
    assert_eq!(batch["outputs"]["probs"]["shape"], json!([3, 10]));
    for (row, example) in examples.iter().enumerate() {
        let alone = post_json(json!(example));
        assert_eq!(batch["tops"][row][0]["label"], alone["top"][0]["label"]);
    }
}

#[test]
fn options_choose_outputs_and_ranks() {
    let answer = post_json(json!({"inputs": vec![0; 784], "top_k": 10, "outputs": ["probs"]}));
    assert_eq!(answer["top"].as_array().unwrap().len(), 10);
    let answer = post_json(json!({"inputs": vec![0; 784], "top_k": 1}));
    assert_eq!(answer["tops"][0].as_array().unwrap().len(), 1);
}

#[test]
fn the_content_type_may_have_parameters_and_capitals() {
    let body = serde_json::to_vec(&vec![0; 784]).unwrap();
    post("Application/JSON; charset=utf-8", body);
    post("IMAGE/PNG", sample(1));
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
