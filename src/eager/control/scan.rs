//! Scan, from opset 9 on, and the batched one of opset 8.

use tract_onnx::pb::OperatorSetIdProto;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use super::{Bodies, Body, Collected, Kernel, Node};
use crate::eager::node::{Arguments, axis};
use crate::eager::stack::{pick, stack};
use crate::eager::value::Value;

struct Scan {
    body: Body,
    scanned: usize,
    states: usize,
    input_axes: Vec<i64>,
    output_axes: Vec<i64>,
    input_directions: Vec<i64>,
    output_directions: Vec<i64>,
}

pub(super) fn build(node: &Node, bodies: &mut Bodies, opsets: &[OperatorSetIdProto]) -> TractResult<Kernel> {
    let body = bodies.take(node, "body", opsets)?;
    let scanned = usize::try_from(node.int("num_scan_inputs", 0))?;
    let batched = node.opset < 9;
    let own = node.proto.input.len() - usize::from(batched);
    ensure!(scanned > 0 && scanned <= own, "num_scan_inputs is {scanned}, the inputs are {own}");
    let input_directions = if batched { "directions" } else { "scan_input_directions" };
    let ints = |name: &str| node.ints(name).unwrap_or_default();
    let scan = Scan {
        body,
        scanned,
        states: own - scanned,
        input_axes: ints("scan_input_axes"),
        output_axes: ints("scan_output_axes"),
        input_directions: ints(input_directions),
        output_directions: ints("scan_output_directions"),
    };
    Ok(match batched {
        true => Box::new(move |arguments| scan.run_batch(arguments)),
        false => Box::new(move |arguments| {
            let inputs = (0..own).map(|index| arguments.value(index).cloned()).collect::<TractResult<_>>()?;
            scan.run(inputs, arguments)
        }),
    })
}

impl Scan {
    fn run(&self, mut state: Vec<Value>, arguments: &Arguments) -> TractResult<Vec<Value>> {
        let sequences = state.split_off(self.states);
        let mut axes = vec![];
        for (index, sequence) in sequences.iter().enumerate() {
            axes.push(axis(self.input_axes.get(index).copied().unwrap_or(0), sequence.tensor()?.rank())?);
        }
        let length = sequences[0].tensor()?.shape()[axes[0]];
        if length == 0 {
            ensure!(
                self.output_axes.iter().all(|axis| *axis == 0),
                "nothing to scan, along another axis than the first"
            );
            state.extend(self.body.nothing_collected(self.states)?);
        }
        let mut columns = Collected::default();
        for round in 0..length {
            let mut inputs = std::mem::take(&mut state);
            for (index, (sequence, &along)) in sequences.iter().zip(&axes).enumerate() {
                ensure!(sequence.tensor()?.shape()[along] == length, "the scanned inputs differ in length");
                let backwards = self.input_directions.get(index) == Some(&1);
                let place = if backwards { length - 1 - round } else { round };
                inputs.push(pick(sequence.tensor()?, along, place)?.into());
            }
            let mut outputs = self.body.round(inputs, arguments)?.into_iter();
            state = outputs.by_ref().take(self.states).collect();
            columns.push(outputs)?;
        }
        for (index, mut column) in columns.columns.into_iter().enumerate() {
            if self.output_directions.get(index) == Some(&1) {
                column.reverse();
            }
            let along = self.output_axes.get(index).copied().unwrap_or(0);
            state.push(stack(&column, along)?.into());
        }
        Ok(state)
    }

    /// Opset 8: the first input are lengths, the first axis of all others is a batch.
    fn run_batch(&self, arguments: &Arguments) -> TractResult<Vec<Value>> {
        ensure!(arguments.optional(0)?.is_none(), "sequence_lens is not supported");
        let count = self.states + self.scanned;
        let batch = arguments.tensor(1)?.shape().first().copied().unwrap_or(0);
        let mut columns = Collected::default();
        for example in 0..batch {
            let inputs = (1..=count).map(|index| Ok(pick(arguments.tensor(index)?, 0, example)?.into()));
            let outputs = self.run(inputs.collect::<TractResult<_>>()?, arguments)?;
            columns.push(outputs.into_iter())?;
        }
        columns.columns.iter().map(|column| Ok(stack(column, 0)?.into())).collect()
    }
}
