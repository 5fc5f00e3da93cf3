//! TensorFlow Serving's REST interface and KServe's version 1: documents, predictions, classifications, refusals.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::models::{every_dtype, iris, sum};
use support::{Request, error, json as body_of, right, sample, service};

const SUM: &str = "/v1/models/sum:predict";
const VIRGINICA: [f32; 4] = [6.3, 3.3, 6.0, 2.5];

#[test]
fn the_model_is_listed_and_ready() {
    let service = sum();
    let get = |path| right(&Request::new("GET", path).send(&service));
    assert_eq!(get("/v1/models"), json!({"models": ["sum"]}));
    let status = json!({"error_code": "OK", "error_message": ""});
    let versions = json!([{"version": "2.3.1", "state": "AVAILABLE", "status": status}]);
    let expected = json!({"name": "sum", "ready": true, "model_version_status": versions});
    for path in ["/v1/models/sum", "/v1/models/sum/versions/2", "/v1/models/sum/versions/2.3.1"] {
        assert_eq!(get(path), expected, "{path}");
    }
}

#[test]
fn the_metadata_is_a_signature_of_tensorflow() {
    let service = service();
    for path in ["/v1/models/digits/metadata", "/v1/models/digits/versions/1/metadata"] {
        let document = right(&Request::new("GET", path).send(&service));
        assert_eq!(
            document["model_spec"],
            json!({"name": "digits", "signature_name": "serving_default", "version": "1.0.0"})
        );
        let signature = &document["metadata"]["signature_def"]["signature_def"]["serving_default"];
        assert_eq!(signature["method_name"], "tensorflow/serving/predict");
        let image = &signature["inputs"]["image"];
        assert_eq!((&image["dtype"], &image["name"]), (&json!("DT_FLOAT"), &json!("image")));
        let sizes: Vec<&str> =
            image["tensor_shape"]["dim"].as_array().unwrap().iter().map(|d| d["size"].as_str().unwrap()).collect();
        assert_eq!((sizes, &image["tensor_shape"]["unknown_rank"]), (vec!["-1", "1", "28", "28"], &json!(false)));
    }
    let document = right(&Request::new("GET", "/v1/models/model/metadata").send(&every_dtype()));
    let inputs =
        document["metadata"]["signature_def"]["signature_def"]["serving_default"]["inputs"].as_object().unwrap();
    let mut dtypes: Vec<&str> = inputs.values().map(|input| input["dtype"].as_str().unwrap()).collect();
    dtypes.sort_unstable();
    let expected = "DT_BOOL DT_DOUBLE DT_FLOAT DT_HALF DT_INT16 DT_INT32 DT_INT64 DT_INT8 DT_STRING DT_UINT16 DT_UINT32 DT_UINT64 DT_UINT8";
    assert_eq!(dtypes.join(" "), expected);
}

#[test]
fn what_is_not_there_is_not_found() {
    let service = sum();
    for path in [
        "/v1/models/nope",
        "/v1/models/sum/versions/9",
        "/v1/models/sum/labels/stable",
        "/v1/models/sum/labels/stable/metadata",
        "/v1/nope",
    ] {
        let (status, detail) = error(&Request::new("GET", path).send(&service));
        assert!(status == 404 && !detail.is_empty(), "{path}: {detail}");
    }
    for path in [
        "/v1/models/nope:predict",
        "/v1/models/sum/versions/9:predict",
        "/v1/models/nope:regress",
        "/v1/models/sum/labels/stable:predict",
    ] {
        assert_eq!(error(&Request::json(path, &json!({"instances": [[1, 2]]})).send(&service)).0, 404, "{path}");
    }
    assert_eq!(error(&Request::new("GET", SUM).send(&service)).0, 405);
}

#[test]
fn rows_of_several_inputs_are_objects_and_of_one_output_bare() {
    let rows = json!([{"left": [1, 2], "right": [10, 20]}, {"right": [30, 40], "left": [0.5, 4]}]);
    for path in [SUM, "/v1/models/sum/versions/2:predict"] {
        let answer = right(&Request::json(path, &json!({"instances": rows})).send(&sum()));
        assert_eq!(answer, json!({"predictions": [[11.0, 22.0], [30.5, 44.0]]}));
    }
    let columns = json!({"left": [[1, 2], [0.5, 4]], "right": [[10, 20], [30, 40]]});
    let body = json!({"signature_name": "serving_default", "inputs": columns});
    assert_eq!(right(&Request::json(SUM, &body).send(&sum())), json!({"outputs": [[11.0, 22.0], [30.5, 44.0]]}));
}

#[test]
fn rows_of_one_input_may_be_bare_and_of_several_outputs_are_objects() {
    let path = "/v1/models/iris:predict";
    let record = json!({"sepal_length": 6.3, "sepal_width": 3.3, "petal_length": 6.0, "petal_width": 2.5});
    let ask = |instance: &Value| right(&Request::json(path, &json!({"instances": [instance, instance]})).send(&iris()));
    let bare = ask(&json!(VIRGINICA));
    let rows = bare["predictions"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0], &rows[0]["label"]), (2, &rows[1], &json!(2)));
    assert_eq!(rows[0]["probabilities"].as_array().unwrap().len(), 3);
    assert_eq!(ask(&json!({"features": VIRGINICA})), bare);
    assert_eq!(ask(&record), bare);
    let columns = right(&Request::json(path, &json!({"inputs": [VIRGINICA, VIRGINICA]})).send(&iris()));
    assert_eq!(columns["outputs"]["label"], json!([2, 2]));
    let named = right(&Request::json(path, &json!({"inputs": {"features": [VIRGINICA, VIRGINICA]}})).send(&iris()));
    assert_eq!(named, columns);
}

#[test]
fn every_dtype_goes_through_rows_and_columns() {
    let row = json!({
        "float32": [1.5, -0.25], "uint8": [0, 255], "int8": [-128, 127], "uint16": [0, 65535], "int16": [-32768, 32767],
        "int32": [i32::MIN, i32::MAX], "int64": [i64::MIN, i64::MAX], "string": ["", "é"], "bool": [true, false],
        "float16": [0.5, -65504.0], "float64": [0.1, 1e300], "uint32": [0, u32::MAX], "uint64": [0, u64::MAX],
    });
    let path = "/v1/models/model:predict";
    let answer = right(&Request::json(path, &json!({"instances": [row, row]})).send(&every_dtype()));
    let columns: serde_json::Map<String, Value> =
        row.as_object().unwrap().iter().map(|(name, value)| (name.clone(), json!([value, value]))).collect();
    let columnar = right(&Request::json(path, &json!({"inputs": columns})).send(&every_dtype()));
    for (name, value) in row.as_object().unwrap() {
        assert_eq!(answer["predictions"][1][format!("{name}_out")], *value, "{name}");
        assert_eq!(columnar["outputs"][format!("{name}_out")], json!([value, value]), "{name}");
    }
}

#[test]
fn bytes_are_pictures_or_texts() {
    let picture = json!({"b64": STANDARD.encode(sample(7))});
    let path = "/v1/models/digits:predict";
    let best = |row: &Value| {
        let scores: Vec<f64> = row.as_array().unwrap().iter().map(|score| score.as_f64().unwrap()).collect();
        (0..10).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap()
    };
    for instances in [json!([picture, picture]), json!([{"image": picture}, {"image": picture}])] {
        let answer = right(&Request::json(path, &json!({"instances": instances})).send(&service()));
        assert_eq!(answer["predictions"].as_array().unwrap().iter().map(best).collect::<Vec<_>>(), [7, 7]);
    }
    for inputs in [picture.clone(), json!([picture]), json!({"image": picture}), json!({"image": [picture]})] {
        let answer = right(&Request::json(path, &json!({"inputs": inputs})).send(&service()));
        assert_eq!(best(&answer["outputs"][0]), 7);
    }
    let mut row: serde_json::Map<String, Value> =
        ["float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "float64", "uint32", "uint64"]
            .map(|name| (name.to_string(), json!([1, 2])))
            .into_iter()
            .collect();
    row.insert("bool".into(), json!([true, false]));
    let ask = |text: Value| {
        let mut row = row.clone();
        row.insert("string".into(), text);
        Request::json("/v1/models/model:predict", &json!({"instances": [row]})).send(&every_dtype())
    };
    let answer = right(&ask(json!([{"b64": STANDARD.encode("é")}, {"b64": ""}])));
    assert_eq!(answer["predictions"][0]["string_out"], json!(["é", ""]));
    for (text, detail) in [
        (json!([{"b64": "/w=="}, {"b64": ""}]), "string: b64: the text is not UTF-8"),
        (json!([{"b64": "!"}, {"b64": ""}]), "string: b64: cannot be decoded"),
        (json!([{"b64": 1}, {"b64": ""}]), "string: b64: expected a text"),
    ] {
        let (status, told) = error(&ask(text));
        assert!(status == 422 && told.contains(detail), "{told}");
    }
    let (_, told) = error(&Request::json(SUM, &json!({"inputs": {"left": {"b64": ""}, "right": [1, 2]}})).send(&sum()));
    assert_eq!(told, "left: b64: expected f32[N,2], got bytes");
}

#[test]
fn a_classification_lists_labels_with_scores() {
    let path = "/v1/models/sum:classify";
    let body =
        json!({"context": {"right": [0.5, 0]}, "examples": [{"left": [1, 2]}, {"left": [3, 2], "right": [0, 0]}]});
    let answer = right(&Request::json(path, &body).send(&sum()));
    let expected = json!([[["second", 2.0], ["first", 1.5]], [["first", 3.0], ["second", 2.0]]]);
    assert_eq!(answer, json!({"result": expected}));
    let digits = json!({"examples": [{"image": {"b64": STANDARD.encode(sample(3))}}]});
    let answer = right(&Request::json("/v1/models/digits/versions/1:classify", &digits).send(&service()));
    assert_eq!((answer["result"][0].as_array().unwrap().len(), &answer["result"][0][0][0]), (10, &json!("3")));
}

#[test]
fn what_a_model_does_not_do_is_refused() {
    let (status, told) =
        error(&Request::json("/v1/models/model:classify", &json!({"examples": [{}]})).send(&every_dtype()));
    assert_eq!((status, told.as_str()), (422, ":classify: the model's card names no labels; ask with :predict"));
    for path in ["/v1/models/sum:regress", "/v1/models/sum/versions/2:regress"] {
        let (status, told) = error(&Request::json(path, &json!({"examples": [{}]})).send(&sum()));
        assert_eq!(
            (status, told.as_str()),
            (422, ":regress: the model has no signature for regression; ask with :predict")
        );
    }
}

#[test]
fn what_does_not_fit_is_told_by_its_field() {
    for (body, expected) in [
        (json!({}), ".: expected instances or inputs, got neither"),
        (json!({"instances": [[1, 2]], "inputs": [[1, 2]]}), ".: expected instances or inputs, got both"),
        (
            json!({"signature_name": "other", "instances": []}),
            "signature_name: expected \"serving_default\", the only one, got \"other\"",
        ),
        (json!({"instances": []}), "instances: expected at least one example, got none"),
        (json!({"instances": 3}), "instances: expected a list, with an entry for each example"),
        (json!({"instances": {"left": [1, 2]}}), "instances: expected a list, with an entry for each example"),
        (json!({"instances": [[1, 2], [3]]}), "instances: got 1 values in row 1, 2 in the rows before"),
        (
            json!({"instances": [[1, 2]]}),
            "instances: the model has 2 inputs (left, right): expected objects that name them",
        ),
        (json!({"instances": [{"left": [1, 2]}]}), "right: missing in instances[0]; expected f32[N,2]"),
        (
            json!({"instances": [{"left": [1, 2], "right": [1, 2], "up": 1}]}),
            "up: unknown in instances[0]; the model has left, right",
        ),
        (
            json!({"instances": [{"left": [1, 2], "right": [1, 2]}, {"left": [1], "right": [1, 2]}]}),
            "left: expected f32[N,2], got 1 values in row 1, 2 in the rows before",
        ),
        (
            json!({"instances": [{"left": [1, 2], "right": [1, 2]}, 1]}),
            "instances: got objects beside single values or deeper arrays",
        ),
        (
            json!({"instances": [{"left": 1, "right": 1}, {"left": 2, "right": 2}]}),
            "instances: got 2 examples, but the output sum has the shape [1, 2], not a row for each",
        ),
        (json!({"inputs": {"left": [[1, 2]]}}), "right: missing; expected f32[N,2]"),
        (json!({"inputs": 1}), "inputs: the model has 2 inputs (left, right): expected objects that name them"),
    ] {
        let (status, told) = error(&Request::json(SUM, &body).send(&sum()));
        assert_eq!((status, told.as_str()), (422, expected), "{body}");
    }
    let (status, body) =
        body_of(&Request::json("/v1/models/sum:classify", &json!({"context": 1, "examples": []})).send(&sum()));
    assert_eq!((status, body), (422, json!({"error": "context: expected an object"})));
    let four = json!({"instances": [1, 2, 3, 4]});
    let (status, told) = error(&Request::json("/v1/models/iris:predict", &four).send(&iris()));
    assert!(
        status == 422 && told.starts_with("instances: got 4 examples, but the output label has the shape [1]"),
        "{told}"
    );
}

#[test]
fn curls_form_type_is_taken() {
    let body = json!({"inputs": {"left": [[1, 2]], "right": [[1, 2]]}}).to_string().into_bytes();
    let form = Request { body, ..Request::new("POST", SUM) }.with("content-type", "application/x-www-form-urlencoded");
    assert_eq!(right(&form.send(&sum())), json!({"outputs": [[2.0, 4.0]]}));
}
