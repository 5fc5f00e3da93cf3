//! If, Loop, Scan, SequenceMap and FlexAttention: operators that hold graphs, whose branches may differ in shape.

mod branches;
mod flex;
mod loops;
mod scan;

use tract_onnx::pb::OperatorSetIdProto;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::format_err;

use super::graph::Graph;
use super::node::{Arguments, Kernel, Node};
use super::value::Value;

/// A graph inside a node, with the places of its captures among the node's inputs.
struct Body {
    graph: Graph,
    captures: std::ops::Range<usize>,
}

impl Body {
    /// Runs with what the node is given.
    fn run(&self, inputs: Vec<Value>, arguments: &Arguments) -> TractResult<Vec<Value>> {
        let captured = self.captures.clone().map(|index| arguments.value(index).cloned());
        self.graph.run(inputs, &captured.collect::<TractResult<Vec<_>>>()?)
    }
}

/// The graphs of a node, and the names that they read of the graphs around it. The values of these names come behind the
/// node's own inputs.
struct Bodies {
    names: Vec<String>,
    own_inputs: usize,
}

impl Bodies {
    fn of(node: &Node) -> Bodies {
        Bodies { names: vec![], own_inputs: node.proto.input.len() }
    }

    fn take(&mut self, node: &Node, attribute: &str, opsets: &[OperatorSetIdProto]) -> TractResult<Body> {
        let proto = node.graph(attribute).ok_or_else(|| format_err!("{attribute} is missing"))?;
        let graph = Graph::new(proto, opsets)?;
        let first = self.own_inputs + self.names.len();
        self.names.extend(graph.captures().map(str::to_owned));
        Ok(Body { graph, captures: first..self.own_inputs + self.names.len() })
    }
}

/// The kernel of a node that holds graphs, and the names that these read.
///
/// # Errors
/// What is wrong with the node, or a node of its graphs.
pub(super) fn kernel(node: &Node, opsets: &[OperatorSetIdProto]) -> TractResult<Option<(Kernel, Vec<String>)>> {
    let domain = match node.proto.domain.as_str() {
        "ai.onnx" => "",
        other => other,
    };
    let mut bodies = Bodies::of(node);
    let kernel = match (domain, node.proto.op_type.as_str()) {
        ("", "If") => branches::build(node, &mut bodies, opsets)?,
        ("", "Loop") => loops::build(node, &mut bodies, opsets)?,
        ("", "SequenceMap") => loops::build_map(node, &mut bodies, opsets)?,
        ("", "Scan") => scan::build(node, &mut bodies, opsets)?,
        ("ai.onnx.preview", "FlexAttention") => flex::build(node, &mut bodies, opsets)?,
        _ => return Ok(None),
    };
    Ok(Some((kernel, bodies.names)))
}
