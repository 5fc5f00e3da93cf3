//! Whether a model answers each example of a batch by itself, so that a plan for one example serves any batch.
//!
//! A convolution whose sizes are all known runs several times as fast as one with an open batch, in a fraction of the memory.
//! The proof follows the batch's axis through the graph. What it doesn't know it doesn't allow.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::array::{MultiBroadcastTo, Pad, Slice, TypedConcat};
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::change_axes::{AxisOp, InOut};
use tract_onnx::tract_core::ops::cnn::{Conv, Deconv, MaxPool, SumPool};
use tract_onnx::tract_core::ops::downsample::Downsample;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::ops::logic::Iff;
use tract_onnx::tract_core::ops::nn::{NearestUpsample, Reduce, RmsNorm, Softmax};
use tract_onnx::tract_core::ops::source::TypedSource;
use tract_onnx::tract_hir::internal::{TypedOp, ensure};

use crate::ops::quantised::Quantised;

/// Whether it is worth it, and each output holds along its first axis what the examples along the first axis of the inputs
/// would give one by one. `model` must be decluttered.
pub(super) fn is_by_example(model: &TypedModel) -> bool {
    let convolves = |node: &TypedNode| node.op_is::<Conv>() || node.op_is::<Deconv>() || node.op_is::<Quantised>();
    let convolves = model.nodes.iter().any(convolves);
    convolves && proof(model).unwrap_or(false)
}

fn proof(model: &TypedModel) -> TractResult<bool> {
    let Some(batch) = batch(model)? else { return Ok(false) };
    // Where each node's outputs have the batch, by node and output.
    let mut places: Vec<Vec<Option<usize>>> = vec![vec![]; model.nodes.len()];
    for id in model.eval_order()? {
        let node = model.node(id);
        let inputs: Vec<Option<usize>> = node.inputs.iter().map(|input| places[input.node][input.slot]).collect();
        let place = if node.op_is::<TypedSource>() {
            Some(0)
        } else if inputs.iter().all(Option::is_none) {
            made_of_constants(model, node, &batch)?
        } else {
            let Some(place) = carried(model, node, &inputs, &batch)? else { return Ok(false) };
            Some(place)
        };
        if !node.outputs.iter().all(|output| stands_only_at(place, &output.fact, &batch)) {
            return Ok(false);
        }
        places[id] = vec![place; node.outputs.len()];
    }
    Ok(model.output_outlets()?.iter().all(|outlet| places[outlet.node][outlet.slot] == Some(0)))
}

/// The symbol that is the first dimension of every input.
fn batch(model: &TypedModel) -> TractResult<Option<TDim>> {
    let mut found = None;
    for outlet in model.input_outlets()? {
        let first = model.outlet_fact(*outlet)?.shape.iter().next().cloned();
        match (&found, first) {
            (None, Some(dim @ TDim::Sym(_))) => found = Some(dim),
            (Some(before), Some(dim)) if *before == dim => {}
            _ => return Ok(None),
        }
    }
    Ok(found)
}

fn mentions(dim: &TDim, batch: &TDim) -> bool {
    batch.symbols().iter().any(|symbol| dim.symbols().contains(symbol))
}

/// Whether the batch is this axis's size and in no other's.
fn stands_only_at(place: Option<usize>, fact: &TypedFact, batch: &TDim) -> bool {
    fact.shape
        .iter()
        .enumerate()
        .all(|(axis, dim)| if place == Some(axis) { dim == batch } else { !mentions(dim, batch) })
}

/// Where something that depends on no input has the batch: where it was repeated for each example. A number computed of the
/// batch's size is left without a place, which `stands_only_at` can't see: it is refused here.
fn made_of_constants(model: &TypedModel, node: &TypedNode, batch: &TDim) -> TractResult<Option<usize>> {
    if let Some(constant) = node.op_as::<Const>().filter(|constant| constant.val().datum_type() == TDim::datum_type()) {
        let dims = constant.val().try_as_plain_ram()?;
        ensure!(!dims.as_slice::<TDim>()?.iter().any(|dim| mentions(dim, batch)), "a number depends on the batch");
    }
    if !node.op_is::<MultiBroadcastTo>() {
        return Ok(None);
    }
    let repeated = &node.outputs[0].fact.shape;
    let given = &model.outlet_fact(node.inputs[0])?.shape;
    let added = repeated.rank() - given.rank();
    Ok(repeated.iter().position(|dim| dim == batch).filter(|axis| *axis < added || given[axis - added] == 1.to_dim()))
}

/// Where the node's outputs have the batch, if it leaves examples apart.
fn carried(model: &TypedModel, node: &TypedNode, inputs: &[Option<usize>], batch: &TDim) -> TractResult<Option<usize>> {
    if let (Some(op), [Some(axis)]) = (node.op_as::<AxisOp>(), inputs) {
        return Ok(moved(op, *axis, batch));
    }
    if let (Some(op), [Some(axis)]) = (node.op_as::<NearestUpsample>(), inputs) {
        return Ok((op.scales[*axis] == 1).then_some(*axis));
    }
    if let (Some(op), [Some(axis)]) = (node.op_as::<Downsample>(), inputs) {
        return Ok((op.axis != *axis).then_some(*axis));
    }
    if let Some(op) = node.op_as::<Quantised>() {
        let (input_facts, output_facts) = model.node_facts(node.id)?;
        return Ok(op.carried(inputs, &input_facts, output_facts[0].rank()));
    }
    // Pools tell nothing of their axes.
    let pool = node.op_as::<MaxPool>().map(|op| &op.pool_spec).or(node.op_as::<SumPool>().map(|op| &op.pool_spec));
    if let (Some(pool), [Some(0)]) = (pool, inputs) {
        return Ok(pool.data_format.has_n().then_some(0));
    }
    if !inputs.iter().flatten().all(|axis| leaves_apart(&*node.op, *axis, batch)) {
        return Ok(None);
    }
    let (input_facts, output_facts) = model.node_facts(node.id)?;
    let mapping = node.op.axes_mapping(&input_facts, &output_facts)?;
    let mut place = None;
    for (slot, axis) in inputs.iter().enumerate().filter_map(|(slot, axis)| Some((slot, (*axis)?))) {
        let to = mapping.track_axis((InOut::In(slot), axis), InOut::Out(0))?;
        if to.is_none() || place.is_some() && place != to {
            return Ok(None);
        }
        place = to;
    }
    Ok(place)
}

/// Where an axis goes. The examples of a batch stay apart where it is the first of those that a Reshape lays out anew.
fn moved(op: &AxisOp, axis: usize, batch: &TDim) -> Option<usize> {
    match op {
        AxisOp::Reshape(at, from, to) if (*at..at + from.len()).contains(&axis) => {
            (axis == *at && from.first() == Some(batch) && to.first() == Some(batch)).then_some(axis)
        }
        AxisOp::Reshape(at, from, to) if axis >= at + from.len() => Some(axis + to.len() - from.len()),
        AxisOp::Reshape(..) => Some(axis),
        other => other.transform_axis(axis),
    }
}

/// Whether, for what its `axes_mapping` says of an axis, the operator computes each position along it by itself.
fn leaves_apart(op: &dyn TypedOp, axis: usize, batch: &TDim) -> bool {
    if let Some(op) = op.downcast_ref::<Softmax>() {
        return !op.axes.contains(&axis);
    }
    if let Some(op) = op.downcast_ref::<RmsNorm>() {
        return op.axis != axis;
    }
    if let Some(op) = op.downcast_ref::<Slice>() {
        return !mentions(&op.start, batch) && !mentions(&op.end, batch);
    }
    op.is::<ElementWiseOp>()
        || op.is::<TypedBinOp>()
        || op.is::<Cast>()
        || op.is::<Iff>()
        || op.is::<EinSum>()
        || op.is::<Conv>()
        || op.is::<Deconv>()
        || op.is::<Reduce>()
        || op.is::<Pad>()
        || op.is::<TypedConcat>()
        || op.is::<MultiBroadcastTo>()
}
