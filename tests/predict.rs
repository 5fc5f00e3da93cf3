//! Good requests, in every form, give the right answers.

mod common;

use common::{ask, look, model};
use onnxlet::{Elements, Inputs, Model, Options, Value};

fn sample(digit: usize) -> Vec<u8> {
    let path = format!("{}/models/digits/samples/{digit}.png", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn floats(prediction: &onnxlet::Prediction, output: usize) -> Vec<f32> {
    match prediction.outputs()[output].elements() {
        Elements::F32(values) => values.to_vec(),
        other => panic!("expected float32, got {other:?}"),
    }
}

#[test]
fn every_drawn_sample_gets_its_label() {
    let model = model("digits");
    for digit in 0..10 {
        let prediction = look(&model, &sample(digit)).unwrap();
        assert_eq!(prediction.top().unwrap()[0].label, digit.to_string());
    }
}

#[test]
fn a_batch_of_pictures_answers_as_each_alone() {
    use base64::Engine;
    let model = model("digits");
    let encode = |digit| base64::engine::general_purpose::STANDARD.encode(sample(digit));
    let body = format!(r#"[{{"base64": "{}"}}, {{"base64": "data:image/png;base64,{}"}}]"#, encode(4), encode(9));
    let both = ask(&model, &body).unwrap();
    assert_eq!(both.outputs()[0].shape(), [2, 10]);
    let alone = [floats(&look(&model, &sample(4)).unwrap(), 0), floats(&look(&model, &sample(9)).unwrap(), 0)].concat();
    // The same kernels run over more rows: no tolerance is needed.
    assert_eq!(floats(&both, 0), alone);
}

#[test]
fn nested_flat_shaped_and_batchless_forms_are_one_request() {
    let model = model("digits");
    let row: Vec<f32> = (0..784).map(|i| (i % 7) as f32 / 8.0).collect();
    let expected = model.predict(Inputs::named([("image".into(), Value::from(row.clone()))]), &Options::default());
    let expected = floats(&expected.unwrap(), 0);
    let flat = serde_json::to_string(&row).unwrap();
    let rows: Vec<&[f32]> = row.chunks(28).collect();
    let nested = serde_json::to_string(&[&rows]).unwrap();
    for body in [
        flat.clone(),
        serde_json::to_string(&rows).unwrap(),
        nested.clone(),
        format!("[{nested}]"),
        format!(r#"{{"image": {flat}}}"#),
        format!(r#"{{"inputs": {nested}, "top_k": 1}}"#),
        format!(r#"{{"inputs": {{"image": [{nested}]}}, "outputs": ["probs"]}}"#),
        format!(r#"{{"data": {flat}, "shape": [1, 1, 28, 28]}}"#),
        format!(r#"{{"image": {{"dtype": "float32", "shape": [1, 28, 28], "data": {flat}}}}}"#),
    ] {
        let prediction = ask(&model, &body).unwrap_or_else(|e| panic!("{e}: {}…", &body[..60]));
        assert_eq!(floats(&prediction, 0), expected, "{}…", &body[..60]);
    }
}

#[test]
fn a_record_is_a_row() {
    let model = model("iris");
    let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
    let record = |row: [f64; 4]| {
        let fields: Vec<String> = names.iter().zip(row).map(|(name, value)| format!("{name:?}: {value}")).collect();
        format!("{{{}}}", fields.join(", "))
    };
    let (setosa, virginica) = ([5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]);
    let one = ask(&model, &record(setosa)).unwrap();
    assert_eq!(one.top().unwrap()[0].label, "setosa");
    let batch = ask(&model, &format!("[{}, {}]", record(setosa), record(virginica))).unwrap();
    assert_eq!(batch.tops().unwrap()[1][0].label, "virginica");
    let rows = ask(&model, &format!("[{setosa:?}, {virginica:?}]")).unwrap();
    let json = |p: &onnxlet::Prediction| serde_json::to_string(p).unwrap();
    assert_eq!(json(&batch), json(&rows));
}

#[test]
fn options_choose_outputs_and_ranks() {
    let model = model("iris");
    let prediction =
        ask(&model, r#"{"inputs": [5.1, 3.5, 1.4, 0.2], "outputs": ["probabilities"], "top_k": 2}"#).unwrap();
    assert_eq!(prediction.outputs().len(), 1);
    assert_eq!((prediction.outputs()[0].name(), prediction.top().unwrap().len()), ("probabilities", 2));
    let twice = ask(&model, r#"{"inputs": [5.1, 3.5, 1.4, 0.2], "outputs": ["label", "label"]}"#).unwrap();
    assert_eq!(twice.outputs().len(), 1, "an output named twice is given once");
    let only_label = ask(&model, r#"{"inputs": [5.1, 3.5, 1.4, 0.2], "outputs": ["label"]}"#).unwrap();
    assert!(only_label.top().is_some(), "ranked by an output that was not asked for");
}

#[test]
fn the_bundled_model_describes_itself() {
    let model = Model::bundled().unwrap();
    let description = serde_json::to_value(model.describe()).unwrap();
    assert_eq!(description["name"], "digits");
    assert_eq!(description["inputs"][0]["shape"], serde_json::json!(["N", 1, 28, 28]));
    assert_eq!(description["outputs"][0]["labels"][7], "7");
    assert_eq!(description["digest"].as_str().unwrap().len(), "sha256:".len() + 64);
    assert_eq!(description["batch"], "independent");
}

#[test]
fn only_a_proven_batch_is_said_to_be_independent() {
    // Each of iris's rows is answered by itself, too; but it has no convolution, and its rows are computed together.
    let description = serde_json::to_value(model("iris").describe()).unwrap();
    assert!(description.get("batch").is_none(), "{description}");
}

#[test]
fn an_independent_batch_has_the_bits_of_its_parts() {
    let model = Model::bundled().unwrap();
    let value = |example: usize, at: usize| ((example * 31 + at * 7) % 97) as f32 / 97.0;
    let batch = |from: usize, to: usize| -> Vec<f32> {
        (from..to).flat_map(|example| (0..784).map(move |at| value(example, at))).collect()
    };
    let ask = |from, to| {
        let inputs = Inputs::named([("image".into(), Value::from(batch(from, to)))]);
        floats(&model.predict(inputs, &Options::default()).unwrap(), 0)
    };
    let whole = ask(0, 9);
    for cut in 1..9 {
        assert_eq!([ask(0, cut), ask(cut, 9)].concat(), whole, "cut at {cut}");
    }
}

#[test]
fn the_card_can_fix_what_the_model_leaves_open() {
    let onnx = include_bytes!("../models/digits/model.onnx");
    let load = |shape: &str| {
        Model::load(onnx, Some(&format!(r#"{{"name": "d", "inputs": {{"image": {{"shape": {shape}}}}}}}"#)))
    };
    let two = load("[2, 1, 28, 28]").unwrap();
    assert_eq!(two.signature().inputs[0].to_string(), "f32[2,1,28,28]");
    assert_eq!(two.signature().outputs[0].to_string(), "f32[2,10]");
    let ask = |model: &Model, count: usize| {
        model.predict(Inputs::named([("image".into(), Value::from(vec![0.5f32; count * 784]))]), &Options::default())
    };
    let open = ask(&load("[\"N\", 1, 28, 28]").unwrap(), 2).unwrap();
    // The same kernels on the same values; a fixed size may still change how they are blocked.
    for (a, b) in floats(&ask(&two, 2).unwrap(), 0).iter().zip(floats(&open, 0)) {
        assert!((a - b).abs() <= 1e-6, "{a} {b}");
    }
    assert!(ask(&two, 1).unwrap_err().to_string().contains("expected f32[2,1,28,28], got 784 values"));
    for wrong in ["[2, 3, 28, 28]", "[2, 1, 28]", "[0, 1, 28, 28]"] {
        let error = load(wrong).unwrap_err().to_string();
        assert!(
            error.contains("inputs.image.shape: f32") && error.contains("does not fit the model's f32[N,1,28,28]"),
            "{error}"
        );
    }
    assert!(
        load("[1.5]").unwrap_err().to_string().contains("inputs.image.shape[0]: expected a size or a symbol's name")
    );
}
