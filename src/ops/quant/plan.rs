//! Quantised operators in tract's plans. tract's own are other ones: to them, bytes are numbers of a dtype with a scale. Here they
//! are those of `eager`, and `network` makes steps of them.

use std::fmt;
use std::sync::Arc;

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::shapes;
use crate::eager::constant;
use crate::eager::node::{Arguments, Fuel, Kernel, Node};
use crate::eager::value::{TensorValue, Value};
use crate::ops::Made;
use crate::ops::kernels::{self, INTERNAL};

/// ONNX's.
const OWN: [&str; 7] = [
    "ConvInteger",
    "DequantizeLinear",
    "DynamicQuantizeLinear",
    "MatMulInteger",
    "QLinearConv",
    "QLinearMatMul",
    "QuantizeLinear",
];

/// onnxruntime's.
const CONTRIB: [&str; 9] = [
    "DequantizeLinear",
    "QGemm",
    "QLinearAdd",
    "QLinearConv",
    "QLinearGlobalAveragePool",
    "QLinearLeakyRelu",
    "QLinearMul",
    "QLinearSigmoid",
    "QuantizeLinear",
];

/// Whose result has the shape of what they read, and that `network` leaves as they are.
const ALIKE: [&str; 1] = ["QLinearSoftmax"];

/// What `import::quantised` makes.
const MADE: [&str; 4] = ["Add", "ConvScaled", "Mul", "Table"];

/// The names under which plans have an operator of this file.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OWN.into_iter().chain(CONTRIB).chain(ALIKE).chain(MADE)
}

/// Whether plans can have it.
pub(crate) fn knows(node: &NodeProto) -> bool {
    let operator = node.op_type.as_str();
    match node.domain.as_str() {
        "" | "ai.onnx" => OWN.contains(&operator),
        "com.microsoft" => CONTRIB.contains(&operator) || ALIKE.contains(&operator),
        INTERNAL => MADE.contains(&operator),
        _ => false,
    }
}

/// The maker of all of them.
pub(crate) fn make(context: &ParsingContext, node: &NodeProto) -> Made {
    let same = |domain: &str| domain == node.domain || ["", "ai.onnx"].contains(&domain) && node.domain.is_empty();
    let opset = context.model.opset_import.iter().find(|set| same(&set.domain)).map_or(1, |set| set.version);
    let inputs = node.input.iter().enumerate().filter(|(_, name)| !name.is_empty()).map(|(index, _)| index).collect();
    ensure!(node.output.iter().all(|name| !name.is_empty()), "an output is left out");
    let written = Written { node: node.clone(), opset, inputs };
    Ok((Box::new(Quantised { written: Arc::new(written), kernel: None }), vec![]))
}

/// A node as it is written.
pub(crate) struct Written {
    pub(crate) node: NodeProto,
    opset: i64,
    /// For each of tract's inputs, which one of ONNX's it is.
    pub(crate) inputs: Vec<usize>,
}

impl Written {
    pub(crate) fn described(&self, constants: Vec<Option<TensorValue>>) -> Node<'_> {
        Node { proto: &self.node, opset: self.opset, constants, held: Default::default() }
    }

    fn kernel(&self, described: &Node) -> TractResult<Kernel> {
        let build = kernels::find(&self.node.domain, &self.node.op_type);
        build.ok_or_else(|| format_err!("there is no {}", self.node.op_type))?(described)
    }
}

/// A quantised operator.
#[derive(Clone)]
pub(crate) struct Quantised {
    pub(crate) written: Arc<Written>,
    /// Made already, with constants of the graph inside.
    kernel: Option<Arc<Kernel>>,
}

impl Quantised {
    /// The operator's name, and whether it is one that `import` made.
    pub(crate) fn name(&self) -> (&str, bool) {
        (&self.written.node.op_type, self.written.node.domain == INTERNAL)
    }

    /// Which of tract's inputs is that one of ONNX's.
    pub(crate) fn edge(&self, index: usize) -> Option<usize> {
        self.written.inputs.iter().position(|own| *own == index)
    }

    /// Where the result has the batch, as `import::batch` asks.
    pub(crate) fn carried(&self, places: &[Option<usize>], inputs: &[&TypedFact], rank: usize) -> Option<usize> {
        shapes::carried(self, places, inputs, rank)
    }

    /// What an operator that looks bytes up makes of all bytes.
    pub(crate) fn table(&self, dtype: DatumType) -> TractResult<Tensor> {
        let outputs = self.eval(&EvalContext::out_of_plan(), tvec![all_bytes(dtype, 1)?.into_tvalue()])?;
        Ok(outputs[0].clone().into_tensor())
    }

    /// The zero point of what an operator that looks bytes up makes.
    pub(crate) fn zero_of_table(&self) -> TractResult<Arc<Tensor>> {
        let described = self.written.described(vec![]);
        let function = described.graph("function").ok_or_else(|| format_err!("function is missing"))?;
        let name = function.node.last().and_then(|node| node.input.get(2));
        let tensor = function.initializer.iter().find(|tensor| Some(&tensor.name) == name);
        let tensor = tensor.ok_or_else(|| format_err!("its zero point is missing"))?;
        Ok(constant::load(tensor)?.as_tract().clone())
    }

    /// The operator with those of its inputs that are constant, and which of these it holds in a form of its own.
    pub(crate) fn prepared(&self, constants: &[Option<Arc<Tensor>>]) -> TractResult<(Quantised, Vec<usize>)> {
        let mut known = vec![None; self.written.node.input.len()];
        for (index, constant) in self.written.inputs.iter().zip(constants) {
            known[*index] = constant.clone().map(|constant| TensorValue::from_tract(None, constant)).transpose()?;
        }
        let described = self.written.described(known);
        let kernel = self.written.kernel(&described)?;
        let held = described.held.take().into_iter().filter_map(|index| self.edge(index)).collect();
        Ok((Quantised { written: self.written.clone(), kernel: Some(Arc::new(kernel)) }, held))
    }
}

/// All bytes in their order as numbers, along the last of so many axes.
pub(crate) fn all_bytes(dtype: DatumType, rank: usize) -> TractResult<Tensor> {
    let mut shape = vec![1; rank.max(1)];
    shape[rank.max(1) - 1] = 256;
    match dtype {
        DatumType::U8 => Tensor::from_shape(&shape, &(0..=255).collect::<Vec<u8>>()),
        DatumType::I8 => Tensor::from_shape(&shape, &(-128..=127).collect::<Vec<i8>>()),
        other => bail!("expected bytes, got {other:?}"),
    }
}

impl fmt::Debug for Quantised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.written.node.op_type)
    }
}

impl PartialEq for Quantised {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.written, &other.written)
    }
}
impl Eq for Quantised {}

impl Op for Quantised {
    fn name(&self) -> StaticName {
        self.written.node.op_type.clone().into()
    }

    op_as_typed_op!();
}

impl EvalOp for Quantised {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut values = vec![None; self.written.node.input.len()];
        for (index, input) in self.written.inputs.iter().zip(inputs) {
            values[*index] = Some(Value::from(TensorValue::from_tract(None, input.into_arc_tensor())?));
        }
        let kernel = match &self.kernel {
            Some(kernel) => kernel.clone(),
            None => Arc::new(self.written.kernel(&self.written.described(vec![]))?),
        };
        let outputs = kernel(&Arguments { inputs: values, fuel: &Fuel::new() })?;
        outputs.iter().map(|output| Ok(output.tensor()?.as_tract().clone().into_tvalue())).collect()
    }
}

impl TypedOp for Quantised {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        shapes::outputs(self, inputs)
    }

    as_op!();
}

impl InferenceOp for Quantised {
    fn infer_facts(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(TVec<InferenceFact>, TVec<InferenceFact>, TVec<InferenceFact>)> {
        let same = |facts: TVec<&InferenceFact>| facts.into_iter().cloned().collect();
        let known: Result<Vec<TypedFact>, _> = inputs.iter().map(|fact| TypedFact::try_from(*fact)).collect();
        // What is not known yet will be.
        let Ok(known) = known else { return Ok((same(inputs), same(outputs), same(observed))) };
        let made = self.output_facts(&known.iter().collect::<Vec<_>>())?;
        let made = made.iter().map(|fact| InferenceFact::dt_shape(fact.datum_type, fact.shape.to_tvec()));
        Ok((same(inputs), made.collect(), same(observed)))
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.written.node.output.len())
    }

    to_typed!();
    as_op!();
}
