//! Networks with open lengths, at several of them in turn, against their operators one by one.

use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::type_proto::Value;
use tract_onnx::pb::{ModelProto, TensorProto};

use super::{answer, both};
use crate::import::tests::{floats, model, whole};
use crate::{Inputs, Model, Options};

fn weights(name: &str, dims: &[i64]) -> TensorProto {
    let seed = name.bytes().map(i64::from).sum::<i64>();
    floats(name, dims, move |at| ((at * 37 + seed * 11) % 23) as f32 / 40.0 - 0.25)
}

/// Whether it is a network with open lengths, and answers for inputs of these shapes as the operators do: to 1e-5, since both sum in
/// float32, in another order.
fn check(onnx: &[u8], shapes: &[&[usize]]) -> bool {
    let [fused, plain] = both(onnx);
    for shape in shapes {
        let count: usize = shape.iter().product();
        let data: Vec<f32> = (0..count).map(|at| ((at * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect();
        let [got, expected] = [&fused, &plain].map(|model| answer(model, shape, &data));
        assert_eq!(got.len(), expected.len(), "{shape:?}");
        for (got, expected) in got.iter().zip(&expected) {
            assert!((got - expected).abs() <= 1e-5, "{shape:?}: got {got}, expected {expected}");
        }
    }
    fused.plan().has_open_lengths()
}

#[test]
fn recurrent_layers() {
    let given =
        || vec![weights("k", &[8, 6]), weights("w", &[2, 16, 6]), weights("r", &[2, 16, 4]), weights("b", &[2, 32])];
    let nodes = [
        "MatMul(x, k) -> m",
        "LSTM(m, w, r, b; hidden_size=4 direction=bidirectional) -> states",
        "Transpose(states; perm=0,2,1,3) -> y",
    ];
    let onnx = model("x[T,1,8]", &nodes, given(), "y[T,1,2,4]");
    assert!(check(&onnx, &[&[5, 1, 8], &[1, 1, 8], &[2, 1, 8], &[40, 1, 8], &[5, 1, 8]]));
    let nodes = ["GRU(x, w, r; hidden_size=4) -> states", "Squeeze(states, one) -> s", "MatMul(s, out) -> y"];
    let one = whole("one", DataType::Int64, &[1]);
    let given = vec![weights("w", &[1, 12, 8]), weights("r", &[1, 12, 4]), one, weights("out", &[4, 3])];
    let onnx = model("x[T,1,8]", &nodes, given, "y[T,1,3]");
    assert!(check(&onnx, &[&[3, 1, 8], &[1, 1, 8], &[64, 1, 8]]));
}

#[test]
fn attention() {
    let nodes = [
        "MatMul(x, wq) -> q",
        "MatMul(x, wk) -> k",
        "MatMul(x, wv) -> v",
        "Transpose(k; perm=0,2,1) -> kt",
        "MatMul(q, kt) -> products",
        "Softmax(products; axis=2) -> shares",
        "MatMul(shares, v) -> mixed",
        "Add(mixed, x) -> sum",
        "ReduceMean(sum; axes=1 keepdims=1) -> mean",
        "Sub(sum, mean) -> y",
    ];
    let given = || ["wq", "wk", "wv"].map(|name| weights(name, &[8, 8])).to_vec();
    let onnx = model("x[B,T,8]", &nodes, given(), "y[B,T,8]");
    assert!(check(&onnx, &[&[1, 7, 8], &[3, 1, 8], &[1, 1, 8], &[2, 64, 8], &[1, 7, 8]]));
    let onnx = model("x[1,T,8]", &nodes, given(), "y[1,T,8]");
    assert!(check(&onnx, &[&[1, 1, 8], &[1, 128, 8], &[1, 9, 8]]));
}

/// Sizes that are no polynomials of the length are left to tract.
#[test]
fn halved_lengths() {
    let nodes = ["Conv(x, w; strides=2 pads=1,1 kernel_shape=3) -> y"];
    let onnx = model("x[1,2,T]", &nodes, vec![weights("w", &[4, 2, 3])], "y[1,4,U]");
    assert!(!check(&onnx, &[&[1, 2, 7], &[1, 2, 8], &[1, 2, 1]]));
    let nodes = ["Conv(x, w; pads=1,1 kernel_shape=3) -> c", "Relu(c) -> y"];
    let onnx = model("x[1,2,T]", &nodes, vec![weights("w", &[4, 2, 3])], "y[1,4,T]");
    assert!(check(&onnx, &[&[1, 2, 7], &[1, 2, 1], &[1, 2, 100]]));
}

/// Images of any size, with windows whose weights are transformed: chosen for the sizes that the network is looked at with.
#[test]
fn images_of_any_size() {
    let nodes = ["Conv(x, a; pads=1,1,1,1) -> c", "Relu(c) -> r", "Conv(r, b; pads=1,1,1,1) -> d", "Add(d, r) -> y"];
    let given = vec![weights("a", &[16, 2, 3, 3]), weights("b", &[16, 16, 3, 3])];
    let onnx = model("x[1,2,H,W]", &nodes, given, "y[1,16,H,W]");
    assert!(check(&onnx, &[&[1, 2, 7, 9], &[1, 2, 1, 1], &[1, 2, 30, 31], &[1, 2, 2, 40]]));
}

/// A fixed number of rows is one example, of whole numbers, too.
#[test]
fn whole_numbers_in_a_fixed_batch() {
    let nodes = ["Cast(x; to=1) -> f", "MatMul(f, w) -> y"];
    let onnx = model("x[2,3]", &nodes, vec![weights("w", &[3, 4])], "y[2,4]");
    let mut proto = ModelProto::decode(&*onnx).unwrap();
    let edge = &mut proto.graph.as_mut().unwrap().input[0];
    if let Some(Value::TensorType(tensor)) = edge.r#type.as_mut().and_then(|of| of.value.as_mut()) {
        tensor.elem_type = DataType::Int64 as i32;
    }
    let onnx = proto.encode_to_vec();
    let [fused, plain] = both(&onnx).map(|model| answer(&model, &[2, 3], &[1.0, -2.0, 3.0, 40.0, 5.0, -6.0]));
    assert_eq!(fused.len(), 8);
    assert!(fused.iter().zip(&plain).all(|(got, expected)| (got - expected).abs() <= 1e-4));
}

/// Ids of tokens that there are none of, in networks of any and of known length: the request is refused, and the next is answered.
#[test]
fn an_index_out_of_range_is_refused() {
    let nodes = ["Cast(x; to=7) -> ids", "Gather(table, ids; axis=0) -> rows", "MatMul(rows, w) -> y"];
    for (input, output) in [("x[T]", "y[T,3]"), ("x[2]", "y[2,3]")] {
        let onnx = model(input, &nodes, vec![weights("table", &[5, 4]), weights("w", &[4, 3])], output);
        let model = Model::load(&onnx, None).unwrap();
        assert!(model.plan().has_open_lengths() || model.plan().network().is_some(), "{input}");
        let ask = |index: f32| {
            let (inputs, _) = Inputs::from_json(&model, format!("[0, {index}]").as_bytes()).unwrap();
            model.predict(inputs, &Options::default())
        };
        for index in [5.0, -6.0, 70_000.0] {
            let error = ask(index).err().unwrap();
            let expected = format!("the index {index} is out of range: the model picks one of 5");
            assert!(error.status() == 422 && error.to_string().contains(&expected), "{input}: {error}");
            assert!(ask(4.0).is_ok());
        }
    }
}
