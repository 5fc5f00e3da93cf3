//! A network that runs once for each chunk of its inputs, and hands values from one run to the next: LSTM, GRU, RNN, Scan.

use std::sync::Mutex;

use tract_onnx::prelude::*;

use super::memory::{Memory, Place};
use super::numbers::Numbers;
use super::{Input, Network, Output};

pub(super) struct Scan {
    pub(super) body: Network,
    /// One for each of the body's inputs.
    pub(super) feeds: Box<[Feed]>,
    /// One for each of the body's outputs.
    pub(super) results: Box<[Gathered]>,
    /// How often it runs.
    pub(super) count: usize,
    /// The body's buffers, and the values that it hands on.
    pub(super) spare: Mutex<[Vec<f32>; 2]>,
}

/// An input of the body: a value, and what of it each run takes.
pub(super) struct Feed {
    pub(super) place: Place,
    pub(super) taken: Taken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of it.
    Whole,
    /// All of it at first, then what this output of the body was in the run before.
    State { output: usize },
    /// A part, which lies together.
    Chunk(Direction),
}

/// What becomes of an output of the body.
pub(super) struct Gathered {
    pub(super) chunks: Option<(Place, Direction)>,
    pub(super) last: Option<Place>,
}

/// Which chunk is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

impl Direction {
    fn of(self, index: usize, count: usize) -> usize {
        match self {
            Direction::Forward => index,
            Direction::Backward => count - 1 - index,
        }
    }
}

impl Scan {
    pub(super) fn places(&self, mut tell: impl FnMut(&Place)) {
        self.feeds.iter().for_each(|feed| tell(&feed.place));
        for Gathered { chunks, last } in &self.results {
            chunks.iter().map(|(place, _)| place).chain(last).for_each(&mut tell);
        }
    }

    pub(super) fn run(&self, outer: &mut Memory<'_>) -> TractResult<()> {
        let [mut buffers, mut states] =
            self.spare.try_lock().map(|mut spare| std::mem::take(&mut *spare)).unwrap_or_default();
        buffers.resize(self.body.elements, 0.0);
        let mut slots: Vec<Option<TValue>> = vec![None; self.body.slots];
        let mut memory = self.body.memory(&mut buffers);
        for index in 0..self.count {
            self.feed(index, outer, &mut memory);
            self.body.steps.iter().try_for_each(|step| step.run(&mut memory, &mut slots))?;
            self.gather(index, &memory, outer);
            self.hand_on(&mut memory, &mut states);
        }
        if let Ok(mut spare) = self.spare.try_lock() {
            *spare = [buffers, states];
        }
        Ok(())
    }

    fn feed(&self, index: usize, outer: &Memory<'_>, memory: &mut Memory<'_>) {
        for (Feed { place, taken }, input) in self.feeds.iter().zip(&self.body.inputs) {
            let Input::Buffer(to) = input else { continue };
            let start = match taken {
                Taken::Chunk(direction) => direction.of(index, self.count) * to.length,
                Taken::Whole | Taken::State { .. } if index == 0 => 0,
                Taken::Whole | Taken::State { .. } => continue,
            };
            let from = &outer.input(place)[start..][..to.length];
            memory.output(to).0.copy_from_slice(from);
        }
    }

    fn gather(&self, index: usize, memory: &Memory<'_>, outer: &mut Memory<'_>) {
        for (Gathered { chunks, last }, output) in self.results.iter().zip(&self.body.outputs) {
            let Output::Buffer { place: from, .. } = output else { continue };
            let value = memory.input(from);
            if let Some((place, direction)) = chunks {
                let at = direction.of(index, self.count) * from.length;
                outer.output(place).0[at..][..from.length].copy_from_slice(value);
            }
            if let (Some(place), true) = (last, index + 1 == self.count) {
                outer.output(place).0.copy_from_slice(value);
            }
        }
    }

    /// Puts the outputs that the next run takes where it takes them. One may lie where another goes, so all are read first.
    fn hand_on(&self, memory: &mut Memory<'_>, states: &mut Vec<f32>) {
        states.clear();
        let pairs = || {
            self.feeds.iter().zip(&self.body.inputs).filter_map(|(feed, input)| match (feed.taken, input) {
                (Taken::State { output }, Input::Buffer(to)) => Some((output, to)),
                _ => None,
            })
        };
        for (output, _) in pairs() {
            if let Output::Buffer { place, .. } = &self.body.outputs[output] {
                states.extend_from_slice(memory.input(place));
            }
        }
        let mut rest = states.as_slice();
        for (_, to) in pairs() {
            let (state, others) = rest.split_at(to.length);
            memory.output(to).0.copy_from_slice(state);
            rest = others;
        }
    }
}

impl Numbers for Scan {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.body.numbers(tell);
        self.feeds.iter_mut().for_each(|feed| feed.place.numbers(tell));
        for Gathered { chunks, last } in &mut self.results {
            chunks.iter_mut().map(|(place, _)| place).chain(last).for_each(|place| place.numbers(tell));
        }
        tell(&mut self.count);
    }
}
