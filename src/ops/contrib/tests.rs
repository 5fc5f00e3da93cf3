//! Nodes of `com.microsoft` with what onnxruntime 1.32 answers on a CPU. Its sums are of float32 in another order than ours: six
//! digits are compared.

use tract_onnx::pb::{AttributeProto, NodeProto};

use super::find;
use crate::eager::node::{Arguments, Node};
use crate::eager::value::{Element, TensorValue};

/// Numbers between −1.25 and 1.25 in an order that `step` picks.
fn numbers(step: usize, shape: &[usize]) -> Option<TensorValue> {
    let number = |index: usize| ((index * 7 * step % 11) as f32 - 5.0) / 4.0;
    tensor(shape, (0..shape.iter().product()).map(number).collect())
}

fn tensor<T: Element>(shape: &[usize], data: Vec<T>) -> Option<TensorValue> {
    Some(TensorValue::new(shape, data).unwrap())
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, ..Default::default() }
}

fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { name: name.into(), f, ..Default::default() }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.into(), ..Default::default() }
}

/// The outputs of a node.
fn answers(operator: &str, attribute: Vec<AttributeProto>, inputs: Vec<Option<TensorValue>>) -> Vec<TensorValue> {
    let output = ["y", "second", "third"].map(str::to_owned).to_vec();
    let proto = NodeProto { op_type: operator.into(), attribute, output, ..Default::default() };
    let constants = inputs.clone();
    let kernel =
        find(operator).unwrap()(&Node { proto: &proto, opset: 1, constants, held: Default::default() }).unwrap();
    let inputs = inputs.into_iter().map(|input| input.map(Into::into)).collect();
    let outputs = kernel(&Arguments { inputs, fuel: &crate::eager::node::Fuel::new() }).unwrap();
    outputs.iter().map(|output| output.tensor().unwrap().clone()).collect()
}

fn assert_close(got: &TensorValue, shape: &[usize], expected: &[f64]) {
    let values = got.to_f64s().unwrap();
    assert_eq!((got.shape(), values.len()), (shape, expected.len()));
    assert!(values.iter().zip(expected).all(|(x, y)| (x - y).abs() < 5e-6), "{values:?}\n{expected:?}");
}

#[test]
fn attention_projects_and_masks() {
    let inputs = |mask| vec![numbers(1, &[1, 2, 2]), numbers(2, &[2, 12]), numbers(3, &[12]), mask];
    let one_key = tensor(&[1], vec![1i32]);
    let heads = || int("num_heads", 2);
    let masked = answers("Attention", vec![heads(), float("mask_filter_value", -2.0)], inputs(one_key));
    let expected = [0.35607, -0.29357, -2.651791, -0.250019, 0.278475, -0.215975, -2.722726, -0.498291];
    assert_close(&masked[0], &[1, 2, 4], &expected);
    let causal = answers("Attention", vec![heads(), int("unidirectional", 1)], inputs(None));
    let expected = [0.4375, -0.375, -2.5625, 0.0625, 0.018777, 0.043723, -2.879917, -1.048461];
    assert_close(&causal[0], &[1, 2, 4], &expected);
}

#[test]
fn many_heads_attend_with_biases_and_a_mask() {
    let inputs = vec![
        numbers(1, &[1, 2, 4]),
        numbers(2, &[1, 3, 4]),
        numbers(3, &[1, 3, 4]),
        numbers(2, &[12]),
        tensor(&[1, 3], vec![1i32, 0, 1]),
    ];
    let attributes = vec![int("num_heads", 2), float("mask_filter_value", -3.0), float("scale", 0.5)];
    let expected = [-1.704019, 0.545694, 1.562582, -0.687418, -1.693222, 0.517654, 1.118451, -1.131549];
    assert_close(&answers("MultiHeadAttention", attributes, inputs)[0], &[1, 2, 4], &expected);
}

#[test]
fn a_group_shares_a_cache_and_is_turned() {
    let inputs = vec![
        numbers(1, &[1, 1, 32]),
        numbers(2, &[1, 1, 16]),
        numbers(3, &[1, 1, 16]),
        numbers(3, &[1, 1, 2, 16]),
        numbers(5, &[1, 1, 2, 16]),
        tensor(&[1], vec![2i32]),
        tensor(&[1], vec![3i32]),
        numbers(2, &[3, 8]),
        numbers(3, &[3, 8]),
    ];
    let attributes =
        vec![int("num_heads", 2), int("kv_num_heads", 1), int("do_rotary", 1), int("local_window_size", 2)];
    let outputs = answers("GroupQueryAttention", attributes, inputs);
    let expected = [
        -0.593841, 0.659457, 0.606305, 0.553152, 0.5, 0.446848, -0.328079, -0.381232, -0.434384, -0.487536, -0.540689,
        -0.593841, 0.659457, 0.606305, 0.553152, 0.5, 0.366151, -0.204535, 0.03031, 0.265155, 0.5, 0.734845, -0.808075,
        -0.57323, -0.338385, -0.10354, 0.131305, 0.366151, -0.204535, 0.03031, 0.265155, 0.5,
    ];
    assert_close(&outputs[0], &[1, 1, 32], &expected);
    let turned = [
        0.5, -0.25, 0.5, -1.375, -0.375, 0.0625, 0.625, 0.625, -0.125, 0.0, 0.875, 0.4375, 0.75, 0.4375, -1.875, 2.0625,
    ];
    assert_eq!(outputs[1].to_f64s().unwrap()[32..], turned);
    assert_eq!(outputs[2].to_f64s().unwrap()[32..38], [-1.25, 1.25, 1.0, 0.75, 0.5, 0.25]);
}

#[test]
fn embeddings_are_summed_and_normalised() {
    let inputs = vec![
        tensor(&[1, 2], vec![1i32, 2]),
        tensor(&[1, 2], vec![0i32, 1]),
        numbers(1, &[3, 4]),
        numbers(2, &[2, 4]),
        numbers(3, &[2, 4]),
        numbers(1, &[4]),
        numbers(2, &[4]),
        tensor(&[1, 2], vec![1i32, 0]),
    ];
    let outputs = answers("EmbedLayerNormalization", vec![float("epsilon", 1e-5)], inputs);
    let expected = [0.656313, -0.624132, -0.264261, 1.93099, 0.712003, 0.060572, -0.0116, 0.906571];
    assert_close(&outputs[0], &[1, 2, 4], &expected);
    assert_eq!(outputs[1].slice::<i32>().unwrap(), [1]);
}

#[test]
fn bytes_are_pooled() {
    let bytes = |number: usize| (number * 20) as u8;
    let inputs = vec![
        tensor(&[1, 1, 3, 4], (0..12).map(bytes).collect()),
        tensor(&[], vec![0.05f32]),
        tensor(&[], vec![100u8]),
        tensor(&[], vec![0.04f32]),
        tensor(&[], vec![120u8]),
    ];
    let sizes = || ints("kernel_shape", &[2, 3]);
    let attributes = vec![sizes(), ints("pads", &[0, 1, 0, 1]), ints("strides", &[1, 2]), int("count_include_pad", 1)];
    let averages = answers("QLinearAveragePool", attributes, inputs);
    assert_eq!((averages[0].shape(), averages[0].slice::<u8>().unwrap()), (&[1, 1, 2, 2][..], &[78, 95, 145, 195][..]));

    let pixels = tensor(&[1, 3, 3, 2], (0..18).map(|number| (number * 7 % 19) as u8).collect());
    let largest = answers("NhwcMaxPool", vec![ints("kernel_shape", &[2, 2])], vec![pixels]);
    assert_eq!(largest[0].slice::<u8>().unwrap(), [18, 11, 18, 16, 18, 15, 18, 10]);
}

#[test]
fn a_product_is_activated() {
    let inputs = vec![numbers(1, &[2, 3]), numbers(2, &[3, 2]), numbers(3, &[2])];
    let mut attributes = vec![float("alpha", 0.5), float("beta", 2.0), float("activation_alpha", 0.25)];
    attributes.push(AttributeProto { name: "activation".into(), s: b"LeakyRelu".to_vec(), ..Default::default() });
    let expected = [-0.351562, 3.125, -0.71875, 2.40625];
    assert_close(&answers("FusedGemm", attributes, inputs)[0], &[2, 2], &expected);
}

/// A scale of 0.06 makes 16 steps to 1, not 16.7.
#[test]
fn shares_are_whole_steps() {
    let inputs = vec![
        tensor(&[2, 1], vec![0u8, 9]),
        tensor(&[], vec![0.05f32]),
        tensor(&[], vec![3u8]),
        tensor(&[], vec![0.06f32]),
        tensor(&[], vec![7u8]),
    ];
    let shares = answers("QLinearSoftmax", vec![int("axis", 1), int("opset", 13)], inputs);
    assert_eq!(shares[0].slice::<u8>().unwrap(), [23, 23]);
}

/// The second block of a row is a part only; zero points are 10 and 5, 3 and 12.
#[test]
fn weights_of_four_bits_are_multiplied() {
    let packed = (0..32).map(|index: usize| (index * 37 % 256) as u8).collect();
    let inputs =
        vec![numbers(1, &[2, 20]), tensor(&[2, 2, 8], packed), numbers(3, &[4]), tensor(&[2], vec![0x5au8, 0xc3])];
    let attributes = vec![int("K", 20), int("N", 2), int("bits", 4), int("block_size", 16)];
    assert_close(&answers("MatMulNBits", attributes, inputs)[0], &[2, 2], &[-9.0625, 34.75, 11.875, -19.5]);
}
