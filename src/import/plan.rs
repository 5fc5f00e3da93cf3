//! A checked model → tract's optimised, runnable plan.

use std::sync::Arc;

use tract_onnx::Onnx;
use tract_onnx::model::OnnxOpRegister;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::{Conv, Deconv, SumPool};
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::ops::nn::{Reduce, RmsNorm, Softmax};
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::{DimFact, DimLike, ToDim, TractErrorContext, bail};

mod quantised;

use super::operators::Runner;
use super::steps::Steps;
use super::{batch, shapes, slices};
use crate::eager::Eager;
use crate::network::Network;
use crate::network::open::OpenNetwork;
use crate::ops;
use crate::{Dim, Dtype, Error, Signature, TensorSpec};

/// What runs.
pub(crate) struct Plan {
    runnable: Runnable,
    /// It takes one example at a time, of those along the first axis of every input.
    by_example: bool,
}

enum Runnable {
    Eager(Box<Eager>),
    Network(Box<Network>),
    /// The network for one example, and what runs on more of them together.
    OneOrAny(Box<Network>, Box<Eager>),
    Open(Box<OpenNetwork>),
    Steps(Steps),
    Graph(Arc<TypedRunnableModel>),
}

impl Runnable {
    fn new(model: TypedModel) -> TractResult<Runnable> {
        Ok(match Steps::new(model)? {
            Ok(steps) => Runnable::Steps(steps),
            Err(model) => Runnable::Graph(model.into_runnable()?),
        })
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let is_one = |input: &TValue| input.shape().first() == Some(&1);
        match self {
            Runnable::OneOrAny(one, _) if inputs.iter().all(is_one) => one.run(&inputs, 1),
            Runnable::Eager(eager) | Runnable::OneOrAny(_, eager) => {
                let outputs = eager.run(inputs.into_iter().map(IntoArcTensor::into_arc_tensor).collect())?;
                Ok(outputs.iter().map(|output| output.as_tract().clone().into_tvalue()).collect())
            }
            Runnable::Network(network) => network.run(&inputs, 1),
            Runnable::Open(network) => network.run(&inputs),
            Runnable::Steps(steps) => steps.run(inputs),
            Runnable::Graph(plan) => plan.run(inputs),
        }
    }
}

impl Plan {
    /// Runs on inputs that fit the signature.
    ///
    /// # Errors
    /// tract's, where the graph itself fails.
    pub(crate) fn run(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let examples = inputs.first().and_then(|input| input.shape().first().copied());
        match examples {
            Some(count) if self.by_example && count != 1 => match &self.runnable {
                Runnable::Network(network) => network.run(&inputs, count),
                _ => self.run_each(&inputs, count),
            },
            _ => self.runnable.run(inputs),
        }
    }

    /// What each step takes, where they are ours: of a run on inputs that fit the signature, the first example of a batch.
    ///
    /// # Errors
    /// As [`Plan::run`].
    #[cfg(feature = "profile")]
    pub(crate) fn profile(
        &self,
        inputs: &[TValue],
        now: &dyn Fn() -> f64,
    ) -> TractResult<Vec<crate::network::profile::Line>> {
        match &self.runnable {
            Runnable::Network(network) | Runnable::OneOrAny(network, _) => network.profile(inputs, now),
            Runnable::Open(network) => network.profile(inputs, now),
            _ => Ok(vec![]),
        }
    }

    #[cfg(test)]
    pub(crate) fn has_open_lengths(&self) -> bool {
        matches!(self.runnable, Runnable::Open(_))
    }

    #[cfg(test)]
    pub(crate) fn network(&self) -> Option<&Network> {
        match &self.runnable {
            Runnable::Network(network) | Runnable::OneOrAny(network, _) => Some(network),
            _ => None,
        }
    }

    /// Whether a batch is computed example by example, since these are proven not to influence each other.
    pub(crate) fn is_by_example(&self) -> bool {
        self.by_example
    }

    fn run_each(&self, inputs: &[TValue], count: usize) -> TractResult<TVec<TValue>> {
        let mut outputs: Vec<Vec<TValue>> = vec![];
        for example in 0..count {
            let slice = |input: &TValue| Ok(input.slice(0, example, example + 1)?.into_tvalue());
            let answer = self.runnable.run(inputs.iter().map(slice).collect::<TractResult<_>>()?)?;
            outputs.resize_with(answer.len(), Vec::new);
            outputs.iter_mut().zip(answer).for_each(|(rows, row)| rows.push(row));
        }
        outputs.iter().map(|rows| Ok(Tensor::stack_tensors(0, rows)?.into_tvalue())).collect()
    }
}

/// Plans the model as a whole where tract can, otherwise operator by operator.
///
/// # Errors
/// [`Error::Model`] with the reason.
pub(super) fn choose(
    runner: Runner,
    proto: &mut ModelProto,
    given: &[TensorSpec],
    inputs: Vec<TensorSpec>,
    outputs: Vec<String>,
) -> Result<(Plan, Signature), Error> {
    let whole = match runner {
        Runner::Tract => as_tract_reads(proto, |proto| make(proto, given, inputs.clone(), outputs)),
        Runner::Quantised => as_tract_reads(proto, |proto| quantised::make(proto, given, inputs.clone(), outputs)),
        Runner::Eager => Err(Error::Model(String::new())),
    };
    let (Err(refusal), Some(graph)) = (&whole, &proto.graph) else { return whole };
    match (Eager::new(proto, graph, inputs), refusal, runner) {
        (Ok((eager, signature)), _, _) => {
            Ok((Plan { runnable: Runnable::Eager(Box::new(eager)), by_example: false }, signature))
        }
        (Err(_), Error::Model(reason), Runner::Tract) => Err(Error::Model(reason.clone())),
        (Err(error), _, _) => Err(error),
    }
}

/// Calls with shapes and slices written so that tract can keep the batch open.
fn as_tract_reads<R>(proto: &mut ModelProto, plan: impl FnOnce(&ModelProto) -> R) -> R {
    let widened = proto.graph.as_mut().map(|graph| {
        slices::open_ends(graph);
        shapes::widen(graph)
    });
    let result = plan(proto);
    if let (Some(graph), Some(widened)) = (&mut proto.graph, widened) {
        shapes::narrow(graph, &widened);
    }
    result
}

/// Plans the model as a whole and learns its outputs' types on the way. `given` are the inputs as the model has them, `inputs` as the card
/// fixes them.
///
/// # Errors
/// [`Error::Model`] with tract's reason.
fn make(
    proto: &ModelProto,
    given: &[TensorSpec],
    inputs: Vec<TensorSpec>,
    outputs: Vec<String>,
) -> Result<(Plan, Signature), Error> {
    let reason = |e: TractError| Error::Model(format!("{e:#}{}", hint(&inputs)));
    let Simplified { mut model, outputs, by_example } = simplified(proto, given, &inputs, outputs, ops::register)?;
    if let Some(network) = Network::new(&model).map_err(reason)? {
        let runnable = Runnable::Network(Box::new(network));
        return Ok((Plan { runnable, by_example }, Signature { inputs, outputs }));
    }
    if let Some(network) = OpenNetwork::new(&model).map_err(reason)? {
        let runnable = Runnable::Open(Box::new(network));
        return Ok((Plan { runnable, by_example }, Signature { inputs, outputs }));
    }
    ops::settle(&mut model);
    model.optimize().map_err(reason)?;
    let runnable = Runnable::new(model).map_err(reason)?;
    Ok((Plan { runnable, by_example }, Signature { inputs, outputs }))
}

/// A model in tract's operators.
struct Simplified {
    model: TypedModel,
    outputs: Vec<TensorSpec>,
    /// The model is that of one example, which answers each of a batch.
    by_example: bool,
}

/// The model in tract's operators and those of `register`, if a plan of it answers faithfully.
fn simplified(
    proto: &ModelProto,
    given: &[TensorSpec],
    inputs: &[TensorSpec],
    outputs: Vec<String>,
    register: fn() -> OnnxOpRegister,
) -> Result<Simplified, Error> {
    let reason = |e: TractError| Error::Model(format!("{e:#}{}", hint(inputs)));
    let mut model = declutter(proto, given, inputs, register()).map_err(reason)?;
    let outputs = describe(&model, outputs)?;
    if !says_its_shapes(&model).map_err(reason)? {
        return Err(Error::Model("the sizes of its outputs depend on values".into()));
    }
    if let Some(problem) = ops::asks_too_much(&model).map_err(reason)? {
        return Err(Error::Model(problem));
    }
    if approximates(&model) {
        return Err(Error::Model("float16 is not computed to its last bit".into()));
    }
    let by_example = batch::is_by_example(&model);
    if by_example {
        model = declutter(proto, given, &one_example(inputs), register()).map_err(reason)?;
    }
    Ok(Simplified { model, outputs, by_example })
}

/// Whether something is computed in float16: tract sums in it, and has polynomials for its functions, so that the last bits
/// differ from those of one rounding at the end. Functions of float64 it plans, but can't run them all.
fn approximates(model: &TypedModel) -> bool {
    model.nodes.iter().any(|node| {
        let computes = node.op_is::<Conv>() || node.op_is::<Deconv>() || node.op_is::<EinSum>();
        let computes = computes || node.op_is::<SumPool>() || node.op_is::<Reduce>() || node.op_is::<Softmax>();
        let function = node.op_is::<ElementWiseOp>();
        let computes = computes || function || node.op_is::<RmsNorm>();
        node.outputs.iter().any(|output| match output.fact.datum_type {
            DatumType::F16 => computes,
            DatumType::F64 => function,
            _ => false,
        })
    })
}

/// Whether the outputs' sizes follow from the inputs'. tract may lose others on the way.
fn says_its_shapes(model: &TypedModel) -> TractResult<bool> {
    let mut given = std::collections::HashSet::new();
    for outlet in model.input_outlets()? {
        model.outlet_fact(*outlet)?.shape.iter().for_each(|dim| given.extend(dim.symbols()));
    }
    let mut follow = true;
    for outlet in model.output_outlets()? {
        let shape = &model.outlet_fact(*outlet)?.shape;
        follow &= shape.iter().all(|dim| dim.symbols().is_subset(&given));
    }
    Ok(follow)
}

/// The model in tract's operators, simplified.
fn declutter(
    proto: &ModelProto,
    given: &[TensorSpec],
    inputs: &[TensorSpec],
    register: OnnxOpRegister,
) -> TractResult<TypedModel> {
    let mut model = parse(proto, inputs, register)?;
    constrain(&mut model, given, inputs)?;
    let model = model.into_typed()?;
    // Weights are as large as they are; they are there.
    for node in model.nodes.iter().filter(|node| !node.op_is::<Const>()) {
        for output in &node.outputs {
            let size = ops::guard::check_size(output.fact.datum_type, output.fact.shape.iter());
            size.with_context(|| format!("{} (node {:?})", node.op.name(), node.name))?;
        }
    }
    model.into_decluttered()
}

/// The inputs with a batch of one.
fn one_example(inputs: &[TensorSpec]) -> Vec<TensorSpec> {
    let mut inputs = inputs.to_vec();
    for first in inputs.iter_mut().filter_map(|spec| spec.shape.as_mut()?.first_mut()) {
        *first = Dim::Fixed(1);
    }
    inputs
}

/// What often helps a model that can't be planned with open dimensions.
fn hint(inputs: &[TensorSpec]) -> String {
    let open: Vec<String> = inputs.iter().filter(|spec| spec.dims().iter().any(is_open)).map(suggestion).collect();
    if open.is_empty() {
        return String::new();
    }
    format!("; where it needs fixed sizes, give them: {} (or inputs.<name>.shape in the card)", open.join(", "))
}

fn is_open(dim: &Dim) -> bool {
    matches!(dim, Dim::Symbol(_))
}

/// An input's open dimensions, with sizes that a model of its kind often has.
fn suggestion(spec: &TensorSpec) -> String {
    let dims = spec.dims();
    let picture = dims.len() == 4;
    let size = |(axis, dim): (usize, &Dim)| match dim {
        Dim::Fixed(size) => *size,
        Dim::Symbol(_) if axis == 0 => 1,
        Dim::Symbol(_) if picture && axis == 1 && !is_open(&dims[3]) => 224,
        Dim::Symbol(_) if picture && axis == 1 => 3,
        Dim::Symbol(_) if picture => 224,
        Dim::Symbol(_) => 128,
    };
    let sizes: Vec<String> = dims.iter().enumerate().map(size).map(|size| size.to_string()).collect();
    format!("{} is {spec}, for example --shape {}={}", spec.name, spec.name, sizes.join(","))
}

fn parse(proto: &ModelProto, inputs: &[TensorSpec], op_register: OnnxOpRegister) -> TractResult<InferenceModel> {
    // Exporters leave stale intermediate and output shapes behind: only the inputs' and the weights' are trusted.
    let onnx = Onnx { op_register, ..tract_onnx::onnx() }.with_ignore_value_info(true).with_ignore_output_shapes(true);
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
fn constrain(model: &mut InferenceModel, given: &[TensorSpec], inputs: &[TensorSpec]) -> TractResult<()> {
    for (index, (own, spec)) in given.iter().zip(inputs).enumerate() {
        let Some(dims) = &spec.shape else { continue };
        let parsed = model.input_fact(index)?.clone();
        let shape: TVec<TDim> = dims
            .iter()
            .enumerate()
            .map(|(axis, dim)| match (dim, parsed.shape.dim(axis).and_then(|dim: DimFact| dim.concretize())) {
                (Dim::Fixed(size), _) => size.to_dim(),
                // The model's own symbols, and expressions of them, mean the same in all its inputs.
                (_, Some(expression)) if own.dims().get(axis) == Some(dim) && is_named(&expression) => expression,
                (Dim::Symbol(name), _) => model.symbols.sym(name).to_dim(),
            })
            .collect();
        model.set_input_fact(index, InferenceFact::dt_shape(spec.dtype.to_tract(), shape))?;
    }
    Ok(())
}

/// Whether a dimension has a name of its own: `unk__749` is tf2onnx's number for an unknown one.
fn is_named(dim: &TDim) -> bool {
    !dim.to_string().starts_with("unk__")
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
