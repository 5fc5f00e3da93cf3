//! Scans: what recurrent layers are in tract.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::scan;

use super::{Inputs, Lowering};
use crate::network::memory::Place;
use crate::network::scan::{Direction, Feed, Gathered, Scan, Taken};
use crate::network::step::Work;
use crate::network::value::{Dense, Value};
use crate::network::{Input, Network, Output};

impl Lowering<'_> {
    /// Makes a step of a scan; says whether it could.
    pub(super) fn scan(&mut self, node: &TypedNode, scan: &scan::Scan) -> TractResult<bool> {
        let is_float = |fact: &TypedFact| fact.datum_type == f32::datum_type();
        let mut floats = node.outputs.iter().all(|output| is_float(&output.fact));
        for outlet in &node.inputs {
            floats &= is_float(self.model.outlet_fact(*outlet)?);
        }
        if !floats || scan.skip != 0 || !scan.input_mapping.iter().any(|input| input.is_scan()) {
            return Ok(false);
        }
        let one_by_one = |info: &scan::ScanInfo| info.chunk.unsigned_abs() == 1;
        let inputs = scan.input_mapping.iter().all(|input| input.as_scan().is_none_or(one_by_one));
        if !inputs
            || !scan.output_mapping.iter().all(|output| output.scan.as_ref().is_none_or(|(_, info)| one_by_one(info)))
        {
            return Ok(false);
        }
        let Some(body) = self.body(&scan.body)? else { return Ok(false) };
        let Some(count) = self.count(node, scan)? else { return Ok(false) };
        let states = scan.output_mapping.iter().enumerate().filter(|(_, output)| output.state);
        let mut states = states.map(|(index, _)| index);
        let mut feeds = vec![];
        for (outlet, mapping) in node.inputs.iter().zip(&scan.input_mapping) {
            let (value, taken) = match mapping {
                scan::InputMapping::Full => (self.plain(*outlet)?, Taken::Whole),
                scan::InputMapping::State => {
                    let Some(output) = states.next() else { return Ok(false) };
                    (self.plain(*outlet)?, Taken::State { output })
                }
                scan::InputMapping::Scan(info) => {
                    let order = outermost(info.axis, self.shape(*outlet)?.len());
                    (self.ordered(*outlet, &order)?, Taken::Chunk(direction(info)))
                }
            };
            feeds.push(Feed { place: value.place, taken });
        }
        if !fit(&body, &feeds, count) {
            return Ok(false);
        }
        let results =
            scan.output_mapping.iter().map(|mapping| self.gathered(node, mapping)).collect::<TractResult<_>>()?;
        let scan = Scan { body, feeds: feeds.into(), results, count, spare: Default::default() };
        self.push(Work::Scan(Box::new(scan)), Place::NOTHING, None);
        Ok(true)
    }

    /// What runs once for each chunk, if all of its inputs and outputs are float32.
    fn body(&self, model: &TypedModel) -> TractResult<Option<Network>> {
        let mut lowering = Lowering::new(model, self.symbols, self.weights);
        if !lowering.nodes()? {
            return Ok(None);
        }
        let network = lowering.network(Inputs::Kept)?;
        let floats = network.inputs.iter().all(|input| matches!(input, Input::Buffer(_)));
        let floats = floats && network.outputs.iter().all(|output| matches!(output, Output::Buffer { .. }));
        Ok(floats.then_some(network))
    }

    /// How often it runs, if all that is taken or given in chunks has as many.
    fn count(&self, node: &TypedNode, scan: &scan::Scan) -> TractResult<Option<usize>> {
        let mut counts = vec![];
        for (outlet, mapping) in node.inputs.iter().zip(&scan.input_mapping) {
            if let Some(info) = mapping.as_scan() {
                counts.push(self.shape(*outlet)?[info.axis]);
            }
        }
        for (slot, info) in scan.output_mapping.iter().filter_map(|output| output.scan.as_ref()) {
            counts.push(self.shape(OutletId::new(node.id, *slot))?[info.axis]);
        }
        Ok(counts.first().copied().filter(|first| *first > 0 && counts.iter().all(|count| count == first)))
    }

    fn gathered(&mut self, node: &TypedNode, mapping: &scan::OutputMapping<TDim>) -> TractResult<Gathered> {
        let mut place = |slot: usize, axis: usize| -> TractResult<Place> {
            let outlet = OutletId::new(node.id, slot);
            let shape = self.shape(outlet)?;
            let order = outermost(axis, shape.len());
            let place = self.buffer(shape.iter().product());
            self.values.insert(outlet, Value::Dense(Dense { place, shape, order }));
            Ok(place)
        };
        Ok(Gathered {
            chunks: mapping
                .scan
                .as_ref()
                .map(|(slot, info)| Ok::<_, TractError>((place(*slot, info.axis)?, direction(info))))
                .transpose()?,
            last: mapping.last_value_slot.map(|slot| place(slot, 0)).transpose()?,
        })
    }
}

/// Whether the body takes what it is fed.
fn fit(body: &Network, feeds: &[Feed], count: usize) -> bool {
    let length = |feed: &Feed| match feed.taken {
        Taken::Whole | Taken::State { .. } => feed.place.length,
        Taken::Chunk(_) => feed.place.length / count,
    };
    let takes = |(input, feed): (&Input, &Feed)| matches!(input, Input::Buffer(place) if place.length == length(feed));
    body.inputs.len() == feeds.len() && body.inputs.iter().zip(feeds).all(takes)
}

fn direction(info: &scan::ScanInfo) -> Direction {
    if info.chunk < 0 { Direction::Backward } else { Direction::Forward }
}

/// All axes, this one first.
fn outermost(axis: usize, rank: usize) -> Vec<usize> {
    [axis].into_iter().chain((0..rank).filter(|other| *other != axis)).filter(|axis| *axis < rank).collect()
}
