//! Random networks, fused, against their operators one by one, which share no code with them.

mod open;

use proptest::prelude::*;
use serde_json::json;
use tract_onnx::pb::TensorProto;

use crate::import::tests::{floats, model};
use crate::{Inputs, Model, Options};

/// Images while a network is made of layers: their sizes by name.
struct Maker {
    nodes: Vec<String>,
    weights: Vec<TensorProto>,
    values: Vec<(String, [i64; 3])>,
    seed: u64,
}

impl Maker {
    fn new(seed: u64) -> Maker {
        let values = vec![("x".to_owned(), [3, 9, 11])];
        let numbers =
            [("zero", 0.0), ("three", 3.0), ("six", 6.0)].map(|(name, number)| floats(name, &[], move |_| number));
        Maker { nodes: vec![], weights: numbers.into(), values, seed }
    }

    fn last(&self) -> (String, [i64; 3]) {
        self.values.last().unwrap().clone()
    }

    /// Numbers around 0 that look random, such that sums of `fan` of them stay small.
    fn weight(&mut self, dims: &[i64], fan: i64) -> String {
        let name = format!("w{}", self.weights.len());
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        let (seed, scale) = (self.seed, 1.0 / (fan as f32).sqrt());
        let number = move |at: i64| {
            let hash = (seed ^ at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xff51_afd7_ed55_8ccd) >> 40;
            (hash as f32 / (1u32 << 23) as f32 - 1.0) * scale
        };
        self.weights.push(floats(&name, dims, number));
        name
    }

    fn push(&mut self, call: &str, size: [i64; 3]) -> String {
        let name = format!("v{}", self.nodes.len());
        self.nodes.push(format!("{call} -> {name}"));
        self.values.push((name.clone(), size));
        name
    }

    fn convolution(&mut self, columns: i64, kernel: i64, stride: i64, group: i64) {
        let (x, [channels, height, width]) = self.last();
        let depth = channels / group;
        let (w, b) =
            (self.weight(&[columns, depth, kernel, kernel], depth * kernel * kernel), self.weight(&[columns], 1));
        let pad = kernel / 2;
        let size = |size: i64| (size + 2 * pad - kernel) / stride + 1;
        let attributes = format!("strides={stride},{stride} pads={pad},{pad},{pad},{pad} group={group}");
        self.push(&format!("Conv({x}, {w}, {b}; {attributes})"), [columns, size(height), size(width)]);
    }

    fn layer(&mut self, [kind, detail]: [usize; 2]) {
        let (x, size @ [channels, height, width]) = self.last();
        let stride = if height > 3 && width > 3 { detail as i64 % 2 + 1 } else { 1 };
        match kind {
            0 => self.convolution([1, 3, 4, 8, 13][detail % 5], [1, 3, 5][detail % 3], stride, 1),
            1 => self.convolution(channels, 3, stride, channels),
            2 => {
                let (scale, offset) = (self.weight(&[channels, 1, 1], 1), self.weight(&[channels, 1, 1], 1));
                let scaled = self.push(&format!("Mul({x}, {scale})"), size);
                self.push(&format!("Add({scaled}, {offset})"), size);
            }
            3 => {
                let functions = [
                    "Relu(X)",
                    "LeakyRelu(X)",
                    "Clip(X, zero, six)",
                    "HardSigmoid(X)",
                    "Sigmoid(X)",
                    "Tanh(X)",
                    "Neg(X)",
                ];
                self.push(&functions[detail % functions.len()].replace('X', &x), size);
            }
            4 => {
                let shifted = self.push(&format!("Add({x}, three)"), size);
                let gate = self.push(&format!("Clip({shifted}, zero, six)"), size);
                let product = self.push(&format!("Mul({x}, {gate})"), size);
                self.push(&format!("Div({product}, six)"), size);
            }
            5 => {
                let others: Vec<String> =
                    self.values.iter().filter(|value| value.1 == size).map(|value| value.0.clone()).collect();
                self.push(&format!("Add({x}, {})", others[detail % others.len()]), size);
            }
            6 if height > 2 && width > 2 => {
                let halves = [channels, (height - 1) / 2 + 1, (width - 1) / 2 + 1];
                let pool = ["MaxPool", "AveragePool"][detail % 2];
                self.push(&format!("{pool}({x}; kernel_shape=3,3 strides=2,2 pads=1,1,1,1)"), halves);
            }
            7 => {
                let fits = |value: &&(String, [i64; 3])| value.1[1..] == size[1..];
                let others: Vec<_> = self.values.iter().filter(fits).cloned().collect();
                let (other, [more, ..]) = others[detail % others.len()].clone();
                self.push(&format!("Concat({x}, {other}; axis=1)"), [channels + more, height, width]);
            }
            8 => {
                self.push(&format!("GlobalAveragePool({x})"), [channels, 1, 1]);
                self.convolution(channels, 1, 1, 1);
                let gate = self.last().0;
                let gate = self.push(&format!("Sigmoid({gate})"), [channels, 1, 1]);
                self.push(&format!("Mul({x}, {gate})"), size);
            }
            9 => {
                self.push(&format!("Transpose({x}; perm=0,1,3,2)"), [channels, width, height]);
            }
            _ => {}
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let (x, [channels, height, width]) = self.last();
        let count = channels * height * width;
        let flat = self.push(&format!("Flatten({x}; axis=1)"), [count, 1, 1]);
        let w = self.weight(&[count, 7], count);
        self.nodes.push(format!("MatMul({flat}, {w}) -> scores"));
        self.nodes.push("Softmax(scores; axis=1) -> y".to_owned());
        let nodes: Vec<&str> = self.nodes.iter().map(String::as_str).collect();
        model("x[1,3,9,11]", &nodes, self.weights, "y[1,7]")
    }
}

/// What a model answers for its only input.
fn answer(model: &Model, shape: &[usize], data: &[f32]) -> Vec<f64> {
    let (inputs, _) = Inputs::from_json(model, json!({"data": data, "shape": shape}).to_string().as_bytes()).unwrap();
    let prediction = serde_json::to_value(model.predict(inputs, &Options::default()).unwrap()).unwrap();
    prediction["outputs"]["y"]["data"].as_array().unwrap().iter().map(|share| share.as_f64().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Both sum in float32, in another order, over up to a dozen layers: 1e-4 of a probability.
    #[test]
    fn random_networks(layers in prop::collection::vec([0usize..10, 0usize..30], 1..9), seed in any::<u64>()) {
        let mut maker = Maker::new(seed);
        layers.into_iter().for_each(|layer| maker.layer(layer));
        let onnx = maker.finish();
        let data: Vec<f32> = (0..297).map(|at| ((at * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect();
        let [fused, plain] = [Model::load(&onnx, None), Model::load_by_operator(&onnx, None)].map(|model| answer(&model.unwrap(), &[1, 3, 9, 11], &data));
        for (got, expected) in fused.iter().zip(&plain) {
            prop_assert!((got - expected).abs() <= 1e-4, "got {fused:?}, expected {plain:?}");
        }
    }
}

/// Steps that hand a state on, among products.
#[test]
fn a_loop_among_products() {
    let weights = vec![
        floats("k", &[8, 6], |at| (at % 7) as f32 / 7.0),
        floats("w", &[1, 16, 6], |at| (at % 5) as f32 / 9.0 - 0.2),
        floats("r", &[1, 16, 4], |at| (at % 3) as f32 / 9.0 - 0.1),
    ];
    let onnx = model("x[5,1,8]", &["MatMul(x, k) -> m", "LSTM(m, w, r; hidden_size=4) -> y"], weights, "y[5,1,1,4]");
    let data: Vec<f32> = (0..40).map(|at| at as f32 / 40.0).collect();
    let [whole, plain] = [Model::load(&onnx, None), Model::load_by_operator(&onnx, None)]
        .map(|model| answer(&model.unwrap(), &[5, 1, 8], &data));
    assert_eq!(whole.len(), 20);
    // float32, in another order.
    assert!(whole.iter().zip(plain).all(|(got, expected)| (got - expected).abs() <= 1e-5));
}
