//! An image's channels as planes of pairs, so that each step of a convolution reads a row of windows in one stretch.
//!
//! Two numbers make a pair: of two channels at the same place or, where there is one channel, of neighbours in a row. Around is as
//! much padding as the windows reach. With a stride, the places of a row that follow each other by the stride lie side by side.

use tract_onnx::prelude::TractResult;

use super::tiles::WIDTH;
use super::window::Axis;
use crate::eager::broadcast::count;

/// What makes a pair.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pairs {
    Channels,
    Neighbours,
}

impl Pairs {
    pub(super) fn of(channels: usize) -> Pairs {
        if channels > 1 { Pairs::Channels } else { Pairs::Neighbours }
    }

    /// For each step the elements of a window, of `channels` and `kernel`, that it takes.
    pub(super) fn steps(self, channels: usize, kernel: &[usize]) -> Vec<[Option<usize>; 2]> {
        let window: usize = kernel.iter().product();
        let row = kernel.last().copied().unwrap_or(1);
        match self {
            Pairs::Channels => {
                let of_two = |channel: usize| (0..window).map(move |place| (channel, place));
                let all = (0..channels).step_by(2).flat_map(of_two);
                let second = |channel: usize| (channel + 1 < channels).then_some(channel + 1);
                let pair = |(channel, place)| {
                    [Some(channel * window + place), second(channel).map(|channel| channel * window + place)]
                };
                all.map(pair).collect()
            }
            Pairs::Neighbours => {
                let of_row = |start: usize| (start..start + row).step_by(2).map(move |at| (at, at + 1 < start + row));
                let all = (0..channels * window).step_by(row.max(1)).flat_map(of_row);
                all.map(|(at, followed)| [Some(at), followed.then_some(at + 1)]).collect()
            }
        }
    }
}

/// How planes are laid out for windows.
pub(super) struct Layout {
    axes: Vec<Axis>,
    /// How far the next place of each axis is; of the last, the next that windows share by their stride.
    pitches: Vec<usize>,
    /// Places of the last axis by their remainder of the stride, as far as windows reach.
    phases: usize,
    phase: usize,
    plane: usize,
    planes: usize,
    pairs: Pairs,
}

impl Layout {
    /// # Errors
    /// Where the planes are too large.
    pub(super) fn new(axes: Vec<Axis>, channels: usize) -> TractResult<Layout> {
        let pairs = Pairs::of(channels);
        let planes = if pairs == Pairs::Channels { channels.div_ceil(2) } else { channels };
        let reach = |axis: &Axis| (axis.kernel - 1) * axis.dilation;
        let (mut phases, mut phase) = (1, 1);
        let mut pitches = vec![1; axes.len()];
        let mut sizes = vec![planes];
        if let Some((last, leading)) = axes.split_last() {
            phases = last.stride.min(reach(last) + 1);
            phase = last.output + reach(last) / last.stride;
            sizes.extend(leading.iter().map(|axis| (axis.output - 1) * axis.stride + reach(axis) + 1));
            sizes.extend([phases, phase]);
            for axis in 0..leading.len() {
                pitches[axis] = count(&sizes[axis + 2..])?;
            }
        }
        count(&sizes)?;
        Ok(Layout { axes, pitches, phases, phase, plane: sizes[1..].iter().product(), planes, pairs })
    }

    /// The number of elements of the planes, and of those that a tile reads behind them.
    pub(super) fn len(&self) -> usize {
        self.planes * self.plane + WIDTH
    }

    /// For each of [`Pairs::steps`], where the windows' first pair is.
    pub(super) fn offsets(&self, kernel: &[usize]) -> Vec<usize> {
        let window: usize = kernel.iter().product();
        let steps = self.pairs.steps(if self.pairs == Pairs::Channels { 2 * self.planes } else { self.planes }, kernel);
        let place = |first: usize| {
            let plane = if self.pairs == Pairs::Channels { first / window / 2 } else { first / window };
            let mut rest = first % window;
            let mut place = plane * self.plane;
            for (axis, (own, pitch)) in self.axes.iter().zip(&self.pitches).enumerate().rev() {
                let at = rest % own.kernel * own.dilation;
                rest /= own.kernel;
                place += if axis + 1 == self.axes.len() {
                    at % own.stride * self.phase + at / own.stride
                } else {
                    at * pitch
                };
            }
            place
        };
        steps.iter().map(|[first, _]| place(first.unwrap_or(0))).collect()
    }

    /// For each row of windows, where the first one is.
    pub(super) fn rows(&self) -> Vec<usize> {
        let mut rows = vec![0];
        for (axis, pitch) in self.axes.iter().zip(&self.pitches).take(self.axes.len().saturating_sub(1)) {
            let along = |row: usize| (0..axis.output).map(move |at| row + at * axis.stride * pitch);
            rows = rows.into_iter().flat_map(along).collect();
        }
        rows
    }

    /// Fills planes of zeros with an image's channels, less a zero point.
    pub(super) fn fill<T: Copy + Into<i32>>(&self, planes: &mut [i32], image: &[T], zero: i32) {
        let (last, leading) = match self.axes.split_last() {
            Some((last, leading)) => (*last, leading),
            None => (Axis::ONE, &[][..]),
        };
        let area = leading.iter().map(|axis| axis.input).product::<usize>() * last.input;
        let dilation = last.dilation as isize;
        let before = last.before as isize;
        for (channel, image) in image.chunks(area.max(1)).enumerate() {
            let uses: &[(usize, isize, u32)] = match self.pairs {
                Pairs::Channels => &[(channel / 2, before, channel as u32 % 2 * 16)],
                Pairs::Neighbours => &[(channel, before, 0), (channel, before - dilation, 16)],
            };
            for (row, source) in image.chunks(last.input.max(1)).enumerate() {
                let Some(place) = self.row(leading, row) else { continue };
                for &(plane, lead, shift) in uses {
                    let start = plane * self.plane + place;
                    let target = &mut planes[start..start + self.phases * self.phase];
                    spread(target, self.phase, last.stride, source, lead, |x| ((x.into() - zero) & 0xffff) << shift);
                }
            }
        }
    }

    /// Where a row of the image begins in a plane, if a window reaches it.
    fn row(&self, leading: &[Axis], mut row: usize) -> Option<usize> {
        let mut place = 0;
        for (axis, pitch) in leading.iter().zip(&self.pitches).rev() {
            let at = row % axis.input + axis.before;
            row /= axis.input;
            let last = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation;
            if at > last {
                return None;
            }
            place += at * pitch;
        }
        Some(place)
    }
}

/// Adds a row to one of pairs, `lead` places in, each phase of the stride on its own.
fn spread<T: Copy>(
    target: &mut [i32],
    phase: usize,
    stride: usize,
    source: &[T],
    lead: isize,
    half: impl Fn(T) -> i32,
) {
    for (remainder, target) in target.chunks_mut(phase.max(1)).enumerate() {
        let behind = lead - remainder as isize;
        let skipped = usize::try_from(behind).unwrap_or(0).div_ceil(stride);
        let first = skipped * stride + remainder;
        let Some(target) = target.get_mut(skipped..) else { continue };
        let Some(source) = first.checked_add_signed(-lead).and_then(|first| source.get(first..)) else { continue };
        if stride == 1 {
            target.iter_mut().zip(source).for_each(|(to, &x)| *to |= half(x));
        } else {
            target.iter_mut().zip(source.iter().step_by(stride)).for_each(|(to, &x)| *to |= half(x));
        }
    }
}
