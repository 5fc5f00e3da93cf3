//! tract's operators, which take for granted that a model's numbers make sense: an axis beyond the rank or a size of 2^40 stops the
//! instance. Here a node's numbers are held against what is known of its inputs, each time that more is known.

mod arity;
mod attributes;
mod contraction;
mod divisor;
mod values;

use std::borrow::Cow;

use tract_onnx::model::{OnnxOpRegister, ParsingContext};
use tract_onnx::pb::{NodeProto, attribute_proto::AttributeType};
use tract_onnx::tract_hir::infer::{Factoid, InferenceOp};
use tract_onnx::tract_hir::internal::*;

use super::Made;

/// Operators without numbers of their own. tract looks for constants by their type; Cast is ours.
const PLAIN: [&str; 2] = ["Constant", "Cast"];

/// Operators that hold graphs, whose nodes are guarded each by itself.
const CONTROL: [&str; 3] = ["If", "Loop", "Scan"];

/// Puts a guard before every operator.
pub(super) fn register(register: &mut OnnxOpRegister) {
    for (name, builder) in &mut register.0 {
        if !PLAIN.contains(&name.as_str()) {
            *builder = build;
        }
    }
}

fn build(context: &ParsingContext, node: &NodeProto) -> Made {
    let node = trimmed(node);
    let node = node.as_ref();
    arity::check(node)?;
    attributes::check(node)?;
    let (op, closures) = super::unguarded(context, node)?;
    let numbers = Numbers::of(node, context.onnx_operator_set_version);
    Ok((Box::new(Guarded { op, numbers }), closures))
}

/// The node without the names of nothing at the end of its inputs and outputs, which tract counts as there.
fn trimmed(node: &NodeProto) -> Cow<'_, NodeProto> {
    let mut node = Cow::Borrowed(node);
    while node.input.last().is_some_and(String::is_empty) {
        node.to_mut().input.pop();
    }
    while node.output.last().is_some_and(String::is_empty) {
        node.to_mut().output.pop();
    }
    node
}

/// What a node says of itself, and which of its inputs are there.
#[derive(Debug, Clone)]
struct Numbers {
    operator: String,
    ints: Vec<(String, Vec<i64>)>,
    /// For each of tract's inputs, which one of ONNX's it is.
    inputs: Vec<usize>,
    outputs: usize,
    opset: i64,
    equation: String,
}

impl Numbers {
    fn of(node: &NodeProto, opset: i64) -> Numbers {
        let ints = node.attribute.iter().map(|own| {
            let ints = if own.r#type == AttributeType::Int as i32 { vec![own.i] } else { own.ints.clone() };
            (own.name.clone(), ints)
        });
        let equation = node.attribute.iter().find(|own| own.name == "equation");
        let inputs = node.input.iter().enumerate().filter(|(_, name)| !name.is_empty()).map(|(index, _)| index);
        Numbers {
            operator: node.op_type.clone(),
            ints: ints.collect(),
            inputs: inputs.collect(),
            outputs: node.output.len(),
            opset,
            equation: equation.map(|own| String::from_utf8_lossy(&own.s).into_owned()).unwrap_or_default(),
        }
    }

    fn ints(&self, name: &str) -> Option<&[i64]> {
        self.ints.iter().find(|(own, _)| own == name).map(|(_, ints)| ints.as_slice())
    }

    /// What is known of one of ONNX's inputs.
    fn fact<'a>(&self, facts: &[&'a InferenceFact], index: usize) -> Option<&'a InferenceFact> {
        let place = self.inputs.iter().position(|own| *own == index)?;
        facts.get(place).copied()
    }

    fn check(&self, facts: &[&InferenceFact]) -> TractResult<()> {
        arity::check_ranks(self, facts)?;
        if !CONTROL.contains(&self.operator.as_str()) {
            arity::check_elements(self, facts)?;
        }
        attributes::check_ranks(self, facts)?;
        contraction::check(self, facts)?;
        values::check(self, facts)
    }
}

#[derive(Debug, Clone)]
struct Guarded {
    op: Box<dyn InferenceOp>,
    numbers: Numbers,
}

impl PartialEq for Guarded {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}
impl Eq for Guarded {}

impl Op for Guarded {
    fn name(&self) -> StaticName {
        self.op.name()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        self.op.info()
    }

    fn validation(&self) -> Validation {
        self.op.validation()
    }

    not_a_typed_op!();
}

impl EvalOp for Guarded {
    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        self.op.eval(context, inputs)
    }

    fn eval_out_of_plan(&self, inputs: TVec<TValue>) -> TractResult<Option<TVec<TValue>>> {
        self.op.eval_out_of_plan(inputs)
    }
}

impl InferenceOp for Guarded {
    fn infer_facts(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(TVec<InferenceFact>, TVec<InferenceFact>, TVec<InferenceFact>)> {
        self.numbers.check(&inputs)?;
        let unranked = |fact: &&InferenceFact| fact.shape.rank().concretize().is_none();
        if inputs.iter().any(unranked) && !CONTROL.contains(&self.numbers.operator.as_str()) {
            // tract would go on with a rank that it finds meanwhile, and that nobody has seen here.
            let same = |facts: TVec<&InferenceFact>| facts.into_iter().cloned().collect();
            return Ok((same(inputs), same(outputs), same(observed)));
        }
        let inferred = self.op.infer_facts(inputs, outputs, observed)?;
        self.numbers.check(&inferred.0.iter().collect::<Vec<_>>())?;
        for output in &inferred.1 {
            if let Some(shape) = output.shape.concretize() {
                check_size(output.datum_type().unwrap_or(f32::datum_type()), shape.iter())?;
            }
        }
        Ok(inferred)
    }

    fn observe_outlets(&self, model: &InferenceModel, node: &InferenceNode) -> TractResult<Vec<OutletId>> {
        self.op.observe_outlets(model, node)
    }

    fn incorporate(&self, model: &InferenceModel, node: &InferenceNode) -> TractResult<Option<InferenceModelPatch>> {
        self.op.incorporate(model, node)
    }

    fn nboutputs(&self) -> TractResult<usize> {
        self.op.nboutputs()
    }

    fn to_typed(
        &self,
        source: &InferenceModel,
        node: &InferenceNode,
        target: &mut TypedModel,
        mapping: &HashMap<OutletId, OutletId>,
    ) -> TractResult<TVec<OutletId>> {
        let known = node.inputs.iter().map(|input| Ok(InferenceFact::from(target.outlet_fact(mapping[input])?)));
        let known = known.collect::<TractResult<Vec<_>>>()?;
        self.numbers.check(&known.iter().collect::<Vec<_>>())?;
        let checked = divisor::checked(&self.numbers.operator, node, target, mapping)?;
        let outlets = self.op.to_typed(source, node, target, checked.as_ref().unwrap_or(mapping))?;
        for outlet in &outlets {
            let fact = target.outlet_fact(*outlet)?;
            check_size(fact.datum_type, fact.shape.iter())?;
        }
        Ok(outlets)
    }

    as_op!();
}

/// No tensor of a plan takes more: a quarter of the memory that WebAssembly has.
pub(crate) const MOST_BYTES: usize = 1 << 30;

/// Whether so many elements are allowed, open sizes counting as one.
///
/// # Errors
/// Where a size is negative, or the product too large.
pub(crate) fn check_size<'a>(dtype: DatumType, shape: impl Iterator<Item = &'a TDim> + Clone) -> TractResult<()> {
    let mut count = dtype.size_of();
    let sizes: Vec<String> = shape.clone().map(TDim::to_string).collect();
    for dim in shape {
        let Ok(size) = dim.to_i64() else { continue };
        ensure!(size >= 0, "a size of its result is {size}");
        // Only what is nothing at all is of no weight.
        count = count.saturating_mul((size as usize).max(1));
    }
    ensure!(count <= MOST_BYTES, "its result is too large: {}", sizes.join(" × "));
    Ok(())
}
