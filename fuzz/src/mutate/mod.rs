//! Changes to a model that leave it one: sizes, types, attributes, wiring. Flipped bits rarely get beyond the decoder.

mod attributes;
mod graphs;
mod tensors;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto};

/// Numbers at the edges of what sizes, axes and counts may be.
const TELLING: [i64; 24] = [
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    13,
    64,
    255,
    65_537,
    -1,
    -2,
    -3,
    -100,
    i32::MAX as i64,
    1 << 31,
    1 << 32,
    1 << 40,
    1 << 62,
    i64::MAX,
    i64::MIN,
    i32::MIN as i64,
];

/// The model with a few changes. None for bytes that are no model: the fuzzer's own changes do for those.
pub fn model(bytes: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut dice = Dice(u64::from(seed));
    // One in eight goes to the fuzzer, which knows which bytes were compared with what.
    if dice.below(8) == 0 {
        return None;
    }
    let mut model = ModelProto::decode(bytes).ok()?;
    for _ in 0..=dice.below(4) {
        change(&mut model, &mut dice)?;
    }
    Some(model.encode_to_vec())
}

fn change(model: &mut ModelProto, dice: &mut Dice) -> Option<()> {
    let functions = model.functions.len();
    if dice.below(40) == 0 {
        change_opsets(&mut model.opset_import, dice);
        return Some(());
    }
    if functions > 0 && dice.below(4) == 0 {
        let function = &mut model.functions[dice.below(functions)];
        graphs::change_nodes(&mut function.node, dice);
        return Some(());
    }
    let graph = model.graph.as_mut()?;
    change_within(graph, dice);
    Some(())
}

fn change_opsets(opsets: &mut Vec<OperatorSetIdProto>, dice: &mut Dice) {
    let domain = dice.pick(&["", "ai.onnx.ml", "com.microsoft", "ai.onnx.preview.training"]).to_string();
    let version = dice.below(25) as i64;
    match opsets.iter_mut().find(|opset| opset.domain == domain) {
        Some(opset) => opset.version = version,
        None => opsets.push(OperatorSetIdProto { domain, version }),
    }
}

/// Changes the graph, or one inside it.
fn change_within(graph: &mut GraphProto, dice: &mut Dice) {
    let inner = inner_graphs(&mut graph.node).count();
    if inner > 0
        && dice.below(2) == 0
        && let Some(inner) = inner_graphs(&mut graph.node).nth(dice.below(inner))
    {
        return change_within(inner, dice);
    }
    graphs::change(graph, dice);
}

fn inner_graphs(nodes: &mut [NodeProto]) -> impl Iterator<Item = &mut GraphProto> {
    nodes.iter_mut().flat_map(|node| &mut node.attribute).flat_map(|own| own.g.iter_mut().chain(&mut own.graphs))
}

/// Random numbers, the same for the same seed.
pub struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `count`, or 0.
    fn below(&mut self, count: usize) -> usize {
        (self.next() % (count.max(1) as u64)) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A place in a list that has some.
    fn place<T>(&mut self, list: &[T]) -> Option<usize> {
        (!list.is_empty()).then(|| self.below(list.len()))
    }

    fn number(&mut self) -> i64 {
        *self.pick(&TELLING)
    }

    /// A size that a model may really have, mostly.
    fn size(&mut self) -> i64 {
        if self.below(4) == 0 { self.number() } else { self.below(6) as i64 }
    }
}
