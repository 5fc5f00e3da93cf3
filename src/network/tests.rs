//! Random networks, fused, against their operators one by one, which share no code with them.

mod open;

use proptest::prelude::*;
use serde_json::json;
use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::DataType;

use super::step::{Step, Work};
use crate::import::tests::{floats, model, whole};
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
        let numbers = [
            ("zero", 0.0),
            ("half", 0.5),
            ("one", 1.0),
            ("three", 3.0),
            ("six", 6.0),
            ("a", 0.044_715),
            ("minus", -3.0),
            ("root", 0.797_884_6),
            ("root_two", std::f32::consts::SQRT_2),
        ];
        let numbers = numbers.map(|(name, number)| floats(name, &[], move |_| number));
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
                let function = ["Add", "Sub", "Mul", "Max", "Min"][detail / 6];
                self.push(&format!("{function}({x}, {})", others[detail % others.len()]), size);
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
            9 => self.gelu(detail),
            10 if height > 2 && width > 2 => {
                let (mode, axis) = (["reflect", "edge"][detail % 2], detail / 2 % 3 + 1);
                let mut pads = [0i64; 8];
                let mut grown = size;
                // A reflection needs what it reflects.
                let most = if detail % 2 == 0 { size[axis - 1].min(3) - 1 } else { 2 };
                (pads[axis], pads[axis + 4]) = (most, most.min(1));
                grown[axis - 1] += most + most.min(1);
                let name = format!("p{}", self.nodes.len());
                self.weights.push(whole(&name, DataType::Int64, &pads));
                self.push(&format!("Pad({x}, {name}; mode={mode})"), grown);
            }
            11 => {
                self.push(&format!("Transpose({x}; perm=0,1,3,2)"), [channels, width, height]);
            }
            12 => self.transposed([1, 2, 5][detail % 3], [[1, 1], [2, 2], [3, 1]][detail / 3 % 3]),
            13 => {
                // HardSwish with a scale and an offset behind it.
                let swish = self.push(&format!("HardSwish({x})"), size);
                let scaled = self.push(&format!("Mul({swish}, half)"), size);
                let moved = self.push(&format!("Sub({scaled}, a)"), size);
                self.push(&format!("Mul({moved}, minus)"), size);
            }
            _ => {}
        }
    }

    /// A transposed convolution, of which the windows lie side by side.
    fn transposed(&mut self, columns: i64, [height, width]: [i64; 2]) {
        let (x, size) = self.last();
        let (w, b) = (self.weight(&[size[0], columns, height, width], size[0]), self.weight(&[columns], 1));
        let call = format!("ConvTranspose({x}, {w}, {b}; strides={height},{width})");
        self.push(&call, [columns, size[1] * height, size[2] * width]);
    }

    /// GELU, and its approximation in several orders.
    fn gelu(&mut self, detail: usize) {
        let (x, size) = self.last();
        const REST: &str = "Mul(0, a); Add(X, 1); Mul(2, root); Tanh(3); Add(4, one); Mul(X, half); Mul(6, 5)";
        let steps = match detail % 4 {
            0 => "Div(X, root_two); Erf(0); Add(1, one); Mul(X, 2); Mul(3, half)".to_owned(),
            1 => "Mul(a, X); Mul(X, 0); Mul(X, 1); Add(X, 2); Mul(root, 3); Tanh(4); Add(one, 5); Mul(half, 6); Mul(X, 7)".to_owned(),
            2 => format!("Pow(X, three); {REST}"),
            // Not GELU.
            _ => format!("Mul(X, X); {REST}"),
        };
        let first = self.nodes.len();
        for step in steps.split("; ") {
            let (operator, arguments) = step.trim_end_matches(')').split_once('(').unwrap();
            let argument = |argument: &str| match argument.parse::<usize>() {
                Ok(earlier) => format!("v{}", first + earlier),
                Err(_) => argument.replace('X', &x),
            };
            let arguments: Vec<String> = arguments.split(", ").map(argument).collect();
            self.push(&format!("{operator}({})", arguments.join(", ")), size);
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

/// The model as a network where it is one, and operator by operator.
fn both(onnx: &[u8]) -> [Model; 2] {
    [Model::load(onnx, None), Model::load_by_operator(onnx, None)].map(Result::unwrap)
}

/// The kinds of steps of the network that a model is.
fn kinds(model: &Model) -> String {
    let name = |step: &Step| match &step.work {
        Work::Rows(_) => "Rows",
        Work::Foreign(_) => "Foreign",
        Work::Convolve(_) => "Convolve",
        Work::Map { .. } => "Map",
        _ => "other",
    };
    model.plan().network().unwrap().steps.iter().map(name).collect::<Vec<_>>().join(" ")
}

/// How many weights that network has, and how many of them are others' as well.
fn weights(model: &Model) -> [usize; 2] {
    let groups = model.plan().network().unwrap().steps.iter().filter_map(|step| match &step.work {
        Work::Convolve(work) => Some(&work.groups),
        _ => None,
    });
    let mut all: Vec<_> = groups.flatten().map(|group| std::sync::Arc::as_ptr(&group.packed)).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    [count, count - all.len()]
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
    fn random_networks(layers in prop::collection::vec([0usize..14, 0usize..30], 1..9), seed in any::<u64>()) {
        let mut maker = Maker::new(seed);
        layers.into_iter().for_each(|layer| maker.layer(layer));
        let onnx = maker.finish();
        let data: Vec<f32> = (0..297).map(|at| ((at * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect();
        let [fused, plain] = both(&onnx);
        prop_assert!(fused.plan().network().is_some());
        let [fused, plain] = [fused, plain].map(|model| answer(&model, &[1, 3, 9, 11], &data));
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
    let [whole, plain] = both(&onnx).map(|model| answer(&model, &[5, 1, 8], &data));
    assert_eq!(whole.len(), 20);
    // float32, in another order.
    assert!(whole.iter().zip(plain).all(|(got, expected)| (got - expected).abs() <= 1e-5));
}

/// Whole numbers compared with [2, 3, 4], as float32, times a matrix, plus a bias: rows of the matrix, of each side and in each order. Others than these are
/// nothing but the bias, and those that are not consecutive are a product.
#[test]
fn rows_of_a_table() {
    let nodes = |equal: &str, product: &str| {
        let nodes = [
            "Cast(x; to=7) -> wide",
            "Unsqueeze(wide, last) -> ids",
            equal,
            "Cast(same; to=1) -> hot",
            product,
            "Add(m, b) -> s",
            "MatMul(s, v) -> y",
        ];
        nodes.map(str::to_owned)
    };
    let rows = floats("rows", &[3, 5], |at| (at * 7 % 11) as f32 / 3.0 - 1.0);
    let columns = floats("columns", &[5, 3], |at| (at * 5 % 13) as f32 / 3.0 - 1.0);
    let weights = |numbers: [i64; 3]| {
        let last = whole("last", DataType::Int64, &[2]);
        let (b, v) = (floats("b", &[5], |at| at as f32 / 7.0), floats("v", &[5, 2], |at| at as f32 / 9.0));
        vec![rows.clone(), columns.clone(), b, v, last, whole("numbers", DataType::Int64, &numbers)]
    };
    let cases = [
        ("Equal(ids, numbers) -> same", "MatMul(hot, rows) -> m", [2, 3, 4]),
        ("Equal(numbers, ids) -> same", "Einsum(columns, hot; equation=ck,abk->abc) -> m", [2, 3, 4]),
        ("Equal(ids, numbers) -> same", "MatMul(hot, rows) -> m", [2, 4, 3]),
    ];
    for (equal, product, numbers) in cases {
        let nodes = nodes(equal, product);
        let onnx = model("x[1,6]", &nodes.each_ref().map(String::as_str), weights(numbers), "y[1,6,2]");
        let [fused, plain] = both(&onnx);
        let steps = kinds(&fused);
        assert_eq!(steps.contains("Rows"), numbers.is_sorted(), "{steps}");
        assert_eq!(steps.contains("Foreign Foreign Foreign"), !numbers.is_sorted(), "{steps}");
        let data = [2.0, 4.0, 3.0, 1.0, 5.0, -70.0];
        let [fused, plain] = [fused, plain].map(|model| answer(&model, &[1, 6], &data));
        // Two sums in float32.
        assert!(
            fused.iter().zip(&plain).all(|(got, expected)| (got - expected).abs() <= 1e-5),
            "got {fused:?}, expected {plain:?}"
        );
    }
}

/// GELU's approximation is one step, however it is written, and nothing else of its operators is left.
#[test]
fn gelu_is_one_step() {
    for detail in [1, 2, 3] {
        let mut maker = Maker::new(7);
        maker.convolution(4, 1, 1, 1);
        maker.gelu(detail);
        let model = Model::load(&maker.finish(), None).unwrap();
        let kinds = kinds(&model);
        assert_eq!(kinds.matches("Map").count() == 1, detail < 3, "{kinds}");
    }
}

/// Windows of 3 × 3 of many channels, whose weights are transformed, among what is put into the same step: of even and odd sizes, and
/// where only each other window is asked for.
#[test]
fn transformed_weights() {
    let mut maker = Maker::new(3);
    let (a, b) = (maker.weight(&[16, 3, 3, 3], 27), maker.weight(&[20, 16, 3, 3], 144));
    let (c, d) = (maker.weight(&[20, 20, 3, 3], 180), maker.weight(&[20], 1));
    let pads = "pads=1,1,1,1";
    let nodes = [
        format!("Conv(x, {a}; {pads}) -> p"),
        "Relu(p) -> q".to_owned(),
        format!("Conv(q, {b}, {d}; {pads}) -> r"),
        "HardSwish(r) -> s".to_owned(),
        format!("Conv(s, {c}, {d}; {pads}) -> t"),
        "Add(s, t) -> u".to_owned(),
        format!("Conv(u, {c}) -> v"),
        format!("Conv(v, {c}; strides=2,2) -> w"),
        "Relu(w) -> y".to_owned(),
    ];
    for [height, width] in [[16usize, 17], [15, 14], [23, 20]] {
        let (input, output) =
            (format!("x[1,3,{height},{width}]"), format!("y[1,20,{},{}]", (height - 3) / 2, (width - 3) / 2));
        let onnx = model(&input, &nodes.each_ref().map(String::as_str), maker.weights.clone(), &output);
        let data: Vec<f32> = (0..3 * height * width).map(|at| ((at * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect();
        let [fused, plain] = both(&onnx).map(|model| answer(&model, &[1, 3, height, width], &data));
        // Sums of up to 180 products of about 1 in float32, in another order.
        assert!(fused.len() == plain.len() && !fused.is_empty());
        assert!(fused.iter().zip(plain).all(|(got, expected)| (got - expected).abs() <= 2e-5), "{height} × {width}");
    }
}

/// The same weights under two names are kept once, unless what is put into them differs.
#[test]
fn weights_are_shared() {
    let mut maker = Maker::new(5);
    let a = maker.weight(&[8, 3, 3, 3], 27);
    let again = TensorProto { name: "again".into(), ..maker.weights.last().unwrap().clone() };
    let scale = maker.weight(&[8, 1, 1], 1);
    maker.weights.push(again);
    let scaled = format!("Mul(r, {scale}) -> s");
    let first = format!("Conv(x, {a}) -> p");
    let nodes = [
        &first,
        "Abs(x) -> m",
        "Conv(m, again) -> q",
        "Neg(x) -> n",
        "Conv(n, again) -> r",
        &scaled,
        "Mul(p, q) -> t",
        "Mul(t, s) -> y",
    ];
    let onnx = model("x[1,3,5,5]", &nodes, maker.weights, "y[1,8,3,3]");
    let [fused, plain] = both(&onnx);
    assert_eq!(weights(&fused), [3, 1]);
    let data: Vec<f32> = (0..75).map(|at| at as f32 / 75.0).collect();
    let [fused, plain] = [fused, plain].map(|model| answer(&model, &[1, 3, 5, 5], &data));
    // The product of three sums of 27 products in float32, in another order.
    assert!(
        fused.iter().zip(&plain).all(|(got, expected)| (got - expected).abs() <= 1e-5 * expected.abs().max(1.0)),
        "got {fused:?}, expected {plain:?}"
    );
}
