//! The same random tensors in every protocol and every form get the same answer, bit for bit.

mod support;

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{GrayImage, ImageFormat};
use onnxlet_worker::http::{Answer, Service};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::models::{every_dtype, iris};
use support::{Request, header, service};

/// A tensor of every dtype: its name, its datatype, its elements as JSON writes them, and as bytes.
type Tensor = (&'static str, &'static str, Vec<Value>, Vec<u8>);

/// The body as text: numbers are compared as they are written, which is in the fewest digits that tell them apart.
fn text(answer: &Answer) -> String {
    let text = String::from_utf8(answer.response.body().to_vec()).expect("JSON is UTF-8");
    assert_eq!(answer.response.status(), 200, "{text}");
    text
}

/// All values that stand behind `key`, without the brackets around them.
fn behind(text: &str, key: &str) -> Vec<String> {
    let mut values = Vec::new();
    for (at, _) in text.match_indices(key) {
        let mut depth = 0;
        let mut value = String::new();
        let mut quoted = false;
        for character in text[at + key.len()..].chars() {
            match character {
                '"' => quoted = !quoted,
                '[' if !quoted => depth += 1,
                ']' if !quoted => depth -= 1,
                _ => {}
            }
            let ends = !quoted && matches!(character, ',' | ']' | '}');
            if ends && !value.is_empty() {
                values.push(std::mem::take(&mut value));
            } else if quoted || !matches!(character, '[' | ']' | ',') {
                value.push(character);
            }
            if depth <= 0 && (ends || character == ']') {
                break;
            }
        }
    }
    values
}

fn post(service: &Service, path: &str, body: &Value) -> String {
    text(&Request::json(path, body).send(service))
}

/// An inference request with all tensors in binary, answered in binary: the bytes of each output.
fn binary(service: &Service, path: &str, tensors: &[(&str, &str, &[u8])], rows: &[usize]) -> Vec<Vec<u8>> {
    let inputs: Vec<Value> = tensors
        .iter()
        .map(|(name, datatype, bytes)| {
            let parameters = json!({"binary_data_size": bytes.len()});
            json!({"name": name, "shape": rows, "datatype": datatype, "parameters": parameters})
        })
        .collect();
    let document = json!({"inputs": inputs, "parameters": {"binary_data_output": true}}).to_string();
    let length = document.len().to_string();
    let body =
        [document.as_bytes(), &tensors.iter().flat_map(|(_, _, bytes)| *bytes).copied().collect::<Vec<u8>>()].concat();
    let answer =
        Request { body, ..Request::new("POST", path) }.with("inference-header-content-length", &length).send(service);
    assert_eq!(answer.response.status(), 200, "{}", String::from_utf8_lossy(answer.response.body()));
    let length: usize = header(answer.response.headers(), "inference-header-content-length").unwrap().parse().unwrap();
    let (document, mut rest) = answer.response.body().split_at(length);
    let document: Value = serde_json::from_slice(document).unwrap();
    let sizes =
        document["outputs"].as_array().unwrap().iter().map(|o| o["parameters"]["binary_data_size"].as_u64().unwrap());
    sizes
        .map(|size| {
            let (bytes, others) = rest.split_at(size as usize);
            rest = others;
            bytes.to_vec()
        })
        .collect()
}

macro_rules! numbers {
    ($name:literal, $datatype:literal, $strategy:expr, $count:expr) => {
        prop::collection::vec($strategy, $count).prop_map(|values| -> Tensor {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            ($name, $datatype, values.iter().map(|value| json!(value)).collect(), bytes)
        })
    };
}

/// Random tensors of every dtype, with this many elements.
fn tensors(count: usize) -> impl Strategy<Value = Vec<Tensor>> {
    use prop::num::f32::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let doubles = {
        use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
        NEGATIVE | POSITIVE | NORMAL | SUBNORMAL | ZERO
    };
    let halves = prop::collection::vec(any::<u16>(), count).prop_map(|bits| -> Tensor {
        let finite = |bits: &u16| half::f16::from_bits(if bits & 0x7c00 == 0x7c00 { bits & 0x83ff } else { *bits });
        let values: Vec<half::f16> = bits.iter().map(finite).collect();
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        ("float16", "FP16", values.iter().map(|value| json!(value.to_f32())).collect(), bytes)
    });
    let bools = prop::collection::vec(any::<bool>(), count).prop_map(|values| -> Tensor {
        (
            "bool",
            "BOOL",
            values.iter().map(|value| json!(value)).collect(),
            values.iter().map(|value| u8::from(*value)).collect(),
        )
    });
    let texts = prop::collection::vec("[a-zé ]{0,6}", count).prop_map(|values| -> Tensor {
        let element = |text: &String| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
        (
            "string",
            "BYTES",
            values.iter().map(|value| json!(value)).collect(),
            values.iter().flat_map(element).collect(),
        )
    });
    let integers = (
        numbers!("uint8", "UINT8", any::<u8>(), count),
        numbers!("int8", "INT8", any::<i8>(), count),
        numbers!("uint16", "UINT16", any::<u16>(), count),
        numbers!("int16", "INT16", any::<i16>(), count),
        numbers!("int32", "INT32", any::<i32>(), count),
        numbers!("int64", "INT64", any::<i64>(), count),
        numbers!("uint32", "UINT32", any::<u32>(), count),
        numbers!("uint64", "UINT64", any::<u64>(), count),
    );
    let others = (
        numbers!("float32", "FP32", POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO, count),
        numbers!("float64", "FP64", doubles, count),
        halves,
        bools,
        texts,
    );
    (integers, others)
        .prop_map(|((a, b, c, d, e, f, g, h), (i, j, k, l, m))| vec![a, b, c, d, e, f, g, h, i, j, k, l, m])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn tensors_of_every_dtype_agree_in_every_form(tensors in (1usize..4).prop_flat_map(|rows| tensors(rows * 2))) {
        let service = every_dtype();
        let rows = tensors[0].2.len() / 2;
        let row = |values: &[Value], at: usize| json!(values[2 * at..2 * at + 2]);
        let all_rows = |values: &[Value]| -> Value { (0..rows).map(|at| row(values, at)).collect() };
        let named = |form: &dyn Fn(&[Value]) -> Value| -> Map<String, Value> {
            tensors.iter().map(|(name, _, values, _)| (name.to_string(), form(values))).collect()
        };
        let records: Vec<Value> = (0..rows).map(|at| Value::Object(named(&|values| row(values, at)))).collect();
        let columns: Vec<&str> = tensors.iter().map(|(name, ..)| *name).collect();
        let cells: Vec<Value> =
            (0..rows).map(|at| tensors.iter().map(|(_, _, values, _)| row(values, at)).collect()).collect();
        let inputs = |form: &dyn Fn(&[Value]) -> Value| -> Vec<Value> {
            let input = |(name, datatype, values, _): &Tensor| {
                json!({"name": name, "shape": [rows, 2], "datatype": datatype, "data": form(values)})
            };
            tensors.iter().map(input).collect()
        };
        let own = post(&service, "/predict", &Value::Object(named(&|values| json!({"data": values, "shape": [rows, 2]}))));
        let nested = post(&service, "/predict", &json!({"inputs": named(&all_rows)}));
        let flat = post(&service, "/v2/models/model/infer", &json!({"inputs": inputs(&|values| json!(values))}));
        let inferred = post(&service, "/v2/models/model/infer", &json!({"inputs": inputs(&all_rows)}));
        let by_row = post(&service, "/v1/models/model:predict", &json!({"instances": records}));
        let by_column = post(&service, "/v1/models/model:predict", &json!({"inputs": named(&all_rows)}));
        let scored = post(&service, "/invocations", &json!({"dataframe_records": records}));
        let split = post(&service, "/invocations", &json!({"dataframe_split": {"columns": columns, "data": cells}}));
        let sent: Vec<(&str, &str, &[u8])> = tensors.iter().map(|(n, d, _, bytes)| (*n, *d, bytes.as_slice())).collect();
        let returned = binary(&service, "/v2/models/model/infer", &sent, &[rows, 2]);
        // The outputs come in the model's order, the tensors in the test's.
        let order = support::models::DTYPES.map(|dtype| dtype.name());
        for (name, datatype, values, bytes) in &tensors {
            let at = order.iter().position(|own| own == name).unwrap();
            prop_assert_eq!(&returned[at], bytes, "{}", name);
            let expected: Vec<String> = values.iter().map(Value::to_string).collect();
            let shape = format!("[{rows},2]");
            let ours = format!("\"{name}_out\":{{\"dtype\":\"{name}\",\"shape\":{shape},\"data\":");
            let theirs = format!("\"name\":\"{name}_out\",\"datatype\":\"{datatype}\",\"shape\":{shape},\"data\":");
            let key = format!("\"{name}_out\":");
            for (form, text, key) in [
                ("own", &own, &ours), ("nested", &nested, &ours), ("flat", &flat, &theirs), ("inferred", &inferred, &theirs),
                ("by row", &by_row, &key), ("by column", &by_column, &key), ("scored", &scored, &key), ("split", &split, &key),
            ] {
                let got = behind(text, key);
                let same = if values[0].is_f64() { same_floats(&got, values, datatype) } else { got == expected };
                prop_assert!(same, "{} {}: {:?} instead of {:?}", form, name, got, expected);
            }
        }
    }

    #[test]
    fn rows_of_features_agree_in_every_form(rows in prop::collection::vec(prop::array::uniform4(0f32..10.0), 1..6)) {
        let service = iris();
        let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
        let records: Vec<Value> =
            rows.iter().map(|row| names.iter().map(|name| name.to_string()).zip(row.map(Value::from)).collect()).collect();
        let lines: Vec<String> = rows.iter().map(|row| row.map(|x| x.to_string()).join(",")).collect();
        let sheet = format!("{}\n{}", names.join(","), lines.join("\n"));
        let csv = Request { body: sheet.into(), ..Request::new("POST", "/invocations") }.with("content-type", "text/csv");
        let expected = behind(&post(&service, "/predict", &json!(rows)), "\"data\":");
        let of = |text: String| [behind(&text, "\"label\":"), behind(&text, "\"probabilities\":")].concat();
        for (form, got) in [
            ("records", of(post(&service, "/invocations", &json!({"dataframe_records": records})))),
            ("split", of(post(&service, "/invocations", &json!({"dataframe_split": {"columns": names, "data": rows}})))),
            ("csv", of(text(&csv.send(&service)))),
            ("rows", of(post(&service, "/v1/models/iris:predict", &json!({"instances": rows})))),
            ("records as rows", of(post(&service, "/v1/models/iris:predict", &json!({"instances": records})))),
            ("columns", of(post(&service, "/v1/models/iris:predict", &json!({"inputs": rows})))),
        ] {
            prop_assert_eq!(&got, &expected, "{}", form);
        }
    }

    #[test]
    fn a_picture_agrees_with_its_pixels(pixels in prop::collection::vec(any::<u8>(), 26 * 26)) {
        let service = service();
        // A dark border, so that the picture is not inverted.
        let at = |x: u32, y: u32| match (x, y) {
            (1..27, 1..27) => pixels[((y - 1) * 26 + x - 1) as usize],
            _ => 0,
        };
        let picture = GrayImage::from_fn(28, 28, |x, y| image::Luma([at(x, y)]));
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        let png = png.into_inner();
        let scale = 0.003_921_568_627_450_98;
        let values: Vec<f32> = picture.as_raw().iter().map(|pixel| (f64::from(*pixel) * scale) as f32).collect();
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let nested: Vec<Vec<&[f32]>> = vec![values.chunks(28).collect()];
        let b64 = json!({"b64": STANDARD.encode(&png)});
        let expected = behind(&post(&service, "/predict", &json!(values)), "\"data\":");
        let input = json!({"name": "image", "shape": [1, 1, 28, 28], "datatype": "FP32", "data": values});
        for (form, got) in [
            ("PNG", behind(&text(&Request::predict("image/png", png.clone()).send(&service)), "\"data\":")),
            ("base64", behind(&post(&service, "/predict", &json!({"base64": STANDARD.encode(&png)})), "\"data\":")),
            ("inference", behind(&post(&service, "/v2/models/digits/infer", &json!({"inputs": [input]})), "\"data\":")),
            ("b64 rows", behind(&post(&service, "/v1/models/digits:predict", &json!({"instances": [b64]})), "\"predictions\":")),
            ("b64 columns", behind(&post(&service, "/v1/models/digits:predict", &json!({"inputs": b64})), "\"outputs\":")),
            ("rows", behind(&post(&service, "/v1/models/digits:predict", &json!({"instances": [nested]})), "\"predictions\":")),
            ("scored", behind(&post(&service, "/invocations", &json!({"inputs": [nested]})), "\"predictions\":")),
        ] {
            prop_assert_eq!(&got, &expected, "{}", form);
        }
        let returned = &binary(&service, "/v2/models/digits/infer", &[("image", "FP32", &bytes)], &[1, 1, 28, 28])[0];
        let as_text: Vec<String> =
            returned.chunks(4).map(|four| json!(f32::from_le_bytes(four.try_into().unwrap()))).zip(&expected)
                .map(|(value, text)| if narrow(text) == value.as_f64().unwrap() as f32 { text.clone() } else { value.to_string() }).collect();
        prop_assert_eq!(&as_text, &expected, "binary");
    }
}

fn narrow(text: &str) -> f32 {
    text.parse().expect("a float32")
}

/// Whether these texts are these floats, bit for bit in their own precision.
fn same_floats(got: &[String], expected: &[Value], datatype: &str) -> bool {
    let bits = |text: &str, wide: f64| match datatype {
        "FP64" => text.parse::<f64>().is_ok_and(|value| value.to_bits() == wide.to_bits()),
        _ => text.parse::<f32>().is_ok_and(|value| value.to_bits() == (wide as f32).to_bits()),
    };
    got.len() == expected.len()
        && got.iter().zip(expected).all(|(text, value)| bits(text, value.as_f64().unwrap_or(f64::NAN)))
}
