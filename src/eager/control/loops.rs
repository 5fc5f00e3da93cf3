//! Loop, and SequenceMap, which is a loop over sequences.

use tract_onnx::pb::OperatorSetIdProto;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::{Bodies, Body, Collected, Kernel, Node};
use crate::eager::node::Arguments;
use crate::eager::stack::stack;
use crate::eager::value::{TensorValue, Value};

pub(super) fn build(node: &Node, bodies: &mut Bodies, opsets: &[OperatorSetIdProto]) -> TractResult<Kernel> {
    let body = bodies.take(node, "body", opsets)?;
    let carried = node.proto.input.len().saturating_sub(2);
    ensure!(body.graph.inputs() == carried + 2, "the body takes {} inputs, not {}", body.graph.inputs(), carried + 2);
    Ok(Box::new(move |arguments| run(&body, carried, arguments)))
}

fn run(body: &Body, carried: usize, arguments: &Arguments) -> TractResult<Vec<Value>> {
    let rounds = arguments.optional(0)?.map(TensorValue::item::<i64>).transpose()?;
    let mut goes_on = arguments.optional(1)?.map_or(Ok(true), TensorValue::item::<bool>)?;
    let mut state = (2..2 + carried).map(|index| arguments.value(index).cloned()).collect::<TractResult<Vec<_>>>()?;
    let mut scanned = Collected::default();
    let mut round = 0;
    while goes_on && rounds.is_none_or(|rounds| round < rounds) {
        let mut inputs = vec![TensorValue::scalar(round)?.into(), TensorValue::scalar(true)?.into()];
        inputs.append(&mut state);
        let mut outputs = body.round(inputs, arguments)?.into_iter();
        goes_on = match outputs.next() {
            Some(condition) => condition.tensor()?.item::<bool>()?,
            None => bail!("the body gives no condition"),
        };
        state = outputs.by_ref().take(carried).collect();
        scanned.push(outputs)?;
        round += 1;
    }
    if round == 0 {
        state.extend(body.nothing_collected(1 + carried)?);
    }
    let columns = scanned.columns.iter().map(|column| Ok(stack(column, 0)?.into()));
    state.extend(columns.collect::<TractResult<Vec<Value>>>()?);
    Ok(state)
}

pub(super) fn build_map(node: &Node, bodies: &mut Bodies, opsets: &[OperatorSetIdProto]) -> TractResult<Kernel> {
    let body = bodies.take(node, "body", opsets)?;
    let own = node.proto.input.len();
    let outputs = node.outputs();
    Ok(Box::new(move |arguments| {
        let count = arguments.value(0)?.sequence()?.len();
        let mut columns = vec![vec![]; outputs];
        for place in 0..count {
            let inputs = (0..own).map(|index| match arguments.value(index)? {
                Value::Sequence(values) => match values.get(place) {
                    Some(value) => Ok(value.clone()),
                    None => bail!("the sequences differ in length"),
                },
                value => Ok(value.clone()),
            });
            let answer = body.round(inputs.collect::<TractResult<_>>()?, arguments)?;
            columns.iter_mut().zip(answer).for_each(|(column, value)| column.push(value));
        }
        Ok(columns.into_iter().map(Value::Sequence).collect())
    }))
}
