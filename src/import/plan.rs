//! A checked model → tract's optimised, runnable plan.

use std::sync::Arc;

use tract_onnx::Onnx;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::{DimFact, DimLike, ToDim, bail};

use crate::ops;
use crate::{Dim, Dtype, Error, Signature, TensorSpec};

/// Plans the model and learns its outputs' types on the way.
///
/// # Errors
/// [`Error::Model`] with tract's reason.
pub(super) fn make(
    proto: &ModelProto,
    inputs: Vec<TensorSpec>,
    outputs: Vec<String>,
) -> Result<(Arc<TypedRunnableModel>, Signature), Error> {
    let reason = |e: TractError| Error::Model(format!("{e:#}{}", hint(&inputs)));
    let mut model = parse(proto, &inputs).map_err(reason)?;
    constrain(&mut model, &inputs).map_err(reason)?;
    let optimised = model.into_optimized().map_err(reason)?;
    let outputs = describe(&optimised, outputs)?;
    let plan = optimised.into_runnable().map_err(reason)?;
    Ok((plan, Signature { inputs, outputs }))
}

/// What often helps a model that can't be planned with open dimensions.
fn hint(inputs: &[TensorSpec]) -> String {
    let open = inputs.iter().find(|spec| spec.dims().iter().any(|dim| matches!(dim, Dim::Symbol(_))));
    open.map_or(String::new(), |spec| {
        format!("; if it needs fixed sizes, the card can give them: inputs.{}.shape, now {spec}", spec.name)
    })
}

fn parse(proto: &ModelProto, inputs: &[TensorSpec]) -> TractResult<InferenceModel> {
    // Exporters leave stale intermediate and output shapes behind: only the inputs' and the weights' are trusted.
    let onnx = Onnx { op_register: ops::register(), ..tract_onnx::onnx() }
        .with_ignore_value_info(true)
        .with_ignore_output_shapes(true);
    let parsed = onnx.parse(proto, None)?;
    if let Some(name) = parsed.unresolved_inputs.first() {
        bail!("nothing makes {name:?}");
    }
    let mut model = parsed.model;
    let outlets: Vec<OutletId> = inputs.iter().map(|spec| parsed.outlets_by_name[&spec.name]).collect();
    model.set_input_outlets(&outlets)?;
    Ok(model)
}

/// Gives every open dimension a symbol, so that the plan holds for any size.
fn constrain(model: &mut InferenceModel, inputs: &[TensorSpec]) -> TractResult<()> {
    for (index, spec) in inputs.iter().enumerate() {
        let Some(dims) = &spec.shape else { continue };
        let parsed = model.input_fact(index)?.clone();
        let shape: TVec<TDim> = dims
            .iter()
            .enumerate()
            .map(|(axis, dim)| match (dim, parsed.shape.dim(axis).and_then(|dim: DimFact| dim.concretize())) {
                (Dim::Fixed(size), _) => size.to_dim(),
                // The model's own symbols, and expressions of them, mean the same in all its inputs.
                (_, Some(dim)) => dim,
                (Dim::Symbol(name), None) => model.symbols.sym(name).to_dim(),
            })
            .collect();
        model.set_input_fact(index, InferenceFact::dt_shape(spec.dtype.to_tract(), shape))?;
    }
    Ok(())
}

fn describe(model: &TypedModel, names: Vec<String>) -> Result<Vec<TensorSpec>, Error> {
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let fact = model.output_fact(index).map_err(|e| Error::Model(format!("{e:#}")))?;
            let dtype = Dtype::from_tract(fact.datum_type).ok_or_else(|| {
                Error::Model(format!("the output {name:?} has type {:?}, which is not supported", fact.datum_type))
            })?;
            let dim = |dim: &TDim| match dim.to_usize() {
                Ok(size) => Dim::Fixed(size),
                Err(_) => Dim::Symbol(dim.to_string()),
            };
            Ok(TensorSpec { name, dtype, shape: Some(fact.shape.iter().map(dim).collect()) })
        })
        .collect()
}
