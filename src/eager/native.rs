//! One operator of tract's, planned for the shapes that it meets, and for the values of the inputs that say shapes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::Onnx;
use tract_onnx::pb::type_proto::{Tensor as TensorType, Value as TypeValue};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TypeProto, ValueInfoProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::node::{Arguments, Kernel};
use super::value::{TensorValue, Value};
use crate::Dtype;
use crate::ops;

/// So many plans of a node are kept.
const KEPT: usize = 8;

/// An input of at most so many elements may say a shape, and is planned with its value.
const SHAPE_ELEMENTS: usize = 64;

/// A node that tract evaluates.
struct Native {
    node: NodeProto,
    opsets: Vec<OperatorSetIdProto>,
    /// For each input that is given the tensor, where the graph says it.
    constants: Vec<Option<TensorValue>>,
    plans: Mutex<VecDeque<(Key, Arc<TypedRunnableModel>)>>,
}

/// What a plan is made for.
#[derive(PartialEq)]
struct Key(Vec<(DatumType, Vec<usize>, Option<Arc<Tensor>>)>);

/// The kernel of a node of tract's operators. `constants` are the inputs that the graph says.
pub(crate) fn kernel(
    node: &NodeProto,
    opsets: &[OperatorSetIdProto],
    constants: Vec<Option<TensorValue>>,
) -> TractResult<Kernel> {
    let given = node.input.iter().zip(constants).filter(|(name, _)| !name.is_empty());
    let constants = given.map(|(_, constant)| constant).collect();
    let native = Native { node: node.clone(), opsets: opsets.to_vec(), constants, plans: Mutex::default() };
    Ok(Box::new(move |arguments| native.run(arguments)))
}

impl Native {
    fn run(&self, arguments: &Arguments) -> TractResult<Vec<Value>> {
        let mut inputs = vec![];
        let mut half = None;
        for value in arguments.inputs.iter().flatten() {
            let tensor = value.tensor()?;
            let dtype = tensor.dtype();
            if matches!(dtype, Dtype::Float16 | Dtype::Bfloat16) {
                half = Some(dtype);
                inputs.push(Arc::new(tensor.as_tract().cast_to::<f32>()?.into_owned()));
                continue;
            }
            ensure!(dtype.carrier() == dtype, "{} is not supported here", dtype.name());
            inputs.push(tensor.as_tract().clone());
        }
        let (key, plan) = match self.planned(&inputs, says_shape) {
            Ok(planned) => planned,
            // Some read the values of floats, too, such as the scales of Resize.
            Err(first) => self.planned(&inputs, |_, _| true).map_err(|_| first)?,
        };
        let dynamic = inputs.into_iter().zip(&key.0).filter(|(_, (_, _, value))| value.is_none());
        let results = plan.run(dynamic.map(|(input, _)| input.into_tvalue()).collect())?;
        self.keep(key, plan);
        let mut results = results.into_iter();
        let named = self.node.output.iter().map(|name| match name.is_empty() {
            true => Ok(Value::Nothing),
            false => match results.next() {
                Some(result) => Ok(rounded(TensorValue::from_tract(None, result.into_arc_tensor())?, half)?.into()),
                None => bail!("gave too few outputs"),
            },
        });
        named.collect()
    }

    /// The plan for these inputs, of which those that `fixed` picks are known.
    fn planned(
        &self,
        inputs: &[Arc<Tensor>],
        fixed: impl Fn(usize, &Tensor) -> bool,
    ) -> TractResult<(Key, Arc<TypedRunnableModel>)> {
        let entry = |(index, input): (usize, &Arc<Tensor>)| {
            let constant = self.constants.get(index).is_some_and(Option::is_some);
            let value = (constant || fixed(index, input)).then(|| input.clone());
            (input.datum_type(), input.shape().to_vec(), value)
        };
        let key = Key(inputs.iter().enumerate().map(entry).collect());
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = plans.iter().position(|(kept, _)| *kept == key)
            && let Some(kept) = plans.remove(place)
        {
            return Ok(kept);
        }
        drop(plans);
        let plan = self.plan(&key)?;
        Ok((key, plan))
    }

    fn keep(&self, key: Key, plan: Arc<TypedRunnableModel>) {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.push_front((key, plan));
        plans.truncate(KEPT);
    }

    fn plan(&self, key: &Key) -> TractResult<Arc<TypedRunnableModel>> {
        let mut node = self.node.clone();
        let mut graph = GraphProto::default();
        let mut names = (0..).map(|number| format!("input{number}"));
        for (name, (dtype, _, _)) in node.input.iter_mut().filter(|name| !name.is_empty()).zip(&key.0) {
            *name = names.next().unwrap_or_default();
            let elem_type = Dtype::from_tract(*dtype).map_or(0, Dtype::to_onnx);
            let tensor = TypeValue::TensorType(TensorType { elem_type, shape: None });
            let r#type = Some(TypeProto { value: Some(tensor), ..TypeProto::default() });
            graph.input.push(ValueInfoProto { name: name.clone(), r#type, ..ValueInfoProto::default() });
        }
        let outputs = node.output.iter().filter(|name| !name.is_empty());
        graph.output = outputs.map(|name| ValueInfoProto { name: name.clone(), ..Default::default() }).collect();
        graph.node.push(node);
        let proto = ModelProto { opset_import: self.opsets.clone(), graph: Some(graph), ..ModelProto::default() };
        let onnx = Onnx { op_register: ops::register(), ..tract_onnx::onnx() }
            .with_ignore_value_info(true)
            .with_ignore_output_shapes(true)
            .with_ignore_output_types(true);
        let mut model = onnx.parse(&proto, None)?.model;
        let mut open = vec![];
        for ((dtype, shape, value), outlet) in key.0.iter().zip(model.input_outlets()?.to_vec()) {
            match value {
                Some(value) => {
                    let constant = tract_onnx::tract_core::ops::konst::Const::new(value.clone())?;
                    model.node_mut(outlet.node).op = Box::new(constant);
                    model.set_outlet_fact(outlet, InferenceFact::try_from(value.clone())?)?;
                }
                None => {
                    model.set_outlet_fact(outlet, InferenceFact::dt_shape(*dtype, shape))?;
                    open.push(outlet);
                }
            }
        }
        model.set_input_outlets(&open)?;
        let mut model = model.into_typed()?.into_decluttered()?;
        ops::settle(&mut model);
        model.optimize()?;
        model.into_runnable()
    }
}

/// What 16 bits make of a float32: tract sums in float16, and has no bfloat16, so both are computed in float32.
fn rounded(result: TensorValue, half: Option<Dtype>) -> TractResult<TensorValue> {
    match half {
        Some(dtype) if result.dtype() == Dtype::Float32 => {
            TensorValue::from_f64s(dtype, result.shape(), result.to_f64s()?)
        }
        _ => Ok(result),
    }
}

/// Whether an input may say a shape, an axis or a count: whole numbers, and few of them, behind the first input.
fn says_shape(index: usize, input: &Tensor) -> bool {
    index > 0 && input.len() <= SHAPE_ELEMENTS && !input.datum_type().is_float()
}
