//! Functions that a model defines itself: their nodes take the place of each call.

use std::collections::HashMap;

use prost::Message;
use tract_onnx::pb::{AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto};

use crate::Error;

/// Calls within calls deeper than this are a function that calls itself.
const DEEPEST: usize = 64;

/// More nodes than this are not a model but an attack: calls can double at each level.
const MOST_NODES: usize = 200_000;

/// Nor are more bytes than this, names and weights inside functions included.
const MOST_BYTES: usize = 256 << 20;

/// Puts the nodes of functions in place of their calls.
///
/// # Errors
/// [`Error::Model`] for a function that calls itself, or one written for another opset than the model.
pub(super) fn inline(proto: &mut ModelProto) -> Result<(), Error> {
    if proto.functions.is_empty() {
        return Ok(());
    }
    let functions = std::mem::take(&mut proto.functions);
    let by_name: HashMap<(&str, &str), &FunctionProto> = functions
        .iter()
        .map(|function| ((domain(function), function.name.as_deref().unwrap_or("")), function))
        .collect();
    import_opsets(&mut proto.opset_import, &functions)?;
    let mut inliner = Inliner { functions: by_name, calls: 0, nodes: 0, bytes: 0 };
    match &mut proto.graph {
        Some(graph) => inliner.graph(graph, 0),
        None => Ok(()),
    }
}

fn domain(function: &FunctionProto) -> &str {
    function.domain.as_deref().unwrap_or("")
}

fn is_standard(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// A model has one version of each domain here; the functions' must be the same.
fn import_opsets(opsets: &mut Vec<OperatorSetIdProto>, functions: &[FunctionProto]) -> Result<(), Error> {
    for function in functions {
        for wanted in &function.opset_import {
            match opsets.iter().find(|own| own.domain == wanted.domain) {
                None => opsets.push(wanted.clone()),
                Some(own) if own.version == wanted.version => {}
                // From 21 on, versions have added types, and attributes whose defaults mean what was before.
                Some(own) if is_standard(&own.domain) && own.version.min(wanted.version) >= 21 => {}
                Some(own) => {
                    let name = function.name.as_deref().unwrap_or_default();
                    let (from, to) = (wanted.version, own.version);
                    return Err(Error::Model(format!("the function {name:?} is of opset {from}, the model of {to}")));
                }
            }
        }
    }
    Ok(())
}

struct Inliner<'a> {
    functions: HashMap<(&'a str, &'a str), &'a FunctionProto>,
    calls: usize,
    nodes: usize,
    bytes: usize,
}

impl Inliner<'_> {
    fn graph(&mut self, graph: &mut GraphProto, depth: usize) -> Result<(), Error> {
        graph.node = self.nodes(std::mem::take(&mut graph.node), depth)?;
        Ok(())
    }

    /// Counts what a call will add: the body, in which every name is made longer.
    fn charge(&mut self, function: &FunctionProto, call: &NodeProto) -> Result<(), Error> {
        let own = function.name.as_deref().unwrap_or_default().len();
        let names: usize = function.node.iter().map(|node| 1 + node.input.len() + node.output.len()).sum();
        let given: usize = call.attribute.iter().map(Message::encoded_len).sum();
        let added = function.encoded_len().saturating_add(names.saturating_mul(own + given + 8));
        self.bytes = self.bytes.saturating_add(added);
        if self.bytes > MOST_BYTES {
            return Err(Error::Model(format!("the calls of the function {:?} are too many", call.op_type)));
        }
        Ok(())
    }

    fn nodes(&mut self, nodes: Vec<NodeProto>, depth: usize) -> Result<Vec<NodeProto>, Error> {
        let mut all = vec![];
        for mut node in nodes {
            self.nodes += 1;
            if depth > DEEPEST || self.nodes > MOST_NODES {
                return Err(Error::Model(format!("the function {:?} calls itself, or too many others", node.op_type)));
            }
            for attribute in &mut node.attribute {
                for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
                    self.graph(graph, depth + 1)?;
                }
            }
            match self.functions.get(&(node.domain.as_str(), node.op_type.as_str())).copied() {
                Some(function) => {
                    self.calls += 1;
                    self.charge(function, &node)?;
                    let body = body(function, &node, self.calls);
                    all.extend(self.nodes(body, depth + 1)?);
                }
                None => all.push(node),
            }
        }
        Ok(all)
    }
}

/// A function's nodes with the names and attributes of one call.
fn body(function: &FunctionProto, call: &NodeProto, number: usize) -> Vec<NodeProto> {
    let mut names: HashMap<String, String> = HashMap::new();
    for (index, name) in function.input.iter().enumerate() {
        names.insert(name.clone(), call.input.get(index).cloned().unwrap_or_default());
    }
    for (name, outer) in function.output.iter().zip(&call.output).filter(|(_, outer)| !outer.is_empty()) {
        names.insert(name.clone(), outer.clone());
    }
    let prefix = format!("{}#{number}/", function.name.as_deref().unwrap_or_default());
    let mut nodes = function.node.clone();
    nodes.iter_mut().for_each(|node| rename(node, &mut names, &prefix, call));
    nodes
}

fn rename(node: &mut NodeProto, names: &mut HashMap<String, String>, prefix: &str, call: &NodeProto) {
    for name in node.input.iter_mut().chain(&mut node.output).filter(|name| !name.is_empty()) {
        *name = names.entry(name.clone()).or_insert_with(|| format!("{prefix}{name}")).clone();
    }
    node.name = format!("{prefix}{}", node.name);
    node.attribute = std::mem::take(&mut node.attribute).into_iter().filter_map(|own| bound(own, call)).collect();
    for attribute in &mut node.attribute {
        for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
            rename_graph(graph, names, prefix, call);
        }
    }
}

fn rename_graph(graph: &mut GraphProto, names: &mut HashMap<String, String>, prefix: &str, call: &NodeProto) {
    let mut fresh = |name: &mut String| {
        *name = names.entry(name.clone()).or_insert_with(|| format!("{prefix}{name}")).clone();
    };
    graph.input.iter_mut().for_each(|input| fresh(&mut input.name));
    graph.initializer.iter_mut().for_each(|tensor| fresh(&mut tensor.name));
    graph.node.iter_mut().for_each(|node| rename(node, names, prefix, call));
    for output in &mut graph.output {
        if let Some(name) = names.get(&output.name) {
            output.name.clone_from(name);
        }
    }
}

/// An attribute that stands for one of the call's becomes it, and goes where the call has none.
fn bound(own: AttributeProto, call: &NodeProto) -> Option<AttributeProto> {
    if own.ref_attr_name.is_empty() {
        return Some(own);
    }
    let given = call.attribute.iter().find(|attribute| attribute.name == own.ref_attr_name)?;
    Some(AttributeProto { name: own.name, ..given.clone() })
}
