//! What the outputs of a model are that runs operator by operator: what it says itself, held against what it gives.

use tract_onnx::pb::tensor_shape_proto::dimension::Value as DimValue;
use tract_onnx::pb::{GraphProto, ValueInfoProto, type_proto};
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::Eager;
use super::value::TensorValue;
use crate::{Dim, Dtype, Error, TensorSpec};

/// The specs of the outputs. An exporter's shape that the model itself contradicts is not believed.
///
/// # Errors
/// [`Error::Model`] for an output that is no tensor, and for a model that fails on numbers that fit its signature.
pub(super) fn outputs(eager: &Eager, graph: &GraphProto, inputs: &[TensorSpec]) -> Result<Vec<TensorSpec>, Error> {
    let trials = trials(eager, inputs)?;
    let output = |(index, info): (usize, &ValueInfoProto)| {
        let seen: Vec<&TensorValue> = trials.iter().filter_map(|outputs| outputs.get(index)).collect();
        spec(info, &seen)
    };
    graph.output.iter().enumerate().map(output).collect()
}

/// Sizes that open axes are tried with: the first axis, and the others.
type Sizes = (usize, usize);

/// For every model.
const SMALL: [Sizes; 2] = [(1, 1), (2, 2)];

/// For a model that fails at these, as one may that picks five of an axis, or halves a picture five times.
const LARGER: [Sizes; 11] =
    [(1, 3), (1, 4), (1, 8), (1, 16), (1, 32), (1, 64), (1, 224), (4, 4), (16, 16), (128, 128), (300, 300)];

/// No input of a trial is larger.
const MOST_ELEMENTS: usize = 1 << 18;

/// The outputs at two sizes of what is open. None for a model that wants other numbers than these.
fn trials(eager: &Eager, inputs: &[TensorSpec]) -> Result<Vec<Vec<TensorValue>>, Error> {
    let mut refusal = None;
    // A scale of 0 is none; a place of 1 may be one too many.
    for value in [0.0, 1.0] {
        match SMALL.map(|sizes| tried(eager, inputs, sizes, value)) {
            [Err(reason), Err(_)] => refusal = refusal.or(Some(reason)),
            outputs => return Ok(outputs.into_iter().flatten().collect()),
        }
    }
    match refusal {
        // Whole numbers may have to be a shape, or texts in a form, that nobody can guess.
        Some(reason) if inputs.iter().all(|spec| spec.dtype.is_float()) => {
            larger(eager, inputs).ok_or(Error::Model(reason))
        }
        _ => Ok(vec![]),
    }
}

/// The outputs at the first of the larger sizes that the model takes, and at the one behind it.
fn larger(eager: &Eager, inputs: &[TensorSpec]) -> Option<Vec<Vec<TensorValue>>> {
    let is_open = |dim: &Dim| matches!(dim, Dim::Symbol(_));
    if !inputs.iter().any(|spec| spec.dims().iter().any(is_open)) {
        return None;
    }
    [0.0, 1.0].into_iter().find_map(|value| {
        let mut sizes = LARGER.iter();
        let first = sizes.by_ref().find_map(|sizes| tried(eager, inputs, *sizes, value).ok())?;
        let second = sizes.next().and_then(|sizes| tried(eager, inputs, *sizes, value).ok());
        Some([Some(first), second].into_iter().flatten().collect())
    })
}

/// The model's outputs where every element is `value`.
fn tried(eager: &Eager, inputs: &[TensorSpec], (first, others): Sizes, value: f64) -> Result<Vec<TensorValue>, String> {
    let filled = |spec: &TensorSpec| {
        let dim = |(axis, dim): (usize, &Dim)| match dim {
            Dim::Fixed(fixed) => *fixed,
            Dim::Symbol(_) => [first, others][usize::from(axis > 0)],
        };
        let shape: Vec<usize> = spec.dims().iter().enumerate().map(dim).collect();
        let count = super::broadcast::count(&shape)?;
        // What is fixed is as large as it is.
        let small = [first, others].iter().all(|size| *size <= 2);
        ensure!(small || count <= MOST_ELEMENTS, "{shape:?} is too large for a trial");
        match spec.dtype {
            Dtype::String => TensorValue::new(&shape, vec![String::new(); count]),
            dtype => TensorValue::from_f64s(dtype, &shape, vec![value; count]),
        }
    };
    let inputs = inputs.iter().map(|spec| Ok(filled(spec)?.as_tract().clone())).collect::<TractResult<Vec<_>>>();
    inputs.and_then(|inputs| eager.run(inputs)).map_err(|e| format!("{e:#}"))
}

fn spec(info: &ValueInfoProto, seen: &[&TensorValue]) -> Result<TensorSpec, Error> {
    let name = info.name.clone();
    let declared = info.r#type.as_ref().and_then(|t| t.value.as_ref()).map(|type_proto::Value::TensorType(t)| t);
    let dtype = seen.first().map(|tensor| tensor.dtype());
    let dtype = dtype.or_else(|| declared.and_then(|tensor| Dtype::from_onnx(tensor.elem_type))).ok_or_else(|| {
        Error::Model(format!("the output {name:?} is not a tensor, or has an element type that is not supported"))
    })?;
    let dims = declared.and_then(|tensor| tensor.shape.as_ref()).map(|shape| {
        let dim = |(axis, dim): (usize, &Option<DimValue>)| match dim {
            Some(DimValue::DimValue(size)) if *size >= 0 => Dim::Fixed(*size as usize),
            Some(DimValue::DimParam(symbol)) if !symbol.is_empty() => Dim::Symbol(symbol.clone()),
            _ if axis == 0 => Dim::Symbol("N".into()),
            _ => Dim::Symbol(format!("{name}_{axis}")),
        };
        shape.dim.iter().map(|dim| &dim.value).enumerate().map(dim).collect::<Vec<Dim>>()
    });
    let believed = |dims: &Vec<Dim>| {
        seen.iter().all(|tensor| {
            tensor.rank() == dims.len() && tensor.shape().iter().zip(dims).all(|(size, dim)| allows(dim, *size))
        })
    };
    let shape = dims.filter(believed).or_else(|| observed(&name, seen));
    Ok(TensorSpec { name, dtype, shape })
}

fn allows(dim: &Dim, size: usize) -> bool {
    match dim {
        Dim::Fixed(fixed) => *fixed == size,
        Dim::Symbol(_) => true,
    }
}

/// The shape that two trials agree on; where they differ, any size.
fn observed(name: &str, seen: &[&TensorValue]) -> Option<Vec<Dim>> {
    let [one, two] = seen else { return None };
    if one.rank() != two.rank() {
        return None;
    }
    let pairs = one.shape().iter().zip(two.shape()).enumerate();
    Some(
        pairs
            .map(|(axis, (first, second))| match axis {
                _ if first == second => Dim::Fixed(*first),
                0 => Dim::Symbol("N".into()),
                _ => Dim::Symbol(format!("{name}_{axis}")),
            })
            .collect(),
    )
}
