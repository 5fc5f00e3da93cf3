//! Whether a graph holds together, and what it takes.

use std::collections::HashSet;

use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as DimValue;
use tract_onnx::pb::{GraphProto, TensorProto, ValueInfoProto, type_proto};

use crate::eager::broadcast;
use crate::{Dim, Dtype, Error, TensorSpec};

/// Checks that every name is defined before it is used, and that all weights are in the file; in graphs inside nodes, too.
///
/// # Errors
/// [`Error::Model`] naming the tensor.
pub(super) fn check(graph: &GraphProto) -> Result<(), Error> {
    if graph.output.is_empty() {
        return Err(Error::Model("the graph has no outputs".into()));
    }
    check_within(graph, None)
}

/// The names that a graph's nodes may read: its own so far, and those of the graphs around it.
struct Scope<'a> {
    names: HashSet<&'a str>,
    around: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn knows(&self, name: &str) -> bool {
        self.names.contains(name) || self.around.is_some_and(|around| around.knows(name))
    }
}

fn check_within(graph: &GraphProto, around: Option<&Scope>) -> Result<(), Error> {
    graph.initializer.iter().try_for_each(check_data)?;
    let mut names: HashSet<&str> = HashSet::new();
    if let Some(twice) = graph.input.iter().find(|input| !names.insert(&input.name)) {
        return Err(Error::Model(format!("there are two inputs {:?}", twice.name)));
    }
    names.extend(graph.initializer.iter().map(|tensor| tensor.name.as_str()));
    names.extend(graph.sparse_initializer.iter().filter_map(|t| t.values.as_ref()).map(|t| t.name.as_str()));
    let mut scope = Scope { names, around };
    for node in &graph.node {
        for name in node.input.iter().filter(|name| !name.is_empty()) {
            if !scope.knows(name) {
                let message = format!("{} {:?} reads {name:?}, which nothing before it makes", node.op_type, node.name);
                return Err(Error::Model(message));
            }
        }
        if node.op_type == "If"
            && !node.attribute.iter().filter_map(|own| own.g.as_ref()).all(|g| g.output.len() == node.output.len())
        {
            return Err(Error::Model(format!(
                "the branches of If {:?} do not give its {} outputs",
                node.name,
                node.output.len()
            )));
        }
        for attribute in &node.attribute {
            attribute.t.iter().chain(&attribute.tensors).try_for_each(check_data)?;
            attribute.g.iter().chain(&attribute.graphs).try_for_each(|inner| check_within(inner, Some(&scope)))?;
        }
        for name in node.output.iter().filter(|name| !name.is_empty()) {
            if !scope.names.insert(name) {
                let message = format!("{} {:?} makes {name:?}, which is made before it", node.op_type, node.name);
                return Err(Error::Model(message));
            }
        }
    }
    match graph.output.iter().find(|output| !scope.knows(&output.name)) {
        Some(output) => Err(Error::Model(format!("nothing makes the output {:?}", output.name))),
        None => Ok(()),
    }
}

/// Checks that a tensor's data is in the file, wherever in the model it stands, and is in a form that its type has.
fn check_data(tensor: &TensorProto) -> Result<(), Error> {
    if tensor.data_type == DataType::String as i32 && !tensor.raw_data.is_empty() {
        return Err(Error::Model(format!(
            "the texts of {:?} are raw bytes, which ONNX has for numbers only",
            tensor.name
        )));
    }
    if tensor.data_location != Some(DataLocation::External as i32) {
        return Ok(());
    }
    let location = tensor.external_data.iter().find(|entry| entry.key == "location");
    let file = location.map_or("another file", |entry| entry.value.as_str());
    Err(Error::Model(format!(
        "the weights of {:?} are outside the model, in {file:?}: save it again with all data in one file",
        tensor.name
    )))
}

/// The inputs that a caller gives: those without an initialiser.
///
/// # Errors
/// [`Error::Model`] for one that is no tensor or has an element type without a JSON and JavaScript form.
pub(super) fn inputs(graph: &GraphProto) -> Result<Vec<TensorSpec>, Error> {
    let weights: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let given = |input: &&ValueInfoProto| !weights.contains(input.name.as_str());
    graph.input.iter().filter(given).map(spec).collect()
}

/// Checks that each input can be held, with one of everything that is left open.
///
/// # Errors
/// [`Error::Model`] naming the input.
pub(super) fn check_sizes(inputs: &[TensorSpec]) -> Result<(), Error> {
    for spec in inputs {
        let fixed = |dim: &Dim| if let Dim::Fixed(size) = dim { Some(*size) } else { None };
        let sizes: Vec<usize> = spec.dims().iter().filter_map(fixed).collect();
        broadcast::count(&sizes)
            .map_err(|_| Error::Model(format!("the input {:?} is too large: {spec}", spec.name)))?;
    }
    Ok(())
}

fn spec(input: &ValueInfoProto) -> Result<TensorSpec, Error> {
    let name = input.name.clone();
    let Some(type_proto::Value::TensorType(tensor)) = input.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return Err(Error::Model(format!("the input {name:?} is not a tensor")));
    };
    let dtype = Dtype::from_onnx(tensor.elem_type).ok_or_else(|| {
        Error::Model(format!("the input {name:?} has ONNX element type {}, which is not supported", tensor.elem_type))
    })?;
    let rank = tensor.shape.as_ref().map_or(0, |shape| shape.dim.len());
    let dim = |(axis, value): (usize, &Option<DimValue>)| match value {
        Some(DimValue::DimValue(size)) if *size > 0 => Dim::Fixed(*size as usize),
        // A batch of 0 is an exporter's word for any; elsewhere it is a tensor without elements.
        Some(DimValue::DimValue(0)) if axis > 0 || rank == 1 => Dim::Fixed(0),
        // tf2onnx numbers what it doesn't know: `unk__749`.
        Some(DimValue::DimParam(symbol)) if !["", "?"].contains(&&**symbol) && !symbol.starts_with("unk__") => {
            Dim::Symbol(symbol.clone())
        }
        // Unnamed first axes are the batch in practice, and all inputs' batches are one.
        _ if axis == 0 => Dim::Symbol("N".into()),
        _ => Dim::Symbol(format!("{}_{axis}", identifier(&name))),
    };
    let shape = tensor.shape.as_ref().map(|shape| shape.dim.iter().map(|d| &d.value).enumerate().map(dim).collect());
    Ok(TensorSpec { name, dtype, shape })
}

/// `name` with only what a symbol's name may hold.
fn identifier(name: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let text: String = name.chars().map(clean).collect();
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { text } else { format!("d{text}") }
}
