//! MLflow's scoring protocol: every form of table and tensor, refusals.

mod support;

use onnxlet_worker::http::Answer;
use serde_json::{Value, json};
use support::models::{every_dtype, iris, sum};
use support::{Request, header, json as body_of, right, service};

const HEADER: &str = "sepal_length,sepal_width,petal_length,petal_width";
const ROWS: [[f32; 4]; 2] = [[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]];

fn invoke(body: &Value) -> Answer {
    Request::json("/invocations", body).send(&iris())
}

fn csv(text: &str) -> Answer {
    Request { body: text.into(), ..Request::new("POST", "/invocations") }.with("content-type", "text/csv").send(&iris())
}

/// The status and the message of `{"error_code", "message"}`.
fn refusal(answer: &Answer) -> (u16, String) {
    let (status, body) = body_of(answer);
    assert_eq!(header(answer.response.headers(), "content-type"), Some("application/json"));
    assert_eq!(body["error_code"], if status < 500 { "BAD_REQUEST" } else { "INTERNAL_ERROR" });
    (status, body["message"].as_str().expect("a text").to_string())
}

#[test]
fn a_ping_is_answered() {
    for method in ["GET", "HEAD"] {
        assert_eq!(Request::new(method, "/ping").send(&service()).response.status(), 200);
    }
}

#[test]
fn every_form_is_the_same_request() {
    let expected = right(&invoke(&json!({"inputs": ROWS})));
    assert_eq!(expected["predictions"]["label"], json!([0, 2]));
    assert_eq!(expected["predictions"]["probabilities"].as_array().unwrap().len(), 2);
    let names: Vec<&str> = HEADER.split(',').collect();
    let record =
        |row: [f32; 4]| -> Value { names.iter().map(|name| name.to_string()).zip(row.map(Value::from)).collect() };
    let turned = ROWS.map(|[a, b, c, d]| [d, c, b, a]);
    let turned_names: Vec<&str> = names.iter().rev().copied().collect();
    for body in [
        json!({"inputs": {"features": ROWS}}),
        json!({"instances": ROWS}),
        json!({"instances": ROWS.map(|row| json!({"features": row}))}),
        json!({"dataframe_records": ROWS.map(record)}),
        json!({"dataframe_split": {"columns": names, "index": [0, 1], "data": ROWS}}),
        json!({"dataframe_split": {"columns": turned_names, "data": turned}}),
        json!({"dataframe_split": {"columns": [0, 1, 2, 3], "data": ROWS}}),
        json!({"dataframe_split": {"data": ROWS}}),
        json!({"dataframe_split": {"columns": ["features"], "data": ROWS.map(|row| [row])}, "params": {}}),
    ] {
        assert_eq!(right(&invoke(&body)), expected, "{body}");
    }
    let lines = ROWS.map(|row| row.map(|x| x.to_string()).join(",")).join("\n");
    let turned_lines = turned.map(|row| row.map(|x| format!("\" {x} \"")).join(",")).join("\r\n");
    for text in [
        format!("{HEADER}\n{lines}"),
        format!("{}\r\n{turned_lines}\r\n", turned_names.join(",")),
        format!("0,1,2,3\n{lines}\n"),
    ] {
        assert_eq!(right(&csv(&text)), expected, "{text}");
    }
}

#[test]
fn one_output_is_bare() {
    let split =
        json!({"dataframe_split": {"columns": ["right", "left"], "data": [[[1, 2], [10, 20]], [[3, 4], [0.5, 0]]]}});
    let answer = right(&Request::json("/invocations", &split).send(&sum()));
    assert_eq!(answer, json!({"predictions": [[11.0, 22.0], [3.5, 4.0]]}));
}

#[test]
fn every_dtype_is_a_column() {
    let row = json!({
        "float32": [1.5, -0.25], "uint8": [0, 255], "int8": [-128, 127], "uint16": [0, 65535], "int16": [-32768, 32767],
        "int32": [i32::MIN, i32::MAX], "int64": [i64::MIN, i64::MAX], "string": ["", "é"], "bool": [true, false],
        "float16": [0.5, -65504.0], "float64": [0.1, 1e300], "uint32": [0, u32::MAX], "uint64": [0, u64::MAX],
    });
    let (names, cells): (Vec<&String>, Vec<&Value>) = row.as_object().unwrap().iter().unzip();
    for body in [
        json!({"dataframe_split": {"columns": names, "data": [cells, cells]}}),
        json!({"dataframe_records": [row, row]}),
    ] {
        let answer = right(&Request::json("/invocations", &body).send(&every_dtype()));
        for (name, value) in row.as_object().unwrap() {
            assert_eq!(answer["predictions"][format!("{name}_out")], json!([value, value]), "{name}");
        }
    }
}

#[test]
fn a_sheet_that_does_not_fit_is_refused() {
    for (text, status, message) in [
        ("sepal_length,sepal_width,petal_length\n1,2,3".to_string(), 422, "petal_width: csv: there is no such column"),
        (format!("{HEADER},color\n1,2,3,4,red"), 422, "color: csv: the model has no such input or feature"),
        (
            format!("{HEADER},petal_width\n1,2,3,4,5"),
            422,
            "petal_width: csv: the model has no such input or feature, or the column stands twice",
        ),
        (format!("{HEADER}\n1,2,3"), 400, "csv: expected 4 fields as in the first line, got 3 in row 0"),
        (format!("{HEADER}\n1,2,3,wide"), 422, "petal_width: csv: expected a number, got \"wide\" in row 0"),
        (format!("{HEADER}\n1,2,3,4\n1,2,,4"), 422, "features: expected finite numbers, got NaN"),
        (format!("{HEADER}\n1,2,3,inf"), 422, "features: expected finite numbers, got inf"),
        (HEADER.to_string(), 422, "csv: expected a line for each example behind the names, got none"),
        ("0,1\n1,2\n3,4".to_string(), 422, "features: expected f32[N,4], got shape [2, 2]"),
        ("\n\n".to_string(), 422, "there is no such column"),
    ] {
        let (got, told) = refusal(&csv(&text));
        assert!(got == status && told.contains(message), "{got} {told:?} instead of {message:?}");
    }
    let latin =
        Request { body: b"a\n\xff".to_vec(), ..Request::new("POST", "/invocations") }.with("content-type", "text/csv");
    assert_eq!(refusal(&latin.send(&every_dtype())).0, 400);
    let latin = Request { body: [HEADER.as_bytes(), b"\n1,2,3,\xff"].concat(), ..Request::new("POST", "/invocations") };
    assert_eq!(refusal(&latin.with("content-type", "text/csv").send(&iris())).0, 400);
}

#[test]
fn what_does_not_fit_is_told_by_its_field() {
    let one = "expected exactly one of dataframe_split, dataframe_records, instances and inputs";
    let names: Vec<&str> = HEADER.split(',').collect();
    for (body, message) in [
        (json!({}), one),
        (json!({"inputs": ROWS, "instances": ROWS}), one),
        (json!({"params": {"temperature": 1}, "inputs": ROWS}), "params: the model takes no parameters"),
        (json!({"data": ROWS}), "unknown field `data`, expected one of"),
        (
            json!({"dataframe_split": {"columns": names, "data": [[1, 2, 3]]}}),
            "dataframe_split: 4 columns are named, the rows have 3",
        ),
        (
            json!({"dataframe_split": {"columns": names, "data": []}}),
            "dataframe_split: data: expected rows of values, at least one",
        ),
        (
            json!({"dataframe_split": {"columns": names, "data": [[1, 2, 3, 4], [1]]}}),
            "dataframe_split: data: got 1 values in row 1",
        ),
        (json!({"dataframe_split": {"columns": names}}), "dataframe_split: missing field `data`"),
        (
            json!({"dataframe_split": {"columns": [1.5], "data": [[1]]}}),
            "dataframe_split.columns[0]: expected a text or a whole number",
        ),
        (
            json!({"dataframe_split": {"columns": ["a", "b", "c", "d"], "data": ROWS}}),
            "sepal_length: dataframe_split: there is no such column",
        ),
        (json!({"dataframe_records": [{"sepal_length": 1}]}), "features: sepal_width is missing"),
        (json!({"dataframe_records": [{"sepal_length": 1, "color": 2}]}), "color: unknown in dataframe_records[0]"),
        (json!({"dataframe_records": [[1, 2]]}), "features: expected f32[N,4], got shape [1, 2]"),
        (
            json!({"instances": [1, 2, 3, 4, 5, 6, 7, 8]}),
            "instances: got 8 examples, but the output label has the shape [2]",
        ),
        (json!({"inputs": {"x": 1}}), "x: no such input; the model has features"),
    ] {
        let (status, told) = refusal(&invoke(&body));
        assert!(status == 422 && told.contains(message), "{status} {told:?} instead of {message:?}");
    }
    let (status, told) = refusal(
        &Request { body: b"{".into(), ..Request::new("POST", "/invocations") }
            .with("content-type", "application/json")
            .send(&iris()),
    );
    assert!(status == 400 && told.contains("truncated"), "{told}");
    let (status, _) = refusal(&Request { body: b"1".into(), ..Request::new("POST", "/invocations") }.send(&iris()));
    assert_eq!(status, 415);
    assert_eq!(refusal(&Request::new("GET", "/invocations").send(&iris())).0, 405);
}
