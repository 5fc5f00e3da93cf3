//! Random quantised networks, as steps, against `ops/quant` one operator at a time: the same to the last bit.

use proptest::prelude::*;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};
use tract_onnx::prelude::DatumType;

use super::conv::Columns;
use crate::import::tests::{edge, encoded, floats, node};
use crate::network::Network;
use crate::network::step::Work;
use crate::network::value::{Centre, Zero};
use crate::{Elements, Inputs, Model, Options};

/// Bytes while a network is made of layers.
#[derive(Clone)]
struct Image {
    name: String,
    size: [i64; 3],
    /// The names of its scale and zero point.
    scale: String,
    zero: String,
}

struct Maker {
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
    images: Vec<Image>,
    dtype: DataType,
    seed: u64,
    names: usize,
}

impl Maker {
    fn new(seed: u64) -> Maker {
        let dtype = if seed.is_multiple_of(2) { DataType::Uint8 } else { DataType::Int8 };
        let mut maker = Maker { nodes: vec![], weights: vec![], images: vec![], dtype, seed, names: 0 };
        let first = maker.image([3, 9, 11], 0.02);
        maker.push("", &format!("QuantizeLinear(x, {}, {}) -> {}", first.scale, first.zero, first.name));
        maker.images.push(first);
        maker
    }

    fn next(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    fn push(&mut self, domain: &str, text: &str) {
        self.nodes.push(NodeProto { domain: domain.into(), ..node(text) });
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn whole(&mut self, dtype: DataType, dims: &[i64], low: i64, high: i64) -> String {
        let name = self.name();
        let count = dims.iter().product::<i64>();
        let int32_data = (0..count).map(|_| (low + self.next((high - low + 1) as u64) as i64) as i32).collect();
        let (dims, data_type) = (dims.into(), dtype as i32);
        self.weights.push(TensorProto { name: name.clone(), dims, data_type, int32_data, ..Default::default() });
        name
    }

    fn byte(&mut self, dtype: DataType, dims: &[i64]) -> String {
        let [low, high] = if dtype == DataType::Int8 { [-128, 127] } else { [0, 255] };
        self.whole(dtype, dims, low, high)
    }

    fn float(&mut self, dims: &[i64], scale: f32) -> String {
        let name = self.name();
        let numbers: Vec<f32> =
            (0..dims.iter().product::<i64>()).map(|_| scale * (1.0 + self.next(1000) as f32 / 1000.0)).collect();
        self.weights.push(floats(&name, dims, |at| numbers[at as usize]));
        name
    }

    fn image(&mut self, size: [i64; 3], scale: f32) -> Image {
        let (scale, zero) = (self.float(&[], scale), self.byte(self.dtype, &[]));
        Image { name: format!("i{}", self.images.len()), size, scale, zero }
    }

    fn last(&self) -> Image {
        self.images[self.images.len() - 1].clone()
    }

    /// An operator of onnxruntime's on the last image, with its scales around.
    fn on_last(&mut self, operator: &str, size: [i64; 3], scale: f32) {
        let (x, to) = (self.last(), self.image(size, scale));
        let text = format!("{operator}({}, {}, {}, {}, {}) -> {}", x.name, x.scale, x.zero, to.scale, to.zero, to.name);
        self.push("com.microsoft", &text);
        self.images.push(to);
    }

    fn convolution(&mut self, columns: i64, kernel: i64, stride: i64, group: i64) {
        let x = self.last();
        let [channels, height, width] = x.size;
        let depth = channels / group;
        let dtype = if self.next(2) == 0 { DataType::Uint8 } else { DataType::Int8 };
        let scales: &[i64] = if self.next(2) == 0 { &[] } else { &[columns] };
        let w = self.byte(dtype, &[columns, depth, kernel, kernel]);
        let unit = 0.02 / (depth * kernel * kernel) as f32;
        let (w_scale, w_zero) = (self.float(scales, unit), self.byte(dtype, scales));
        // Some biases are beyond what is exact.
        let reach = if self.next(6) == 0 { 1 << 26 } else { 100_000 };
        let bias =
            if self.next(3) == 0 { String::new() } else { self.whole(DataType::Int32, &[columns], -reach, reach) };
        let pad = kernel / 2;
        let size = |size: i64| (size + 2 * pad - kernel) / stride + 1;
        let to = self.image([columns, size(height), size(width)], 0.02);
        let attributes = format!("strides={stride},{stride} pads={pad},{pad},{pad},{pad} group={group}");
        let (x, y) = ([x.name, x.scale, x.zero].join(", "), [to.scale.as_str(), &to.zero].join(", "));
        self.push("", &format!("QLinearConv({x}, {w}, {w_scale}, {w_zero}, {y}, {bias}; {attributes}) -> {}", to.name));
        self.images.push(to);
    }

    /// An operator in floats between bytes.
    fn between(&mut self, call: &str, inputs: &[Image]) {
        let mut names = vec![];
        for image in inputs {
            let name = self.name();
            self.push("", &format!("DequantizeLinear({}, {}, {}) -> {name}", image.name, image.scale, image.zero));
            names.push(name);
        }
        let number = self.float(&[], 0.7);
        let (made, to) = (self.name(), self.image(inputs[0].size, 0.02));
        let call =
            call.replace("NUMBER", &number).replace("FIRST", &names[0]).replace("SECOND", &names[names.len() - 1]);
        self.push("", &format!("{call} -> {made}"));
        self.push("", &format!("QuantizeLinear({made}, {}, {}) -> {}", to.scale, to.zero, to.name));
        self.images.push(to);
    }

    fn layer(&mut self, [kind, detail]: [usize; 2]) {
        let x = self.last();
        let [channels, height, width] = x.size;
        let stride = if height > 3 && width > 3 { detail as i64 % 2 + 1 } else { 1 };
        let alike: Vec<Image> = self.images.iter().filter(|image| image.size == x.size).cloned().collect();
        let other = alike[detail % alike.len()].clone();
        match kind {
            0 => self.convolution([1, 3, 4, 8, 13][detail % 5], [1, 3, 5][detail % 3], stride, 1),
            1 => self.convolution(channels, 3, stride, channels),
            2 => {
                let operator = ["QLinearAdd", "QLinearMul"][detail % 2];
                let to = self.image(x.size, 0.03);
                let inputs = [x.name, x.scale, x.zero, other.name, other.scale, other.zero];
                let text = format!("{operator}({}, {}, {}) -> {}", inputs.join(", "), to.scale, to.zero, to.name);
                self.push("com.microsoft", &text);
                self.images.push(to);
            }
            3 => self.on_last(["QLinearSigmoid", "QLinearLeakyRelu"][detail % 2], x.size, 0.01),
            4 => {
                let calls =
                    ["Relu(FIRST)", "Mul(FIRST, NUMBER)", "HardSigmoid(FIRST)", "Tanh(FIRST)", "Div(NUMBER, FIRST)"];
                self.between(calls[detail % calls.len()], &[x]);
            }
            5 => self.between(["Add(FIRST, SECOND)", "Mul(FIRST, SECOND)"][detail % 2], &[x, other]),
            6 if height > 2 && width > 2 => {
                let size = [channels, (height - 1) / 2 + 1, (width - 1) / 2 + 1];
                let to = Image { name: format!("i{}", self.images.len()), size, ..x.clone() };
                let attributes = "kernel_shape=3,3 strides=2,2 pads=1,1,1,1";
                self.push("", &format!("MaxPool({}; {attributes}) -> {}", x.name, to.name));
                self.images.push(to);
            }
            7 => {
                let whole = x.clone();
                self.on_last("QLinearGlobalAveragePool", [channels, 1, 1], 0.01);
                self.convolution(channels, 1, 1, 1);
                let gate = self.last();
                let to = self.image(whole.size, 0.03);
                let inputs = [whole.name, whole.scale, whole.zero, gate.name, gate.scale, gate.zero];
                let text = format!("QLinearMul({}, {}, {}) -> {}", inputs.join(", "), to.scale, to.zero, to.name);
                self.push("com.microsoft", &text);
                self.images.push(to);
            }
            8 => {
                let to =
                    Image { name: format!("i{}", self.images.len()), size: [channels, width, height], ..x.clone() };
                self.push("", &format!("Transpose({}; perm=0,1,3,2) -> {}", x.name, to.name));
                self.images.push(to);
            }
            9 => {
                // The other's bytes are taken for some of the same scale.
                let size = [channels + other.size[0], height, width];
                let to = Image { name: format!("i{}", self.images.len()), size, ..x.clone() };
                self.push("", &format!("Concat({}, {}; axis=1) -> {}", x.name, other.name, to.name));
                self.images.push(to);
            }
            _ => {}
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let x = self.last();
        let count = x.size.iter().product::<i64>();
        self.push("", &format!("Flatten({}; axis=1) -> flat", x.name));
        let scales: &[i64] = if self.next(2) == 0 { &[] } else { &[7] };
        // So small that this is exact in any case.
        let middle = if self.dtype == DataType::Int8 { 0 } else { 128 };
        let w = self.whole(self.dtype, &[count, 7], middle - 9, middle + 9);
        let w_zero = self.whole(self.dtype, scales, middle - 3, middle + 3);
        let w_scale = self.float(scales, 0.02 / count as f32);
        let bias = self.whole(DataType::Int32, &[7], -9000, 9000);
        let to = self.image([7, 1, 1], 0.02);
        let inputs = ["flat", &x.scale, &x.zero, &w, &w_scale, &w_zero, &bias, &to.scale, &to.zero];
        self.push("com.microsoft", &format!("QGemm({}) -> scores", inputs.join(", ")));
        self.push("", &format!("DequantizeLinear(scores, {}, {}) -> y", to.scale, to.zero));
        model(self.nodes, self.weights)
    }
}

fn model(node: Vec<NodeProto>, initializer: Vec<TensorProto>) -> Vec<u8> {
    let (input, output) = (vec![edge("x[N,3,9,11]")], vec![edge("y[N,7]")]);
    encoded(GraphProto { name: "test".into(), node, initializer, input, output, ..Default::default() })
}

fn answer(model: &Model, examples: usize) -> Vec<f32> {
    let data: Vec<f32> = (0..297 * examples).map(|at| ((at * 37 + 11) % 101) as f32 / 25.0 - 2.0).collect();
    let body = serde_json::json!({"data": data, "shape": [examples, 3, 9, 11]}).to_string();
    let (inputs, _) = Inputs::from_json(model, body.as_bytes()).unwrap();
    match model.predict(inputs, &Options::default()).unwrap().outputs()[0].elements() {
        Elements::F32(values) => values.to_vec(),
        _ => panic!("expected floats"),
    }
}

fn network(model: &Model) -> &Network {
    model.plan().network().expect("a network")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn random_networks(layers in prop::collection::vec([0usize..10, 0usize..30], 1..9), seed in any::<u64>()) {
        let mut maker = Maker::new(seed);
        layers.into_iter().for_each(|layer| maker.layer(layer));
        let onnx = maker.finish();
        let [fused, plain] = [Model::load(&onnx, None).unwrap(), Model::load_by_operator(&onnx, None).unwrap()];
        network(&fused);
        for examples in 1..3 {
            prop_assert_eq!(answer(&fused, examples), answer(&plain, examples));
        }
    }
}

/// What a dynamic quantiser writes: ConvInteger, what it is scaled by and a bias, twice, then MatMulInteger.
#[test]
fn ranges_of_each_run() {
    let mut maker = Maker { nodes: vec![], weights: vec![], images: vec![], dtype: DataType::Uint8, seed: 5, names: 0 };
    let mut x = "x".to_owned();
    for (at, (channels, columns)) in [(3, 5), (5, 4)].into_iter().enumerate() {
        let (w, zero) = (maker.byte(DataType::Uint8, &[columns, channels, 3, 3]), maker.byte(DataType::Uint8, &[]));
        let scale = maker.float(if at == 0 { &[] } else { &[1] }, 0.001);
        let bias = maker.float(&[1, columns, 1, 1], 0.5);
        let mut node = |operator: &str| {
            let named = operator.replace('#', &at.to_string()).replace("X", &x);
            let named = named.replace("W", &w).replace("ZERO", &zero).replace("SCALE", &scale).replace("BIAS", &bias);
            maker.push("", &named);
        };
        node("DynamicQuantizeLinear(X) -> bytes#");
        node("ConvInteger(bytes#, W, zero#, ZERO; pads=1,1,1,1) -> sums#");
        node("Cast(sums#; to=1) -> floats#");
        node("Mul(scale#, SCALE) -> unit#");
        node("Mul(floats#, unit#) -> scaled#");
        node("Add(scaled#, BIAS) -> added#");
        node("Relu(added#) -> made#");
        let bytes = &mut maker.nodes.iter_mut().rev().find(|node| node.op_type.starts_with('D')).unwrap().output;
        bytes.extend([format!("scale{at}"), format!("zero{at}")]);
        x = format!("made{at}");
    }
    let (w, zero) = (maker.byte(DataType::Uint8, &[396, 7]), maker.byte(DataType::Uint8, &[]));
    let scale = maker.float(&[], 0.001);
    maker.push("", &format!("Flatten({x}; axis=1) -> flat"));
    maker.push("", "DynamicQuantizeLinear(flat) -> bytes");
    maker.nodes.last_mut().unwrap().output.extend(["scale".to_owned(), "zero".to_owned()]);
    maker.push("", &format!("MatMulInteger(bytes, {w}, zero, {zero}) -> sums"));
    maker.push("", "Cast(sums; to=1) -> floats");
    maker.push("", &format!("Mul(scale, {scale}) -> unit"));
    maker.push("", "Mul(floats, unit) -> y");
    let onnx = model(maker.nodes, maker.weights);
    let [fused, plain] = [Model::load(&onnx, None).unwrap(), Model::load_by_operator(&onnx, None).unwrap()];
    let steps = &network(&fused).steps;
    assert_eq!(steps.iter().filter(|step| matches!(step.work, Work::Convolve(_))).count(), 3);
    assert!(!steps.iter().any(|step| matches!(step.work, Work::Foreign(_))));
    // Several examples have one range.
    for examples in 1..3 {
        assert_eq!(answer(&fused, examples), answer(&plain, examples));
    }
}

/// Of sums that may be beyond 2^24 none is left to float32.
#[test]
fn what_is_not_exact_is_left_alone() {
    let columns = |weight: i16, bias: i32| Columns { weights: vec![weight; 514], bias: vec![0, bias] };
    let bytes = Centre { zero: Zero::Known(0), dtype: DatumType::U8 };
    // 255 * 255 * 257 is 65,791 less than 2^24.
    assert!(columns(255, 65_790).are_exact(bytes));
    assert!(columns(-255, -65_790).are_exact(bytes));
    assert!(!columns(255, 65_791).are_exact(bytes));
    assert!(!columns(255, i32::MIN).are_exact(bytes));
    assert!(
        Columns { weights: vec![255; 514], bias: vec![0, 65_790] }
            .are_exact(Centre { zero: Zero::Known(255), ..bytes })
    );
}
