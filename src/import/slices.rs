//! A Slice "to the end" is written with an end beyond every size. tract knows only some of those numbers; over an open
//! dimension it takes another for the size. Here they all become the one that it knows best.

use std::collections::HashMap;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, TensorProto};

/// No dimension is larger: exporters mean "to the end" by it.
const BEYOND: i64 = 1_000_000_000;

/// Rewrites the ends of each Slice that are constants.
pub(super) fn open_ends(graph: &mut GraphProto) {
    let constants = constants(graph);
    let mut added = vec![];
    for (index, node) in graph.node.iter_mut().enumerate().filter(|(_, node)| node.op_type == "Slice") {
        let Some(ends) = node.input.get(2).and_then(|name| constants.get(name)) else { continue };
        if ends.iter().any(|end| *end >= BEYOND && *end != i64::MAX) {
            let name = format!("onnxlet.slice.{index}.ends");
            node.input[2].clone_from(&name);
            let int64_data = ends.iter().map(|end| if *end >= BEYOND { i64::MAX } else { *end }).collect();
            let dims = vec![ends.len() as i64];
            added.push(TensorProto { name, dims, int64_data, data_type: DataType::Int64 as i32, ..Default::default() });
        }
    }
    graph.initializer.extend(added);
}

/// The whole numbers of each small constant, by name.
fn constants(graph: &GraphProto) -> HashMap<String, Vec<i64>> {
    let weights = graph.initializer.iter().map(|tensor| (&tensor.name, tensor));
    let nodes = graph.node.iter().filter(|node| node.op_type == "Constant").filter_map(|node| {
        let value = node.attribute.iter().find(|attribute| attribute.name == "value")?;
        Some((node.output.first()?, value.t.as_ref()?))
    });
    weights.chain(nodes).filter_map(|(name, tensor)| Some((name.clone(), whole_numbers(tensor)?))).collect()
}

/// The values of a vector of whole numbers.
fn whole_numbers(tensor: &TensorProto) -> Option<Vec<i64>> {
    if tensor.dims.len() != 1 {
        return None;
    }
    let raw = &tensor.raw_data;
    match DataType::try_from(tensor.data_type).ok()? {
        DataType::Int64 if raw.is_empty() => Some(tensor.int64_data.clone()),
        DataType::Int32 if raw.is_empty() => Some(tensor.int32_data.iter().map(|value| i64::from(*value)).collect()),
        DataType::Int64 => {
            Some(raw.chunks_exact(8).map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap_or_default())).collect())
        }
        DataType::Int32 => Some(
            raw.chunks_exact(4).map(|bytes| i32::from_le_bytes(bytes.try_into().unwrap_or_default()).into()).collect(),
        ),
        _ => None,
    }
}
