//! Which steps make something that is read: what others would have made on the way, a later step may make at once.

use std::collections::HashSet;

use crate::network::Output;
use crate::network::memory::Home;
use crate::network::step::{Source, Step, Target, Work};

/// What is read after a step.
#[derive(Default)]
struct Needed {
    homes: HashSet<Home>,
    slots: HashSet<usize>,
}

/// Leaves out the steps that make nothing that a later one reads, nor an output.
pub(super) fn keep_needed(steps: &mut Vec<Step>, outputs: &[Output]) {
    let mut needed = Needed::default();
    for output in outputs {
        match output {
            Output::Buffer { place, .. } => needed.homes.insert(place.home),
            Output::Slot(slot) => needed.slots.insert(*slot),
        };
    }
    let mut kept: Vec<Step> = vec![];
    while let Some(step) = steps.pop() {
        if needed.is_made_by(&step) {
            needed.note(&step);
            kept.push(step);
        }
    }
    kept.reverse();
    *steps = kept;
}

impl Needed {
    fn is_made_by(&self, step: &Step) -> bool {
        match &step.work {
            Work::Foreign(work) => work.outputs.iter().any(|target| match target {
                Target::Buffer { place, .. } => self.homes.contains(&place.home),
                Target::Slot(slot) => self.slots.contains(slot),
                Target::Nowhere => false,
            }),
            Work::Scan(work) => work.results.iter().any(|result| {
                let places = result.chunks.iter().map(|(place, _)| place).chain(&result.last);
                places.into_iter().any(|place| self.homes.contains(&place.home))
            }),
            _ => self.homes.contains(&step.output.home),
        }
    }

    fn note(&mut self, step: &Step) {
        step.places(|place| {
            self.homes.insert(place.home);
        });
        match &step.work {
            Work::Foreign(work) => self.slots.extend(work.inputs.iter().filter_map(|source| match source {
                Source::Slot(slot) => Some(*slot),
                Source::Buffer { .. } | Source::Constant(_) => None,
            })),
            Work::Rows(work) => _ = self.slots.insert(work.numbers),
            _ => {}
        }
    }
}
