//! What exporters write and tract alone would refuse. The expected values are onnxruntime's.

use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value as DimValue};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, attribute_proto::AttributeType, type_proto,
};

use crate::{Elements, Inputs, Model, Options};

/// `Conv(x, w; strides=2,2) -> y`
pub(crate) fn node(text: &str) -> NodeProto {
    let (call, output) = text.split_once(" -> ").unwrap();
    let (op_type, arguments) = call.trim_end_matches(')').split_once('(').unwrap();
    let (inputs, attributes) = arguments.split_once("; ").unwrap_or((arguments, ""));
    let attribute = |text: &str| {
        let (name, values) = text.split_once('=').unwrap();
        if values.starts_with(char::is_alphabetic) {
            let (s, kind) = (values.into(), AttributeType::String as i32);
            return AttributeProto { name: name.into(), s, r#type: kind, ..Default::default() };
        }
        let ints: Vec<i64> = values.split(',').map(|value| value.parse().unwrap()).collect();
        let one = matches!(name, "to" | "axis" | "keepdims" | "group" | "hidden_size");
        let (i, ints, kind) = if one { (ints[0], vec![], AttributeType::Int) } else { (0, ints, AttributeType::Ints) };
        AttributeProto { name: name.into(), i, ints, r#type: kind as i32, ..Default::default() }
    };
    NodeProto {
        op_type: op_type.into(),
        name: output.into(),
        input: inputs.split(", ").map(str::to_owned).collect(),
        output: vec![output.into()],
        attribute: attributes.split(' ').filter(|text| !text.is_empty()).map(attribute).collect(),
        ..Default::default()
    }
}

pub(crate) fn floats(name: &str, dims: &[i64], values: impl Fn(i64) -> f32) -> TensorProto {
    let float_data = (0..dims.iter().product()).map(values).collect();
    TensorProto { name: name.into(), dims: dims.into(), float_data, data_type: 1, ..Default::default() }
}

pub(crate) fn whole(name: &str, dtype: DataType, values: &[i64]) -> TensorProto {
    let raw_data = match dtype {
        DataType::Int32 => values.iter().flat_map(|value| (*value as i32).to_le_bytes()).collect(),
        _ => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
    };
    let dims = vec![values.len() as i64];
    TensorProto { name: name.into(), dims, raw_data, data_type: dtype as i32, ..Default::default() }
}

/// A tensor of floats: `x[N,2,3]`.
pub(crate) fn edge(text: &str) -> ValueInfoProto {
    let (name, dims) = text.trim_end_matches(']').split_once('[').unwrap();
    let dim = |dim: &str| match dim.parse() {
        Ok(size) => DimValue::DimValue(size),
        Err(_) => DimValue::DimParam(dim.into()),
    };
    let dim = dims.split(',').map(|text| Dimension { value: Some(dim(text)), ..Default::default() }).collect();
    let tensor = type_proto::Tensor { elem_type: DataType::Float as i32, shape: Some(TensorShapeProto { dim }) };
    let value = Some(type_proto::Value::TensorType(tensor));
    ValueInfoProto { name: name.into(), r#type: Some(TypeProto { value, ..Default::default() }), ..Default::default() }
}

pub(crate) fn model(input: &str, nodes: &[&str], weights: Vec<TensorProto>, output: &str) -> Vec<u8> {
    let graph = GraphProto {
        name: "test".into(),
        node: nodes.iter().map(|text| node(text)).collect(),
        initializer: weights,
        input: vec![edge(input)],
        output: vec![edge(output)],
        ..Default::default()
    };
    encoded(graph)
}

pub(crate) fn encoded(graph: GraphProto) -> Vec<u8> {
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 13 }];
    ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() }.encode_to_vec()
}

/// The answer to 0, 1, 2, … in the shape, and its shape. It is the same when the model runs operator by operator.
fn answer(onnx: &[u8], shape: &[usize]) -> (Vec<usize>, Vec<f32>) {
    let whole = answered(&Model::load(onnx, None).unwrap(), shape);
    let by_operator = answered(&Model::load_by_operator(onnx, None).unwrap(), shape);
    assert_eq!(whole.0, by_operator.0);
    // Sums of a few terms in another order.
    let close = |(x, y): (&f32, &f32)| (x - y).abs() <= 1e-5 * x.abs().max(1.0);
    assert!(whole.1.iter().zip(&by_operator.1).all(close), "{whole:?}\n{by_operator:?}");
    whole
}

fn answered(model: &Model, shape: &[usize]) -> (Vec<usize>, Vec<f32>) {
    let count = shape.iter().product::<usize>();
    let body = serde_json::json!({"data": (0..count).map(|i| i as f32).collect::<Vec<_>>(), "shape": shape});
    let (inputs, _) = Inputs::from_json(model, body.to_string().as_bytes()).unwrap();
    let prediction = model.predict(inputs, &Options::default()).unwrap();
    let output = &prediction.outputs()[0];
    match output.elements() {
        Elements::F32(values) => (output.shape().to_vec(), values.to_vec()),
        _ => panic!("expected floats"),
    }
}

#[test]
fn a_batch_stays_open_through_shapes_in_32_bits() {
    // What tf2onnx makes of tf.reshape(x, [tf.shape(x)[0], 6]).
    let nodes = [
        "Shape(x) -> shape",
        "Cast(shape; to=6) -> narrow",
        "Slice(narrow, zero, one) -> batch",
        "Concat(batch, six; axis=0) -> wanted",
        "Cast(wanted; to=7) -> wide",
        "Reshape(x, wide) -> y",
    ];
    let weights = || {
        let (int64, int32) = (DataType::Int64, DataType::Int32);
        vec![whole("zero", int64, &[0]), whole("one", int64, &[1]), whole("six", int32, &[6])]
    };
    let onnx = model("x[N,2,3]", &nodes, weights(), "y[N,6]");
    for batch in [1, 3] {
        let expected = (0..batch * 6).map(|i| i as f32).collect();
        assert_eq!(answer(&onnx, &[batch, 2, 3]), (vec![batch, 6], expected));
    }
}

#[test]
fn a_slice_to_the_end_leaves_the_batch_open() {
    let int32 = DataType::Int32;
    let weights =
        vec![whole("from", int32, &[0, 1]), whole("to", int32, &[1_000_000_000; 2]), whole("axes", int32, &[0, 1])];
    let onnx = model("x[N,3]", &["Slice(x, from, to, axes) -> y"], weights, "y[N,2]");
    assert_eq!(answer(&onnx, &[1, 3]), (vec![1, 2], vec![1., 2.]));
    assert_eq!(answer(&onnx, &[2, 3]), (vec![2, 2], vec![1., 2., 4., 5.]));
}

#[test]
fn strided_convolutions_of_a_residual_network_keep_the_batch_open() {
    let nodes = [
        "Conv(x, w1, b1; kernel_shape=1,1) -> a",
        "Conv(x, w2, b2; kernel_shape=1,1) -> b",
        "Add(a, b) -> sum",
        "Relu(sum) -> joined",
        "Conv(joined, w3, b1; kernel_shape=1,1 strides=2,2) -> left",
        "Conv(joined, w4, b2; kernel_shape=1,1 strides=2,2) -> right",
        "Add(left, right) -> y",
    ];
    let kernel = |name: &str, step: i64| floats(name, &[2, 2, 1, 1], |i| ((i * step) % 7 - 3) as f32 / 4.0);
    let bias = |name: &str, step: i64| floats(name, &[2], |i| ((i * step) % 5 - 2) as f32 / 2.0);
    let weights =
        vec![kernel("w1", 5), kernel("w2", 3), kernel("w3", 2), kernel("w4", 4), bias("b1", 3), bias("b2", 4)];
    let mut expected = vec![-11., -8., -2., -2., 0., 0.5, 1.5, 1.5];
    expected.extend([-2., -2., -2., -2., 1.5, 1.5, 1.5, 1.5]);
    let onnx = model("x[N,2,4,4]", &nodes, weights, "y[N,2,2,2]");
    assert_eq!(answer(&onnx, &[2, 2, 4, 4]), (vec![2, 2, 2, 2], expected));
}

#[test]
fn a_convolutional_network_answers_a_batch_as_it_answers_each_example() {
    let nodes = [
        "Conv(x, w, b; kernel_shape=3,3 pads=1,1,1,1) -> a",
        "Relu(a) -> c",
        "Shape(c) -> shape",
        "Cast(shape; to=6) -> narrow",
        "Slice(narrow, zero, one) -> batch",
        "Concat(batch, rest; axis=0) -> wanted",
        "Cast(wanted; to=7) -> wide",
        "Reshape(c, wide) -> flat",
        "Softmax(flat; axis=1) -> y",
    ];
    let (int64, int32) = (DataType::Int64, DataType::Int32);
    let weights = vec![
        floats("w", &[2, 1, 3, 3], |i| ((i * 5) % 7 - 3) as f32 / 16.0),
        floats("b", &[2], |i| i as f32 / 2.0),
        whole("zero", int64, &[0]),
        whole("one", int64, &[1]),
        whole("rest", int32, &[8]),
    ];
    let onnx = model("x[N,1,2,2]", &nodes, weights, "y[N,8]");
    assert!(is_by_example(&onnx));
    let by_operator = super::import(&onnx, None, super::Runner::Eager).unwrap();
    assert!(!by_operator.plan.is_by_example());
    let (shape, values) = answer(&onnx, &[2, 1, 2, 2]);
    assert_eq!(shape, [2, 8]);
    let expected: [f32; 16] = [
        0.099_263_24,
        0.093_249_17,
        0.163_657_4,
        0.144_427_15,
        0.093_249_17,
        0.185_448_13,
        0.093_249_17,
        0.127_456_52,
        0.118_939_82,
        0.052_779_23,
        0.415_140_75,
        0.081_746_06,
        0.052_779_23,
        0.173_056_41,
        0.052_779_23,
        0.052_779_23,
    ];
    for (value, expected) in values.iter().zip(expected) {
        assert!((value - expected).abs() <= 1e-5 + 1e-3 * expected.abs(), "{values:?}");
    }
}

#[test]
fn examples_that_depend_on_one_another_are_run_together() {
    let weights = || vec![floats("w", &[1, 1, 1, 1], |_| 1.0), whole("first", DataType::Int64, &[0])];
    for nodes in [
        &["Conv(x, w; kernel_shape=1,1) -> a", "Softmax(a; axis=0) -> y"][..],
        &["Conv(x, w; kernel_shape=1,1) -> a", "ReduceMax(a; axes=0 keepdims=1) -> m", "Sub(a, m) -> y"],
        &["Conv(x, w; kernel_shape=1,1) -> a", "Gather(a, first; axis=0) -> m", "Add(a, m) -> y"],
        &[
            "Conv(x, w; kernel_shape=1,1) -> a",
            "Shape(a) -> s",
            "Gather(s, first; axis=0) -> n",
            "Cast(n; to=1) -> f",
            "Mul(a, f) -> y",
        ],
        &["Conv(x, w; kernel_shape=1,1) -> a", "Concat(a, a; axis=0) -> y"],
    ] {
        assert!(!is_by_example(&model("x[N,1,2,2]", nodes, weights(), "y[M,1,2,2]")), "{nodes:?}");
    }
    let softmax = ["Conv(x, w; kernel_shape=1,1) -> a", "Softmax(a; axis=0) -> y"];
    let (_, values) = answer(&model("x[N,1,2,2]", &softmax, weights(), "y[N,1,2,2]"), &[2, 1, 2, 2]);
    // exp(x) / (exp(x) + exp(x + 4))
    assert!(values[..4].iter().all(|value| (value - 0.017_986_21).abs() < 1e-6), "{values:?}");
}

fn is_by_example(onnx: &[u8]) -> bool {
    super::import(onnx, None, super::Runner::Tract).unwrap().plan.is_by_example()
}

#[test]
fn an_index_out_of_range_is_refused() {
    let nodes = ["Cast(x; to=7) -> i", "Gather(table, i; axis=1) -> y"];
    let onnx = model("x[N]", &nodes, vec![floats("table", &[2, 3], |i| i as f32)], "y[2,N]");
    // onnxruntime refuses 3 and -4, too.
    assert_eq!(answer(&onnx, &[3]), (vec![2, 3], vec![0., 1., 2., 3., 4., 5.]));
    let model = Model::load(&onnx, None).unwrap();
    let ask = |index: f32| {
        let (inputs, _) = Inputs::from_json(&model, format!("[{index}]").as_bytes()).unwrap();
        model.predict(inputs, &Options::default())
    };
    assert!(ask(-3.0).is_ok());
    for index in [3.0, -4.0, 1e9] {
        let error = ask(index).err().unwrap();
        let expected = format!("the index {index} is out of range: the model picks one of 3");
        assert!(error.status() == 422 && error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn a_model_whose_sizes_are_computed_takes_any_and_knows_fixed_ones() {
    let nodes = [
        "Shape(x) -> shape",
        "Cast(shape; to=1) -> real",
        "Mul(real, factors) -> scaled",
        "Cast(scaled; to=7) -> wanted",
        "Reshape(x, wanted) -> y",
    ];
    let weights = vec![floats("factors", &[2], |i| [2.0, 0.5][i as usize])];
    let onnx = model("x[N,4]", &nodes, weights, "y[M,2]");
    assert_eq!(Model::load(&onnx, None).unwrap().signature().outputs[0].to_string(), "f32[M,2]");
    let card = r#"{"name": "m", "inputs": {"x": {"shape": [3, 4]}}}"#;
    assert_eq!(Model::load(&onnx, Some(card)).unwrap().signature().outputs[0].to_string(), "f32[6,2]");
}

/// Why a model is not loaded.
fn refusal(onnx: &[u8]) -> String {
    Model::load(onnx, None).unwrap_err().to_string()
}

fn with_outputs(mut node: NodeProto, outputs: &[&str]) -> NodeProto {
    node.output = outputs.iter().map(|name| (*name).to_owned()).collect();
    node
}

/// onnxruntime refuses both, where tract fills up with zeros, and splits unevenly.
#[test]
fn more_than_there_is_is_refused() {
    let k = || vec![whole("k", DataType::Int64, &[5])];
    let top = |input: &str| {
        let graph = GraphProto {
            node: vec![with_outputs(node("TopK(x, k) -> y"), &["y", "places"])],
            initializer: k(),
            input: vec![edge(input)],
            output: vec![edge("y[N,M]")],
            ..Default::default()
        };
        encoded(graph)
    };
    let message = refusal(&top("x[N,3]"));
    assert!(message.contains("TopK (node \"y\"): expected a k of at most 3, got 5"), "{message}");
    // Which sizes will come is not known, so trials look for one that will do.
    let (shape, values) = answer(&top("x[N,M]"), &[1, 7]);
    assert_eq!((shape, values), (vec![1, 5], vec![6., 5., 4., 3., 2.]));
}

#[test]
fn a_split_must_be_even_before_opset_18() {
    let split = |input: &str| {
        let graph = GraphProto {
            node: vec![with_outputs(node("Split(x; axis=1) -> y"), &["y", "z"])],
            input: vec![edge(input)],
            output: vec![edge("y[N,M]")],
            ..Default::default()
        };
        encoded(graph)
    };
    let message = refusal(&split("x[N,5]"));
    assert!(message.contains("Split") && message.contains("expected a size that 2 can share, got 5"), "{message}");
    assert_eq!(answer(&split("x[N,6]"), &[1, 6]), (vec![1, 3], vec![0., 1., 2.]));
}
