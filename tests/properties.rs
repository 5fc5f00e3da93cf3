//! Whatever arrives, there is an answer or an error, never a panic; and good answers don't depend on the form.

mod common;

use std::sync::OnceLock;

use common::{ask, look, model};
use onnxlet::{Elements, Inputs, Model, Options, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn digits() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| model("digits"))
}

fn iris() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| model("iris"))
}

/// JSON with the words that mean something to the request's reader.
fn any_json() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(vec![
        "inputs",
        "outputs",
        "top_k",
        "data",
        "shape",
        "dtype",
        "base64",
        "image",
        "features",
        "sepal_length",
        "probs",
        "float32",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (0..5i64).prop_map(Json::from),
        word.clone().prop_map(Json::from),
        ".{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Json::from),
            prop::collection::vec((word.clone(), inner), 0..5)
                .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer_or_a_client_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for outcome in [Inputs::from_json(digits(), &body).err(), look(digits(), &body).err()].into_iter().flatten() {
            prop_assert!((400..500).contains(&outcome.status()), "{outcome}");
        }
    }

    #[test]
    fn any_json_gets_an_answer_or_a_client_error(body in any_json()) {
        for model in [digits(), iris()] {
            if let Err(error) = ask(model, &body.to_string()) {
                prop_assert!((400..500).contains(&error.status()), "{error}");
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn a_damaged_picture_gets_an_answer_or_a_client_error(at in 0usize..2000, byte in any::<u8>(), cut in 0usize..2000) {
        let mut png = include_bytes!("../models/digits/samples/5.png").to_vec();
        let at = at % png.len();
        png[at] = byte;
        png.truncate(cut.max(1).min(png.len()));
        if let Err(error) = look(digits(), &png) {
            prop_assert!((400..500).contains(&error.status()), "{error}");
        }
    }

    #[test]
    fn any_record_equals_its_row(row in prop::array::uniform4(-1e6f32..1e6)) {
        let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
        let record: Json = names.iter().zip(row).map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let by_name = ask(iris(), &record.to_string()).unwrap();
        let inputs = Inputs::named([("features".into(), Value::from(row.to_vec()))]);
        let by_place = iris().predict(inputs, &Options::default()).unwrap();
        for (a, b) in by_name.outputs().iter().zip(by_place.outputs()) {
            match (a.elements(), b.elements()) {
                // The same bits: JSON carries a float32 exactly.
                (Elements::F32(a), Elements::F32(b)) => prop_assert_eq!(bits(a), bits(b)),
                (Elements::I64(a), Elements::I64(b)) => prop_assert_eq!(a, b),
                (a, b) => prop_assert!(false, "{:?} and {:?}", a, b),
            }
        }
    }

    #[test]
    fn any_truncated_or_damaged_model_is_refused_or_loads(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut onnx = include_bytes!("../models/iris/model.onnx").to_vec();
        let at = at.index(onnx.len());
        onnx[at] = byte;
        // A changed weight or name is still a model; whatever else must be refused, not panic.
        let _ = Model::load(&onnx, None).map(|model| ask(&model, "[1, 2, 3, 4]"));
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}
