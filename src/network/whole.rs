//! Steps on whole numbers: bytes less their zero point, carried in float32.

use super::memory::{Memory, Others, Place};
use onnxlet_kernels::axis::Axis;
use onnxlet_kernels::requantise::{self, Pairwise, Quantise, Scaled, Table};

/// What a convolution's sums of whole numbers are multiplied with and added to, and the function that comes last.
#[derive(Clone, Copy)]
pub(super) struct Scaling {
    pub(super) factors: Place,
    pub(super) offsets: Option<Place>,
    pub(super) table: Option<Lookup>,
}

/// Where 256 values are, and the whole number whose value is the first.
#[derive(Clone, Copy)]
pub(super) struct Lookup {
    pub(super) values: Place,
    pub(super) first: f32,
}

impl Lookup {
    fn table<'a>(&self, values: &'a [f32]) -> Option<Table<'a>> {
        Some(Table { values: values.first_chunk()?, first: self.first })
    }
}

impl Scaling {
    pub(super) fn places(&self, mut tell: impl FnMut(&Place)) {
        tell(&self.factors);
        self.offsets.iter().for_each(&mut tell);
        self.table.iter().for_each(|lookup| tell(&lookup.values));
    }

    pub(super) fn read<'a>(&self, others: &'a Others<'_>) -> Scaled<'a> {
        Scaled {
            factors: others.input(&self.factors),
            offsets: self.offsets.as_ref().map_or(&[], |place| others.input(place)),
            table: self.table.and_then(|lookup| lookup.table(others.input(&lookup.values))),
        }
    }
}

/// A kernel on whole numbers.
pub(super) enum Whole {
    Quantise {
        input: Place,
        how: Quantise,
    },
    /// A scale and a zero point, of what this run's numbers are.
    Range {
        input: Place,
    },
    /// Bytes less their zero point, by such a range.
    Ranged {
        input: Place,
        range: Place,
    },
    Pairs {
        inputs: [Place; 2],
        function: Pairwise,
        limits: [f32; 2],
        axes: Box<[Axis]>,
    },
    LookUp {
        input: Place,
        lookup: Lookup,
    },
}

impl Whole {
    pub(super) fn places(&self, mut tell: impl FnMut(&Place)) {
        match self {
            Whole::Quantise { input, .. } | Whole::Range { input } => tell(input),
            Whole::Ranged { input, range } => [input, range].into_iter().for_each(tell),
            Whole::Pairs { inputs, .. } => inputs.iter().for_each(tell),
            Whole::LookUp { input, lookup } => {
                tell(input);
                tell(&lookup.values);
            }
        }
    }

    pub(super) fn run(&self, output: &Place, memory: &mut Memory<'_>) {
        let (output, others) = memory.output(output);
        match self {
            Whole::Quantise { input, how } => requantise::quantise(*how, others.input(input), output),
            Whole::Range { input } => output.copy_from_slice(&requantise::range(others.input(input))),
            Whole::Ranged { input, range } => {
                if let [scale, zero] = *others.input(range) {
                    let (low, high) = (-zero, 255.0 - zero);
                    let how = Quantise { divisor: 1.0, factor: 1.0, scale, low, high, nan: low };
                    requantise::quantise(how, others.input(input), output);
                }
            }
            Whole::Pairs { inputs, function, limits, axes } => {
                let inputs = inputs.each_ref().map(|place| others.input(place));
                requantise::pairwise(*function, *limits, inputs, axes, output);
            }
            Whole::LookUp { input, lookup } => {
                if let Some(table) = lookup.table(others.input(&lookup.values)) {
                    requantise::look_up(table, others.input(input), output);
                }
            }
        }
    }
}
