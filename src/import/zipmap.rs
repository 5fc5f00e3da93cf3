//! ZipMap: a map from class to probability a row. Here it stays the tensor of probabilities, whose labels are the classes.

use tract_onnx::pb::type_proto::{Tensor as TensorType, Value as TypeValue};
use tract_onnx::pb::{GraphProto, NodeProto, TypeProto};

use crate::Card;

/// Takes each ZipMap out of the graph, and tells the classes of each output that one gave.
pub(super) fn open(graph: &mut GraphProto) -> Vec<(String, Vec<String>)> {
    let mut labels = vec![];
    for node in graph.node.iter_mut().filter(|node| node.op_type == "ZipMap" && node.domain == "ai.onnx.ml") {
        let Some(name) = node.output.first().cloned() else { continue };
        labels.push((name.clone(), classes(node)));
        node.op_type = "Identity".into();
        node.domain.clear();
        node.attribute.clear();
        if let Some(output) = graph.output.iter_mut().find(|output| output.name == name) {
            let tensor = TypeValue::TensorType(TensorType { elem_type: 1, shape: None });
            output.r#type = Some(TypeProto { value: Some(tensor), ..TypeProto::default() });
        }
    }
    labels
}

fn classes(node: &NodeProto) -> Vec<String> {
    let mut classes = vec![];
    for attribute in &node.attribute {
        classes.extend(attribute.ints.iter().map(i64::to_string));
        classes.extend(attribute.strings.iter().map(|text| String::from_utf8_lossy(text).into_owned()));
    }
    classes
}

/// The card, with these labels where it has none of its own.
pub(super) fn name(mut card: Card, labels: Vec<(String, Vec<String>)>) -> Card {
    for (output, classes) in labels {
        card.outputs.entry(output).or_default().labels.get_or_insert(classes);
    }
    card
}
