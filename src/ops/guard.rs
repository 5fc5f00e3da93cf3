//! tract's operators, which take for granted that a model's numbers make sense: an axis beyond the rank or a size of 2^40 stops the
//! instance. Here a node's numbers are held against what is known of its inputs, each time that more is known.

mod attributes;
mod divisor;
mod values;

use std::sync::OnceLock;

use tract_onnx::model::{OnnxOpRegister, ParsingContext};
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::infer::{Factoid, InferenceOp};
use tract_onnx::tract_hir::internal::*;

type Made = TractResult<(Box<dyn InferenceOp>, Vec<String>)>;

/// Operators without numbers of their own: tract looks for constants by their type, and the others hold graphs, whose nodes are
/// guarded each by itself.
const PLAIN: [&str; 5] = ["Constant", "Cast", "If", "Loop", "Scan"];

/// Puts a guard before every operator.
pub(super) fn register(register: &mut OnnxOpRegister) {
    for (name, builder) in &mut register.0 {
        if !PLAIN.contains(&name.as_str()) {
            *builder = build;
        }
    }
}

fn build(context: &ParsingContext, node: &NodeProto) -> Made {
    static TRACTS: OnceLock<OnnxOpRegister> = OnceLock::new();
    let tracts = TRACTS.get_or_init(|| tract_onnx::onnx().op_register);
    let Some(builder) = tracts.0.get(&node.op_type) else { bail!("there is no {}", node.op_type) };
    attributes::check(node)?;
    let (op, closures) = builder(context, node)?;
    let numbers = Numbers::of(node);
    Ok((Box::new(Guarded { op, numbers }), closures))
}

/// What a node says of itself, and which of its inputs are there.
#[derive(Debug, Clone)]
struct Numbers {
    operator: String,
    ints: Vec<(String, Vec<i64>)>,
    /// For each of tract's inputs, which one of ONNX's it is.
    inputs: Vec<usize>,
}

impl Numbers {
    fn of(node: &NodeProto) -> Numbers {
        let ints = node.attribute.iter().map(|own| {
            let ints = if own.ints.is_empty() { vec![own.i] } else { own.ints.clone() };
            (own.name.clone(), ints)
        });
        let inputs = node.input.iter().enumerate().filter(|(_, name)| !name.is_empty()).map(|(index, _)| index);
        Numbers { operator: node.op_type.clone(), ints: ints.collect(), inputs: inputs.collect() }
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
        attributes::check_ranks(self, facts)?;
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
const MOST_BYTES: usize = 1 << 30;

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
