//! The memory of a run: buffers one after the other, some of them in turns at the same place.

use super::step::Step;
use crate::import::closed::Surroundings;

/// A stretch of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) home: Home,
    /// Elements.
    pub(super) length: usize,
}

impl Place {
    /// No stretch: what steps have for an output that write elsewhere, or several.
    pub(super) const NOTHING: Place = Place { home: Home::Constant(0), length: 0 };
}

/// Whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Home {
    Buffer(usize),
    Constant(usize),
}

pub(super) struct Memory<'a> {
    pub(super) buffers: &'a mut [f32],
    pub(super) offsets: &'a [usize],
    pub(super) constants: &'a [Box<[f32]>],
    /// What tract's operators are told.
    pub(super) surroundings: &'a Surroundings,
}

/// What a step can read while it writes.
pub(super) struct Others<'a> {
    before: &'a [f32],
    after: &'a [f32],
    /// Where `after` begins.
    start: usize,
    offsets: &'a [usize],
    constants: &'a [Box<[f32]>],
}

impl Memory<'_> {
    /// A value to be read.
    pub(super) fn input(&self, place: &Place) -> &[f32] {
        match place.home {
            Home::Constant(index) => &self.constants[index],
            Home::Buffer(buffer) => &self.buffers[self.offsets[buffer]..][..place.length],
        }
    }

    /// A buffer to be written, and the rest.
    ///
    /// # Panics
    /// When it is a constant: lowering makes no step that writes one.
    pub(super) fn output(&mut self, place: &Place) -> (&mut [f32], Others<'_>) {
        let Home::Buffer(buffer) = place.home else { panic!("a step writes a constant") };
        let (before, from) = self.buffers.split_at_mut(self.offsets[buffer]);
        let (output, after) = from.split_at_mut(place.length);
        let start = before.len() + place.length;
        (output, Others { before, after, start, offsets: self.offsets, constants: self.constants })
    }
}

impl Others<'_> {
    /// A value other than the one that is written.
    pub(super) fn input(&self, place: &Place) -> &[f32] {
        let Home::Buffer(buffer) = place.home else {
            let Home::Constant(index) = place.home else { return &[] };
            return &self.constants[index];
        };
        let at = self.offsets[buffer];
        if at < self.before.len() {
            &self.before[at..][..place.length]
        } else {
            &self.after[at - self.start..][..place.length]
        }
    }
}

/// Elements between the beginnings of buffers: those of a cache line.
const ALIGNMENT: usize = 16;

/// Where each buffer may begin so that none overlaps another that is in use at the same step, and the elements of all.
/// `inputs` are in use from the first step on, `outputs` to the last.
pub(super) fn plan(lengths: &[usize], steps: &[Step], inputs: &[usize], outputs: &[usize]) -> (Vec<usize>, usize) {
    let mut spans = vec![(usize::MAX, 0); lengths.len()];
    let mut touch = |buffer: usize, step: usize| {
        let span: &mut (usize, usize) = &mut spans[buffer];
        *span = (span.0.min(step), span.1.max(step));
    };
    for (index, step) in steps.iter().enumerate() {
        step.places(|place| {
            if let Home::Buffer(buffer) = place.home {
                touch(buffer, index);
            }
        });
    }
    inputs.iter().for_each(|buffer| touch(*buffer, 0));
    outputs.iter().for_each(|buffer| touch(*buffer, steps.len()));
    let mut largest_first: Vec<usize> = (0..lengths.len()).filter(|buffer| spans[*buffer].0 != usize::MAX).collect();
    largest_first.sort_by_key(|buffer| (std::cmp::Reverse(lengths[*buffer]), *buffer));
    let mut offsets = vec![0; lengths.len()];
    let mut placed: Vec<usize> = vec![];
    let mut elements = 0;
    for buffer in largest_first {
        let together = |other: &&usize| spans[**other].0 <= spans[buffer].1 && spans[buffer].0 <= spans[**other].1;
        let mut taken: Vec<(usize, usize)> =
            placed.iter().filter(together).map(|other| (offsets[*other], offsets[*other] + lengths[*other])).collect();
        taken.sort_unstable();
        let mut at = 0;
        for (start, end) in taken {
            if at + lengths[buffer] <= start {
                break;
            }
            at = at.max(end.next_multiple_of(ALIGNMENT));
        }
        offsets[buffer] = at;
        elements = elements.max(at + lengths[buffer]);
        placed.push(buffer);
    }
    (offsets, elements)
}
