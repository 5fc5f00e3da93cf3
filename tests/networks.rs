//! A network's fused kernels answer as its operators do one by one, which share no code with them.

mod common;

use common::{ask, model};
use onnxlet::{Model, Prediction};
use proptest::prelude::*;
use serde_json::json;

fn probabilities(prediction: &Prediction) -> Vec<f64> {
    let prediction = serde_json::to_value(prediction).unwrap();
    prediction["outputs"]["probs"]["data"].as_array().unwrap().iter().map(|share| share.as_f64().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Both sum in float32 in another order: 1e-5 is a hundred times what a network of three convolutions loses.
    #[test]
    fn digits(pixels in prop::collection::vec(0f32..1.0, 784), count in 1usize..4) {
        let (onnx, card) = (include_bytes!("../models/digits/model.onnx"), include_str!("../models/digits/card.json"));
        let fused = model("digits");
        let one_by_one = Model::load_by_operator(onnx, Some(card)).unwrap();
        let data: Vec<f32> = pixels.iter().cycle().take(784 * count).enumerate().map(|(at, x)| x * (1.0 - at as f32 / 4000.0)).collect();
        let body = json!({"image": {"data": data, "shape": [count, 1, 28, 28]}});
        let [fused, plain] = [&fused, &one_by_one].map(|model| probabilities(&ask(model, &body.to_string()).unwrap()));
        prop_assert_eq!(fused.len(), 10 * count);
        for (got, expected) in fused.iter().zip(&plain) {
            prop_assert!((got - expected).abs() <= 1e-5, "got {got}, expected {expected}");
        }
    }
}
