//! If, Loop, Scan, SequenceMap and FlexAttention: operators that hold graphs, whose branches may differ in shape.

mod branches;
mod flex;
mod loops;
mod scan;

use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value as DimValue};
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{OperatorSetIdProto, ValueInfoProto};
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::broadcast::MOST_ELEMENTS;
use super::graph::Graph;
use super::node::{Arguments, Kernel, Node};
use super::value::{TensorValue, Value};
use crate::Dtype;

/// A graph inside a node, with the places of its captures among the node's inputs.
struct Body {
    graph: Graph,
    captures: std::ops::Range<usize>,
    /// The dtype and the sizes of each output, where the graph says them; open ones as 0.
    outputs: Vec<Option<(Dtype, Vec<usize>)>>,
}

impl Body {
    /// Runs with what the node is given.
    fn run(&self, inputs: Vec<Value>, arguments: &Arguments) -> TractResult<Vec<Value>> {
        let captured = self.captures.clone().map(|index| arguments.value(index).cloned());
        self.graph.run(inputs, &captured.collect::<TractResult<Vec<_>>>()?, arguments.fuel)
    }

    /// Runs a round of a loop.
    fn round(&self, inputs: Vec<Value>, arguments: &Arguments) -> TractResult<Vec<Value>> {
        arguments.fuel.burn(self.graph.steps())?;
        self.run(inputs, arguments)
    }

    /// What is collected of the outputs behind the first `skipped` when there was no round.
    fn nothing_collected(&self, skipped: usize) -> TractResult<Vec<Value>> {
        let outputs = self.outputs.iter().skip(skipped).map(|output| {
            let (dtype, sizes) = output.as_ref().ok_or_else(|| format_err!("without a round there is no shape"))?;
            Ok(TensorValue::from_f64s(*dtype, &[&[0], sizes.as_slice()].concat(), vec![])?.into())
        });
        outputs.collect()
    }
}

/// What the rounds of a loop give besides its state, an output a column.
#[derive(Default)]
struct Collected {
    columns: Vec<Vec<Value>>,
    elements: usize,
}

impl Collected {
    /// Adds what a round gave.
    ///
    /// # Errors
    /// Where it is no tensor, or all together is too large.
    fn push(&mut self, outputs: impl ExactSizeIterator<Item = Value>) -> TractResult<()> {
        self.columns.resize_with(outputs.len(), Vec::new);
        for (column, value) in self.columns.iter_mut().zip(outputs) {
            self.elements = self.elements.saturating_add(value.tensor()?.len());
            ensure!(self.elements <= MOST_ELEMENTS, "its rounds collect more than {MOST_ELEMENTS} elements");
            column.push(value);
        }
        Ok(())
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
        let outputs = proto.output.iter().map(output).collect();
        Ok(Body { graph, captures: first..self.own_inputs + self.names.len(), outputs })
    }
}

fn output(info: &ValueInfoProto) -> Option<(Dtype, Vec<usize>)> {
    let TypeValue::TensorType(tensor) = info.r#type.as_ref()?.value.as_ref()?;
    let size = |dim: &Dimension| match dim.value {
        Some(DimValue::DimValue(size)) => usize::try_from(size).unwrap_or(0),
        _ => 0,
    };
    let sizes = tensor.shape.as_ref()?.dim.iter().map(size).collect();
    Some((Dtype::from_onnx(tensor.elem_type)?, sizes))
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
