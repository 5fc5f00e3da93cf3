//! A graph as a list of kernels, run one after the other on whatever shapes there are.

use std::cell::RefCell;
use std::collections::HashMap;

use tract_onnx::pb::{GraphProto, NodeProto, OperatorSetIdProto};
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{TractErrorContext, bail, ensure, format_err};

use super::node::{Arguments, Fuel, Kernel, Node};
use super::value::{TensorValue, Value};
use super::{constant, control, native};
use crate::ops::kernels;

/// The graph, and the names in the graphs around it that it reads.
pub(crate) struct Graph {
    steps: Vec<Step>,
    constants: Vec<(usize, Value)>,
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    /// Names of the graph around this one, and where their values go.
    captures: Vec<(String, usize)>,
    values: usize,
}

struct Step {
    label: String,
    kernel: Kernel,
    inputs: Vec<Option<usize>>,
    outputs: Vec<Option<usize>>,
    /// Values that no later step reads.
    last_use: Vec<usize>,
}

/// The numbers of values while a graph is built.
#[derive(Default)]
struct Names {
    numbers: HashMap<String, usize>,
    count: usize,
    captures: Vec<(String, usize)>,
}

impl Names {
    fn define(&mut self, name: &str) -> usize {
        self.count += 1;
        self.numbers.insert(name.to_owned(), self.count - 1);
        self.count - 1
    }

    /// The number of a name; one that is not of this graph is of one around it.
    fn read(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.define(name);
        self.captures.push((name.to_owned(), number));
        number
    }
}

impl Graph {
    /// Makes the kernels. What only depends on constants is computed here.
    ///
    /// # Errors
    /// The first node that can't be run, with its operator, name and the reason.
    pub(crate) fn new(graph: &GraphProto, opsets: &[OperatorSetIdProto]) -> TractResult<Graph> {
        let mut names = Names::default();
        let mut known: HashMap<usize, Value> = HashMap::new();
        for tensor in &graph.initializer {
            let value = constant::load(tensor)?;
            known.insert(names.define(&tensor.name), value.into());
        }
        ensure!(graph.sparse_initializer.is_empty(), "sparse weights are not supported");
        let given = graph.input.iter().filter(|input| !names.numbers.contains_key(&input.name)).collect::<Vec<_>>();
        let inputs = given.iter().map(|input| names.define(&input.name)).collect();
        let mut steps = vec![];
        for node in &graph.node {
            let label = label(node);
            let step = step(node, opsets, &mut names, &known).with_context(|| label.clone())?;
            match folded(&step, &known) {
                Some(values) => {
                    let outputs = step.outputs.iter().zip(values);
                    known.extend(outputs.filter_map(|(number, value)| number.map(|number| (number, value))));
                }
                None => steps.push(step),
            }
        }
        let outputs: Vec<usize> = graph.output.iter().map(|output| names.read(&output.name)).collect();
        note_last_uses(&mut steps, &known, &outputs);
        let constants = known.into_iter().filter(|(number, _)| {
            outputs.contains(number) || steps.iter().any(|step| step.inputs.contains(&Some(*number)))
        });
        let mut constants: Vec<(usize, Value)> = constants.collect();
        // A map's order differs from run to run, and a baked image must not.
        constants.sort_by_key(|(number, _)| *number);
        Ok(Graph { steps, constants, inputs, outputs, captures: names.captures, values: names.count })
    }

    /// The names that it reads of the graphs around it.
    pub(crate) fn captures(&self) -> impl Iterator<Item = &str> {
        self.captures.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The number of nodes that run.
    pub(crate) fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Runs on its inputs and on the values of [`Self::captures`].
    ///
    /// # Errors
    /// The first operator that fails, with its name and node.
    pub(crate) fn run(&self, inputs: Vec<Value>, captured: &[Value], fuel: &Fuel) -> TractResult<Vec<Value>> {
        ensure!(inputs.len() == self.inputs.len(), "expected {} inputs, got {}", self.inputs.len(), inputs.len());
        let mut values: Vec<Option<Value>> = vec![None; self.values];
        for (number, value) in &self.constants {
            values[*number] = Some(value.clone());
        }
        for (number, value) in self.inputs.iter().zip(inputs) {
            values[*number] = Some(value);
        }
        for ((_, number), value) in self.captures.iter().zip(captured) {
            values[*number] = Some(value.clone());
        }
        for step in &self.steps {
            let inputs = step.inputs.iter().map(|input| input.and_then(|number| values[number].clone())).collect();
            step.last_use.iter().for_each(|number| values[*number] = None);
            let outputs = (step.kernel)(&Arguments { inputs, fuel }).with_context(|| step.label.clone())?;
            for (number, output) in step.outputs.iter().zip(outputs) {
                if let Some(number) = number {
                    values[*number] = Some(output);
                }
            }
        }
        let take = |number: &usize| values[*number].clone().ok_or_else(|| format_err!("an output is missing"));
        self.outputs.iter().map(take).collect()
    }
}

/// `Conv (node "conv1")`.
fn label(node: &NodeProto) -> String {
    let name = if node.name.is_empty() { node.output.first().cloned().unwrap_or_default() } else { node.name.clone() };
    format!("{} (node {name:?})", node.op_type)
}

fn step(
    node: &NodeProto,
    opsets: &[OperatorSetIdProto],
    names: &mut Names,
    known: &HashMap<usize, Value>,
) -> TractResult<Step> {
    let number = |names: &mut Names, name: &String| (!name.is_empty()).then(|| names.read(name));
    let mut inputs: Vec<Option<usize>> = node.input.iter().map(|name| number(names, name)).collect();
    let constant = |input: &Option<usize>| match input.and_then(|number| known.get(&number)) {
        Some(Value::Tensor(tensor)) => Some(tensor.clone()),
        _ => None,
    };
    let constants: Vec<Option<TensorValue>> = inputs.iter().map(constant).collect();
    let described = Node { proto: node, opset: opset(node, opsets), constants, held: RefCell::default() };
    let kernel = if let Some((kernel, captured)) = control::kernel(&described, opsets)? {
        inputs.extend(captured.iter().map(|name| Some(names.read(name))));
        kernel
    } else if let Some(build) = kernels::find(&node.domain, &node.op_type) {
        let kernel = build(&described)?;
        described.held.take().into_iter().for_each(|index| inputs[index] = None);
        kernel
    } else {
        native::kernel(node, opsets, described.constants)?
    };
    let outputs = node.output.iter().map(|name| (!name.is_empty()).then(|| names.define(name))).collect();
    Ok(Step { label: label(node), kernel, inputs, outputs, last_use: vec![] })
}

/// The version of a node's domain.
fn opset(node: &NodeProto, opsets: &[OperatorSetIdProto]) -> i64 {
    let is_default = |domain: &str| domain.is_empty() || domain == "ai.onnx";
    let same =
        |set: &&OperatorSetIdProto| set.domain == node.domain || is_default(&set.domain) && is_default(&node.domain);
    opsets.iter().find(same).map_or(1, |set| set.version)
}

/// What a step gives, where all that it reads is known. One that fails is left to fail at a call.
fn folded(step: &Step, known: &HashMap<usize, Value>) -> Option<Vec<Value>> {
    let inputs = step.inputs.iter().map(|input| match input {
        None => Some(None),
        Some(number) => known.get(number).cloned().map(Some),
    });
    let inputs = inputs.collect::<Option<Vec<_>>>()?;
    (step.kernel)(&Arguments { inputs, fuel: &Fuel::new() }).ok()
}

/// Notes with each step which values it is the last to read, but for constants and outputs.
fn note_last_uses(steps: &mut [Step], known: &HashMap<usize, Value>, outputs: &[usize]) {
    let mut seen: std::collections::HashSet<usize> = known.keys().chain(outputs).copied().collect();
    for step in steps.iter_mut().rev() {
        step.last_use = step.inputs.iter().flatten().filter(|number| seen.insert(**number)).copied().collect();
    }
}

/// An error for a model that reads what nothing gives.
pub(super) fn closed(graph: &Graph) -> TractResult<()> {
    match graph.captures.first() {
        Some((name, _)) => bail!("nothing makes {name:?}"),
        None => Ok(()),
    }
}
