//! What is known of a graph's names: who makes them, how often they are read, which are bytes with which scale.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

use crate::eager::constant;

/// How far a bias's scale may be from the product of the others: it was computed in other precision.
const ALIKE: f32 = 1e-5;

/// Bytes, and the names of their scale and zero point, which the graph itself gives.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) data: &'a str,
    pub(super) scale: &'a str,
    pub(super) zero: &'a str,
    /// The number of scales.
    scales: usize,
    /// The axis that they go along.
    axis: i64,
}

impl<'a> Bytes<'a> {
    /// Where there is one scale.
    pub(super) fn by_tensor(self) -> Option<Bytes<'a>> {
        (self.scales == 1).then_some(self)
    }

    /// Where there is one scale, or one a place of this axis.
    pub(super) fn by_axis(self, axis: i64) -> Option<Bytes<'a>> {
        (self.scales == 1 || self.axis == axis).then_some(self)
    }
}

pub(super) struct Facts<'a> {
    makers: HashMap<&'a str, &'a NodeProto>,
    reads: HashMap<&'a str, usize>,
    constants: HashMap<&'a str, &'a TensorProto>,
}

/// The name of an input that is not left out.
pub(super) fn given(node: &NodeProto, index: usize) -> Option<&String> {
    node.input.get(index).filter(|name| !name.is_empty())
}

/// Whether a node is of ONNX's own domain.
pub(super) fn is_onnx(node: &NodeProto) -> bool {
    ["", "ai.onnx"].contains(&node.domain.as_str())
}

impl<'a> Facts<'a> {
    pub(super) fn of(graph: &'a GraphProto) -> Facts<'a> {
        let makers = graph.node.iter().flat_map(|node| node.output.iter().map(move |name| (name.as_str(), node)));
        // An initialiser that is an input too may be given another value at a call.
        let inputs: HashSet<&str> = graph.input.iter().map(|input| input.name.as_str()).collect();
        let initialisers = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor));
        let nodes = graph.node.iter().filter(|node| node.op_type == "Constant" && is_onnx(node)).filter_map(|node| {
            let value = node.attribute.iter().find(|attribute| attribute.name == "value")?;
            Some((node.output.first()?.as_str(), value.t.as_ref()?))
        });
        let constants = initialisers.chain(nodes);
        let mut facts = Facts {
            makers: makers.collect(),
            reads: HashMap::new(),
            constants: constants.filter(|(name, _)| !inputs.contains(name)).collect(),
        };
        each_read(graph, &mut |name| *facts.reads.entry(name).or_default() += 1);
        facts
    }

    /// Who makes a tensor that one node reads, and nobody else.
    pub(super) fn only_read_once(&self, name: &str) -> Option<&'a NodeProto> {
        self.makers.get(name).filter(|node| node.output.len() == 1 && self.reads.get(name) == Some(&1)).copied()
    }

    pub(super) fn maker(&self, name: &str) -> Option<&'a NodeProto> {
        self.makers.get(name).copied()
    }

    pub(super) fn constant(&self, name: &str) -> Option<&'a TensorProto> {
        self.constants.get(name).copied()
    }

    pub(super) fn is_constant(&self, name: &str) -> bool {
        self.constants.contains_key(name)
    }

    /// What a DequantizeLinear makes floats of.
    pub(super) fn dequantised(&self, name: &str) -> Option<Bytes<'a>> {
        let node = self.makers.get(name).filter(|node| node.op_type == "DequantizeLinear")?;
        self.bytes(node)
    }

    /// What a QuantizeLinear makes; its data are the floats.
    pub(super) fn quantised(&self, node: &'a NodeProto) -> Option<Bytes<'a>> {
        self.bytes(node)?.by_tensor()
    }

    fn bytes(&self, node: &'a NodeProto) -> Option<Bytes<'a>> {
        let (data, scale, zero) = (given(node, 0)?, given(node, 1)?, given(node, 2)?);
        let axis = node.attribute.iter().find(|attribute| attribute.name == "axis").map_or(1, |attribute| attribute.i);
        let is_plain = node.attribute.iter().all(|attribute| ["axis", "saturate"].contains(&attribute.name.as_str()));
        let dtype = |name: &str| self.constants.get(name).and_then(|tensor| DataType::try_from(tensor.data_type).ok());
        let are_bytes = matches!(dtype(zero), Some(DataType::Uint8 | DataType::Int8));
        if !is_plain || !are_bytes || dtype(scale) != Some(DataType::Float) {
            return None;
        }
        let scales = self.constants[scale.as_str()]
            .dims
            .iter()
            .try_fold(1usize, |product, &size| usize::try_from(size).ok().and_then(|size| product.checked_mul(size)))?;
        Some(Bytes { data, scale, zero, scales, axis })
    }

    /// Whether two constants are the same.
    pub(super) fn are_equal(&self, a: &str, b: &str) -> bool {
        let load = |name: &str| constant::load(self.constants.get(name)?).ok();
        a == b
            || load(a).zip(load(b)).is_some_and(|(a, b)| {
                a.dtype() == b.dtype() && a.len() == b.len() && a.to_f64s().ok() == b.to_f64s().ok()
            })
    }

    fn floats(&self, name: &str) -> Option<Vec<f32>> {
        constant::load(self.constants.get(name)?).ok()?.to_f32s().ok()
    }

    /// The whole numbers of a bias whose unit is the product of the scales, so that it adds up with the other products.
    pub(super) fn bias(&self, name: &str, x: &Bytes, weights: &Bytes) -> Option<&'a str> {
        let node = *self.makers.get(name).filter(|node| node.op_type == "DequantizeLinear")?;
        let name = given(node, 0)?;
        let data = self.constants.get(name.as_str())?;
        let zero_is_zero = match given(node, 2) {
            Some(zero) => self.floats(zero)?.iter().all(|zero| *zero == 0.0),
            None => true,
        };
        if data.data_type != DataType::Int32 as i32 || data.dims.len() != 1 || !zero_is_zero {
            return None;
        }
        let (own, of_x, of_weights) =
            (self.floats(given(node, 1)?)?, self.floats(x.scale)?, self.floats(weights.scale)?);
        let count = own.len().max(of_weights.len());
        let at = |scales: &[f32], place: usize| scales.get(if scales.len() == 1 { 0 } else { place }).copied();
        let is_alike = |place: usize| {
            let product = of_x.first()? * at(&of_weights, place)?;
            Some((at(&own, place)? - product).abs() <= ALIKE * product.abs())
        };
        (0..count).all(|place| is_alike(place) == Some(true)).then_some(name.as_str())
    }
}

/// Every name that a node or the graph's outputs read, and those that a graph inside a node reads of this one.
fn each_read<'a>(graph: &'a GraphProto, visit: &mut dyn FnMut(&'a str)) {
    graph.output.iter().for_each(|output| visit(&output.name));
    for node in &graph.node {
        node.input.iter().for_each(|name| visit(name));
        for inner in node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs)) {
            let mut names: Vec<&str> = vec![];
            each_read(inner, &mut |name| names.push(name));
            let own =
                inner.node.iter().flat_map(|node| &node.output).chain(inner.input.iter().map(|input| &input.name));
            let own: HashSet<&str> =
                own.chain(inner.initializer.iter().map(|tensor| &tensor.name)).map(String::as_str).collect();
            names.into_iter().filter(|name| !own.contains(name)).for_each(&mut *visit);
        }
    }
}

/// Takes out what nobody reads any more: DequantizeLinear, and what stood between it and QuantizeLinear.
pub(super) fn drop_unread(graph: &mut GraphProto) {
    loop {
        let mut read: HashSet<String> = HashSet::new();
        each_read(graph, &mut |name| {
            read.insert(name.to_owned());
        });
        let before = graph.node.len();
        graph.node.retain(|node| node.output.iter().any(|name| read.contains(name)));
        if graph.node.len() == before {
            // One that is an input too would have to be given without.
            read.extend(graph.input.iter().map(|input| input.name.clone()));
            graph.initializer.retain(|tensor| read.contains(&tensor.name));
            return;
        }
    }
}
