//! Graphs in QDQ, written as quantisers write them, before and after.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto};

use super::*;
use crate::eager::graph::Graph;
use crate::eager::node::Fuel;
use crate::eager::value::TensorValue;

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: 7, ints: values.to_vec(), ..AttributeProto::default() }
}

fn operator(operator: &str, input: &[&str], output: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    let input = input.iter().map(|name| (*name).to_owned()).collect();
    NodeProto { name: output.into(), output: vec![output.into()], ..node("", operator, input, attribute) }
}

fn scalar(name: &str, value: f32) -> TensorProto {
    TensorProto {
        name: name.into(),
        data_type: DataType::Float as i32,
        float_data: vec![value],
        ..TensorProto::default()
    }
}

fn whole(name: &str, dtype: DataType, dims: &[i64], values: Vec<i32>) -> TensorProto {
    TensorProto {
        name: name.into(),
        data_type: dtype as i32,
        dims: dims.to_vec(),
        int32_data: values,
        ..TensorProto::default()
    }
}

fn edge(name: &str) -> ValueInfoProto {
    ValueInfoProto { name: name.into(), ..ValueInfoProto::default() }
}

/// A graph in which each tensor that an operator makes is quantised, then dequantised.
struct Written {
    graph: GraphProto,
}

impl Written {
    fn new(scale: f32) -> Written {
        let graph = GraphProto { input: vec![edge("x")], ..GraphProto::default() };
        let mut written = Written { graph };
        written.quantised("x", scale, 3);
        written
    }

    fn constant(&mut self, name: &str, dims: &[i64], scale: f32) {
        let values = (0..dims.iter().product::<i64>()).map(|at| (at * 37 % 255 - 127) as i32).collect();
        let bytes = whole(&format!("{name}_bytes"), DataType::Int8, dims, values);
        self.graph.initializer.extend([bytes, scalar(&format!("{name}_scale"), scale)]);
        self.graph.initializer.push(whole(&format!("{name}_zero"), DataType::Int8, &[], vec![0]));
        self.dequantised(name, &format!("{name}_bytes"));
    }

    fn bias(&mut self, name: &str, count: i64, scale: f32) {
        let values = (0..count).map(|at| at as i32 * 100 - 150).collect();
        self.graph.initializer.push(whole(&format!("{name}_bytes"), DataType::Int32, &[count], values));
        self.graph.initializer.push(scalar(&format!("{name}_scale"), scale));
        self.graph.initializer.push(whole(&format!("{name}_zero"), DataType::Int32, &[], vec![0]));
        self.dequantised(name, &format!("{name}_bytes"));
    }

    fn dequantised(&mut self, name: &str, bytes: &str) {
        let (scale, zero) = (format!("{name}_scale"), format!("{name}_zero"));
        self.graph.node.push(operator("DequantizeLinear", &[bytes, &scale, &zero], &format!("{name}_again"), vec![]));
    }

    fn quantised(&mut self, name: &str, scale: f32, zero: i32) {
        let names = ["scale", "zero", "quantised"].map(|part| format!("{name}_{part}"));
        self.graph.initializer.push(scalar(&names[0], scale));
        self.graph.initializer.push(whole(&names[1], DataType::Int8, &[], vec![zero]));
        self.graph.node.push(operator("QuantizeLinear", &[name, &names[0], &names[1]], &names[2], vec![]));
        self.dequantised(name, &names[2]);
    }

    /// An operator, then its result quantised.
    fn step(
        &mut self,
        kind: &str,
        input: &[&str],
        output: &str,
        attributes: Vec<AttributeProto>,
        scale: f32,
        zero: i32,
    ) {
        self.graph.node.push(operator(kind, input, output, attributes));
        self.quantised(output, scale, zero);
    }

    /// The operators after, and the largest difference to before, in units of `unit`.
    fn fused(mut self, output: &str, shape: &[usize], unit: f32) -> (Vec<String>, f32) {
        self.graph.output = vec![edge(output)];
        let opsets = [OperatorSetIdProto { domain: String::new(), version: 13 }];
        let data = (0..shape.iter().product::<usize>()).map(|at| (at as f32 * 0.37).sin() * 2.0).collect();
        let x = TensorValue::new(shape, data).unwrap();
        let run = |graph: &GraphProto| {
            let outputs = Graph::new(graph, &opsets).unwrap().run(vec![x.clone().into()], &[], &Fuel::new()).unwrap();
            outputs[0].tensor().unwrap().to_f32s().unwrap()
        };
        let before = run(&self.graph);
        fuse(&mut self.graph, 13);
        let after = run(&self.graph);
        assert_eq!(before.len(), after.len());
        assert!(before.iter().any(|number| *number != before[0]), "nothing that can differ: {before:?}");
        let difference = before.iter().zip(&after).map(|(a, b)| (a - b).abs() / unit).fold(0.0, f32::max);
        (self.graph.node.into_iter().map(|node| node.op_type).collect(), difference)
    }
}

#[test]
fn a_convolution_adds_up_bytes() {
    let mut written = Written::new(0.017);
    written.constant("w", &[4, 2, 3, 3], 0.004);
    written.bias("b", 4, 0.017 * 0.004);
    written.step("Conv", &["x_again", "w_again", "b_again"], "y", vec![ints("pads", &[1; 4])], 0.05, -20);
    written.step("MaxPool", &["y_again"], "p", vec![ints("kernel_shape", &[2, 2])], 0.05, -20);
    let (operators, difference) = written.fused("p_again", &[2, 2, 5, 6], 0.05);
    assert_eq!(operators, ["QuantizeLinear", "QLinearConv", "MaxPool", "DequantizeLinear"]);
    // A sum in floats may be off by the last bit, and then round to the next byte.
    assert!(difference < 1.01, "{difference} steps");
}

#[test]
fn constants_may_be_nodes() {
    let mut written = Written::new(0.017);
    written.constant("w", &[4, 2, 1, 1], 0.004);
    written.step("Conv", &["x_again", "w_again"], "y", vec![], 0.05, -20);
    written.constant("c", &[], 0.3);
    written.step("Mul", &["y_again", "c_again"], "m", vec![], 0.02, 0);
    let constants = written.graph.initializer.split_off(0).into_iter().map(|tensor| {
        let name = tensor.name.clone();
        let t = Some(TensorProto { name: String::new(), ..tensor });
        let value = AttributeProto { name: "value".into(), r#type: 4, t, ..AttributeProto::default() };
        NodeProto { output: vec![name], ..node("", "Constant", vec![], vec![value]) }
    });
    written.graph.node.splice(0..0, constants.collect::<Vec<_>>());
    let (operators, difference) = written.fused("m_again", &[1, 2, 5, 6], 0.02);
    let operators: Vec<String> = operators.into_iter().filter(|kind| kind != "Constant").collect();
    assert_eq!(operators, ["QuantizeLinear", "QLinearConv", "Table", "DequantizeLinear"]);
    assert!(difference < 1.01, "{difference} steps");
}

#[test]
fn a_product_adds_up_bytes() {
    let mut written = Written::new(0.017);
    written.constant("w", &[6, 5], 0.004);
    written.bias("b", 5, 0.017 * 0.004);
    written.step("Gemm", &["x_again", "w_again", "b_again"], "y", vec![], 0.02, 7);
    written.constant("v", &[5, 3], 0.01);
    written.step("MatMul", &["y_again", "v_again"], "z", vec![], 0.03, 0);
    let (operators, difference) = written.fused("z_again", &[4, 6], 0.03);
    assert_eq!(operators, ["QuantizeLinear", "QGemm", "QLinearMatMul", "DequantizeLinear"]);
    assert!(difference < 1.01, "{difference} steps");
}

#[test]
fn functions_become_tables_and_sums_stay_as_they_are_written() {
    let mut written = Written::new(0.017);
    written.step("Sigmoid", &["x_again"], "s", vec![], 1.0 / 255.0, -128);
    written.constant("c", &[], 0.3);
    written.step("Div", &["s_again", "c_again"], "d", vec![], 0.01, 0);
    written.step("Mul", &["x_again", "s_again"], "m", vec![], 0.02, 5);
    // All of it depends on x alone, as Hardswish written out does.
    written.step("Transpose", &["d_again"], "t", vec![ints("perm", &[0, 2, 1])], 0.01, 0);
    written.step("Add", &["x_again", "t_again"], "a", vec![], 0.04, 0);
    written.step("Mul", &["a_again", "m_again"], "e", vec![], 0.1, 2);
    let (operators, difference) = written.fused("e_again", &[2, 3, 3], 0.1);
    let expected = ["QuantizeLinear", "Table", "Table", "Transpose", "Add", "Mul", "DequantizeLinear"];
    assert_eq!(operators, expected);
    assert_eq!(difference, 0.0);
}

#[test]
fn what_is_not_meant_in_bytes_stays() {
    // A bias in other units than the products.
    let mut written = Written::new(0.017);
    written.constant("w", &[4, 2, 3, 3], 0.004);
    written.bias("b", 4, 0.001);
    written.step("Conv", &["x_again", "w_again", "b_again"], "y", vec![], 0.05, -20);
    // Another scale behind than before.
    written.step("MaxPool", &["y_again"], "p", vec![ints("kernel_shape", &[2, 2])], 0.04, -20);
    let before: Vec<String> = written.graph.node.iter().map(|node| node.op_type.clone()).collect();
    let (operators, difference) = written.fused("p_again", &[1, 2, 5, 6], 0.04);
    assert_eq!((operators, difference), (before, 0.0));
    // What is read in floats as well.
    let mut written = Written::new(0.017);
    written.step("Sigmoid", &["x_again"], "s", vec![], 1.0 / 255.0, -128);
    written.graph.node.push(operator("Add", &["s", "s_again"], "sum", vec![]));
    let (operators, _) = written.fused("sum", &[7], 1.0);
    assert!(operators.contains(&"Sigmoid".to_owned()), "{operators:?}");
}

/// x quantised dynamically, convolved, scaled; the bias is of this shape.
fn dynamic(bias: &[i64], ends: &[(&str, &[&str])]) -> Written {
    let mut graph = GraphProto { input: vec![edge("x")], ..GraphProto::default() };
    let mut quantise = operator("DynamicQuantizeLinear", &["x"], "q", vec![]);
    quantise.output.extend(["s".into(), "z".into()]);
    let cast = AttributeProto { name: "to".into(), r#type: 2, i: DataType::Float as i64, ..AttributeProto::default() };
    let weights = (0..4 * 2 * 9).map(|at| at * 37 % 255).collect();
    graph.initializer = vec![
        whole("w", DataType::Uint8, &[4, 2, 3, 3], weights),
        whole("wz", DataType::Uint8, &[], vec![120]),
        scalar("ws", 0.004),
        TensorProto {
            dims: bias.to_vec(),
            float_data: (0..bias.iter().product()).map(|at| at as f32 - 1.5).collect(),
            ..scalar("b", 0.0)
        },
    ];
    graph.node = vec![
        quantise,
        operator("Mul", &["s", "ws"], "scale", vec![]),
        operator("ConvInteger", &["q", "w", "z", "wz"], "sums", vec![ints("pads", &[1; 4])]),
        operator("Cast", &["sums"], "cast", vec![cast]),
        operator("Mul", &["cast", "scale"], "product", vec![]),
    ];
    graph.node.extend(ends.iter().map(|(kind, input)| operator(kind, input, &kind.to_lowercase(), vec![])));
    Written { graph }
}

#[test]
fn what_is_behind_an_integer_convolution_is_done_with_it() {
    let ends: [(&str, &[&str]); 2] = [("Add", &["product", "b"]), ("Relu", &["add"])];
    let fused = ["DynamicQuantizeLinear", "Mul", "ConvScaled"];
    // One for each output; one; one for each place of a row.
    for bias in [&[1, 4, 1, 1][..], &[4, 1, 1], &[1], &[], &[1, 1, 1, 6]] {
        let (operators, difference) = dynamic(bias, &ends).fused("relu", &[2, 2, 5, 6], 1.0);
        assert_eq!((operators.as_slice(), difference), (&fused.map(String::from)[..], 0.0), "{bias:?}");
    }
    let (operators, difference) = dynamic(&[1], &[]).fused("product", &[2, 2, 5, 6], 1.0);
    assert_eq!((operators.as_slice(), difference), (&fused.map(String::from)[..], 0.0));
    // The product is read twice.
    let ends: [(&str, &[&str]); 2] = [("Relu", &["product"]), ("Add", &["product", "relu"])];
    let (operators, difference) = dynamic(&[1], &ends).fused("add", &[2, 2, 5, 6], 1.0);
    assert_eq!((operators.len(), difference), (5, 0.0), "{operators:?}");
}
