//! Small models with onnxruntime 1.23's answers, where ONNX leaves the meaning open; what the two contradict each other in is refused.

use std::cell::RefCell;

use tract_onnx::pb::{AttributeProto, NodeProto};
use tract_onnx::prelude::TractResult;

use super::find;
use crate::eager::node::{Arguments, Fuel, Kernel, Node};
use crate::eager::value::{TensorValue, Value};

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.into(), i: ints.first().copied().unwrap_or(0), ..Default::default() }
}

fn floats(name: &str, floats: &[f32]) -> AttributeProto {
    AttributeProto { name: name.into(), floats: floats.into(), ..Default::default() }
}

fn texts(name: &str, texts: &[&str]) -> AttributeProto {
    let strings: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().into()).collect();
    AttributeProto { name: name.into(), s: strings[0].clone(), strings, ..Default::default() }
}

fn build(operator: &str, attribute: Vec<AttributeProto>) -> TractResult<Kernel> {
    let proto = NodeProto { op_type: operator.into(), attribute, ..Default::default() };
    find(operator).unwrap()(&Node { proto: &proto, opset: 3, constants: vec![], held: RefCell::default() })
}

fn run(kernel: &Kernel, input: TensorValue) -> Vec<TensorValue> {
    let outputs = kernel(&Arguments { inputs: vec![Some(Value::from(input))], fuel: &Fuel::new() }).unwrap();
    outputs.iter().map(|output| output.tensor().unwrap().clone()).collect()
}

/// A tree that goes to one leaf for x ≤ 0 and to another for more, whose weights are `(class, weight)`.
fn stump(left: &[(i64, f32)], right: &[(i64, f32)], more: Vec<AttributeProto>) -> TractResult<Kernel> {
    let places = left.iter().map(|_| 1).chain(right.iter().map(|_| 2)).collect::<Vec<i64>>();
    let (classes, weights): (Vec<i64>, Vec<f32>) = left.iter().chain(right).copied().unzip();
    let mut attributes = vec![
        ints("nodes_treeids", &[0, 0, 0]),
        ints("nodes_nodeids", &[0, 1, 2]),
        ints("nodes_featureids", &[0, 0, 0]),
        floats("nodes_values", &[0.0, 0.0, 0.0]),
        texts("nodes_modes", &["BRANCH_LEQ", "LEAF", "LEAF"]),
        ints("nodes_truenodeids", &[1, 0, 0]),
        ints("nodes_falsenodeids", &[2, 0, 0]),
        ints("class_treeids", &vec![0; places.len()]),
        ints("class_nodeids", &places),
        ints("class_ids", &classes),
        floats("class_weights", &weights),
        ints("classlabels_int64s", &[0, 1]),
    ];
    attributes.extend(more);
    build("TreeEnsembleClassifier", attributes)
}

/// The labels and scores of −1 and 1, to four digits.
fn answers(kernel: TractResult<Kernel>) -> (Vec<i64>, Vec<f32>) {
    let outputs = run(&kernel.unwrap(), TensorValue::new(&[2, 1], vec![-1f32, 1.0]).unwrap());
    let scores = outputs[1].slice::<f32>().unwrap().iter().map(|score| (score * 1e4).round() / 1e4);
    (outputs[0].slice::<i64>().unwrap().into(), scores.collect())
}

#[test]
fn one_score_for_two_classes_is_a_probability_where_no_weight_is_negative() {
    let positive = |more| stump(&[(0, 0.375)], &[(0, 0.875)], more);
    assert_eq!(answers(positive(vec![])), (vec![0, 1], vec![0.625, 0.375, 0.125, 0.875]));
    let base = floats("base_values", &[0.25]);
    assert_eq!(answers(positive(vec![base.clone()])), (vec![1, 1], vec![0.375, 0.625, -0.125, 1.125]));
    let logistic = texts("post_transform", &["LOGISTIC"]);
    assert_eq!(answers(positive(vec![logistic.clone()])), (vec![0, 1], vec![0.625, 0.375, 0.125, 0.875]));
    let mixed = |more| stump(&[(0, -0.75)], &[(0, 1.5)], more);
    assert_eq!(answers(mixed(vec![])), (vec![0, 1], vec![0.75, -0.75, -1.5, 1.5]));
    assert_eq!(answers(mixed(vec![logistic.clone()])), (vec![0, 1], vec![0.6792, 0.3208, 0.1824, 0.8176]));
    assert_eq!(answers(mixed(vec![logistic, base])), (vec![0, 1], vec![0.6225, 0.3775, 0.148, 0.852]));
}

#[test]
fn weights_of_the_second_class_leave_the_first_at_zero() {
    let mixed = |more| stump(&[(1, -0.75)], &[(1, 1.5)], more);
    assert_eq!(answers(mixed(vec![])), (vec![0, 1], vec![0.0, -0.75, 0.0, 1.5]));
    let softmax = texts("post_transform", &["SOFTMAX"]);
    assert_eq!(answers(mixed(vec![softmax])), (vec![0, 1], vec![0.6792, 0.3208, 0.1824, 0.8176]));
    let positive = stump(&[(1, 0.375)], &[(1, 0.875)], vec![]);
    assert_eq!(answers(positive), (vec![0, 1], vec![0.0, 0.375, 0.0, 0.875]));
}

#[test]
fn what_onnx_and_onnxruntime_read_differently_is_refused() {
    let two = floats("base_values", &[0.25, 0.125]);
    assert!(stump(&[(0, 0.5)], &[(0, 0.25)], vec![two.clone()]).is_err());
    assert!(stump(&[(0, 0.5), (1, 0.5)], &[(0, 0.25), (1, 0.75)], vec![two]).is_err());
    assert!(stump(&[(1, 0.5)], &[(1, 0.25)], vec![floats("base_values", &[0.25])]).is_err());
    assert!(stump(&[(0, 0.5)], &[(1, 0.25)], vec![]).is_err());
    assert!(stump(&[(0, 0.5)], &[(0, 0.25)], vec![texts("post_transform", &["PROBIT"])]).is_err());
    let linear = [floats("coefficients", &[1.0]), floats("intercepts", &[0.0]), texts("post_transform", &["LOGISTIC"])];
    assert!(build("LinearRegressor", linear.into()).is_err());
    let doubled = [ints("keys_int64s", &[1, 1]), ints("values_int64s", &[2, 3])];
    assert!(build("LabelEncoder", doubled.into()).is_err());
}

/// A double just beyond a threshold is the threshold once it is a float32. onnxruntime goes right.
#[test]
fn doubles_are_compared_as_doubles() {
    let right_of = f64::from(0.1f32) + 1e-12;
    let threshold = floats("nodes_values", &[0.1, 0.0, 0.0]);
    let mut attributes = vec![threshold];
    for (name, values) in [
        ("nodes_treeids", [0, 0, 0]),
        ("nodes_nodeids", [0, 1, 2]),
        ("nodes_featureids", [0, 0, 0]),
        ("nodes_truenodeids", [1, 0, 0]),
        ("nodes_falsenodeids", [2, 0, 0]),
    ] {
        attributes.push(ints(name, &values));
    }
    attributes.push(texts("nodes_modes", &["BRANCH_LEQ", "LEAF", "LEAF"]));
    attributes.extend([ints("target_treeids", &[0, 0]), ints("target_nodeids", &[1, 2]), ints("target_ids", &[0, 0])]);
    attributes.push(floats("target_weights", &[1.0, 2.0]));
    let kernel = build("TreeEnsembleRegressor", attributes).unwrap();
    let of = |input: TensorValue| run(&kernel, input)[0].slice::<f32>().unwrap().to_vec();
    assert_eq!(of(TensorValue::new(&[1, 1], vec![right_of]).unwrap()), [2.0]);
    assert_eq!(of(TensorValue::new(&[1, 1], vec![right_of as f32]).unwrap()), [1.0]);
}
