//! GridSample: elements between others, at places that a grid says.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::pick::{count, each};
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;
use crate::ops::nn::real::{Real, with_real, write};

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Nearest,
    Linear,
    Cubic,
}

#[derive(Clone, Copy, PartialEq)]
enum Padding {
    Zeros,
    Border,
    Reflection,
}

#[derive(Clone, Copy)]
struct Sampler {
    mode: Mode,
    padding: Padding,
    align_corners: bool,
}

pub(in crate::ops) fn grid_sample(node: &Node) -> TractResult<Kernel> {
    let sampler = Sampler {
        mode: match node.text("mode", "linear")?.as_str() {
            "nearest" => Mode::Nearest,
            "linear" | "bilinear" => Mode::Linear,
            "cubic" | "bicubic" => Mode::Cubic,
            other => bail!("mode {other:?} is unknown"),
        },
        padding: match node.text("padding_mode", "zeros")?.as_str() {
            "zeros" => Padding::Zeros,
            "border" => Padding::Border,
            "reflection" => Padding::Reflection,
            other => bail!("padding_mode {other:?} is unknown"),
        },
        align_corners: node.flag("align_corners", 0),
    };
    Ok(Box::new(move |arguments| {
        let (input, grid) = (arguments.tensor(0)?, arguments.tensor(1)?);
        with_real!(input.dtype(), T => one(run::<T>(sampler, input, grid)?))
    }))
}

fn run<T: Real>(sampler: Sampler, input: &TensorValue, grid: &TensorValue) -> TractResult<TensorValue> {
    let ([batch, channels, spatial @ ..], [examples, output @ .., axes]) = (input.shape(), grid.shape()) else {
        bail!("expected pictures and a grid, got {:?} and {:?}", input.shape(), grid.shape())
    };
    let fits = batch == examples && *axes == spatial.len() && output.len() == spatial.len();
    ensure!(fits, "a grid of {:?} does not fit an input of {:?}", grid.shape(), input.shape());
    ensure!(!spatial.contains(&0), "there is nothing to sample in {:?}", input.shape());
    let (places, size): (usize, usize) = (output.iter().product(), spatial.iter().product());
    let shape = [&[*batch, *channels], output].concat();
    let mut values = vec![T::default(); count(&shape)?];
    let (data, grid) = (input.to_f64s()?, T::read(grid)?);
    for (place, at) in grid.chunks_exact((*axes).max(1)).enumerate() {
        let (example, place) = (place / places, place % places);
        // The grid has the last axis first.
        let taps: Vec<Vec<(Option<usize>, f64)>> =
            spatial.iter().zip(at.iter().rev()).map(|(size, at)| sampler.taps(*at, *size)).collect();
        let counts: Vec<usize> = taps.iter().map(Vec::len).collect();
        let mut weighed: Vec<(usize, f64)> = vec![];
        each(&counts, |chosen| {
            let chosen = chosen.iter().zip(&taps).map(|(tap, taps)| taps[*tap]);
            let joined = chosen
                .zip(spatial)
                .try_fold((0, 1.0), |(place, weight), ((at, own), size)| Some((place * size + at?, weight * own)));
            weighed.extend(joined);
        });
        for channel in 0..*channels {
            let row = example * channels + channel;
            let plane = &data[row * size..(row + 1) * size];
            let sum = weighed.iter().map(|(at, weight)| plane[*at] * weight).sum();
            values[row * places + place] = T::from_f64(sum);
        }
    }
    write(input.dtype(), &shape, values)
}

impl Sampler {
    /// The elements of an axis that a place of the grid is made of, with their weights; none for one in the padding.
    fn taps<T: Real>(self, at: T, size: usize) -> Vec<(Option<usize>, f64)> {
        let (one, two, length) = (T::from_f64(1.0), T::from_f64(2.0), T::from_f64(size as f64));
        let at = match self.align_corners {
            true => (at + one) / two * (length - one),
            false => ((at + one) * length - one) / two,
        };
        let at = at.to_f64();
        let at = if self.mode == Mode::Nearest { at.round_ties_even() } else { at };
        // A cubic's neighbours are moved inside one by one, others from where their place is then.
        let at = if self.mode == Mode::Cubic { at } else { self.inside(at, size) };
        let first = at.floor();
        let along = at - first;
        let weights: &[f64] = match self.mode {
            Mode::Nearest => &[1.0],
            Mode::Linear => &[1.0 - along, along],
            Mode::Cubic => &cubic(along),
        };
        let first = if self.mode == Mode::Cubic { first - 1.0 } else { first };
        let tap = |(index, weight): (usize, &f64)| {
            let at = self.inside(first + index as f64, size);
            ((0.0..size as f64).contains(&at).then_some(at as usize), *weight)
        };
        weights.iter().enumerate().map(tap).collect()
    }

    /// Where a place outside is taken to be.
    fn inside(self, at: f64, size: usize) -> f64 {
        let last = size as f64 - 1.0;
        let (low, high) = if self.align_corners { (0.0, last) } else { (-0.5, last + 0.5) };
        match self.padding {
            Padding::Zeros => at,
            Padding::Border => at.clamp(0.0, last),
            Padding::Reflection if at >= low && at <= high => at,
            Padding::Reflection => {
                let range = high - low;
                // Back and forth between the edges.
                let beyond = (at - low).rem_euclid(2.0 * range);
                if range == 0.0 { low } else { low + beyond.min(2.0 * range - beyond) }
            }
        }
    }
}

/// Weights of four neighbours, for a place so far behind the second.
fn cubic(along: f64) -> [f64; 4] {
    const A: f64 = -0.75;
    let near = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f64| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    [far(along + 1.0), near(along), near(1.0 - along), far(2.0 - along)]
}
