//! Where a pooling window lies: kernel, strides, padding, dilations.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::real::count;
use crate::eager::node::Node;

/// Attributes of pooling.
pub(in crate::ops) struct Window {
    pub(in crate::ops) kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    pads: Pads,
    ceil: bool,
}

enum Pads {
    /// Before and behind each axis.
    Given(Vec<(usize, usize)>),
    Valid,
    /// The output has a window for each stride; what is odd comes last.
    SameUpper,
    SameLower,
}

/// One axis of an input.
struct Axis {
    size: usize,
    output: usize,
    before: usize,
    behind: usize,
}

/// The windows of an input's spatial axes, row-major.
pub(in crate::ops) struct Windows {
    pub(in crate::ops) output: Vec<usize>,
    /// For each window, the input's elements in it.
    pub(in crate::ops) elements: Vec<Vec<usize>>,
    /// For each window, how many places it has in the input and its padding.
    pub(in crate::ops) places: Vec<usize>,
}

/// The windows of an input, each with all the kernel's places: those in the padding have no element.
pub(super) struct Taps {
    pub(super) output: Vec<usize>,
    pub(super) taps: Vec<Option<usize>>,
}

impl Window {
    pub(in crate::ops) fn new(node: &Node) -> TractResult<Window> {
        Window::of(node, node.ints("kernel_shape").ok_or_else(|| format_err!("kernel_shape is missing"))?)
    }

    /// With a kernel of these sizes.
    pub(super) fn of(node: &Node, kernel: Vec<i64>) -> TractResult<Window> {
        let rank = kernel.len();
        let list = |name: &str, length: usize, default: i64| {
            let values = node.ints(name).filter(|values| !values.is_empty()).unwrap_or_else(|| vec![default; length]);
            ensure!(values.len() == length, "{name} is {values:?} for a kernel of {rank} axes");
            let convert = |value: i64| {
                let fits = u16::try_from(value).ok().map(usize::from).filter(|value| *value as i64 >= default);
                fits.ok_or_else(|| format_err!("{name} is {values:?}"))
            };
            values.iter().map(|value| convert(*value)).collect::<TractResult<Vec<usize>>>()
        };
        let pads = match node.text("auto_pad", "NOTSET")?.as_str() {
            "NOTSET" | "" => {
                let pads = list("pads", 2 * rank, 0)?;
                Pads::Given(pads[..rank].iter().copied().zip(pads[rank..].iter().copied()).collect())
            }
            "VALID" => Pads::Valid,
            "SAME_UPPER" => Pads::SameUpper,
            "SAME_LOWER" => Pads::SameLower,
            other => bail!("auto_pad is {other:?}"),
        };
        let kernel = kernel.iter().map(|size| match u16::try_from(*size) {
            Ok(size @ 1..) => Ok(usize::from(size)),
            _ => bail!("kernel_shape is {kernel:?}"),
        });
        Ok(Window {
            kernel: kernel.collect::<TractResult<_>>()?,
            strides: list("strides", rank, 1)?,
            dilations: list("dilations", rank, 1)?,
            pads,
            ceil: node.flag("ceil_mode", 0),
        })
    }

    fn axis(&self, axis: usize, size: usize) -> TractResult<Axis> {
        let (stride, span) = (self.strides[axis], (self.kernel[axis] - 1) * self.dilations[axis] + 1);
        let (before, behind) = match &self.pads {
            Pads::Given(pads) => pads[axis],
            Pads::Valid => (0, 0),
            Pads::SameUpper | Pads::SameLower => {
                let output = size.div_ceil(stride);
                let padding = (output.max(1) - 1) * stride + span;
                let padding = padding.saturating_sub(size);
                let (less, more) = (padding / 2, padding - padding / 2);
                let (before, behind) = if matches!(self.pads, Pads::SameUpper) { (less, more) } else { (more, less) };
                return Ok(Axis { size, output, before, behind });
            }
        };
        let padded = size + before + behind;
        ensure!(padded >= span, "a window of {span} does not fit {size} elements with {before} and {behind} around");
        let mut output = (padded - span) / stride + 1;
        // A window more, where one begins before the padding behind.
        if self.ceil && !(padded - span).is_multiple_of(stride) && output * stride < size + before {
            output += 1;
        }
        Ok(Axis { size, output, before, behind })
    }

    /// The windows of an input of these spatial axes.
    ///
    /// # Errors
    /// Where they don't fit the kernel.
    pub(in crate::ops) fn over(&self, spatial: &[usize]) -> TractResult<Windows> {
        ensure!(spatial.len() == self.kernel.len(), "a kernel of {:?} does not fit {spatial:?}", self.kernel);
        let axes = spatial.iter().enumerate().map(|(axis, size)| self.axis(axis, *size));
        let axes = axes.collect::<TractResult<Vec<Axis>>>()?;
        let output: Vec<usize> = axes.iter().map(|axis| axis.output).collect();
        let total = count(&output)?;
        total
            .checked_mul(self.kernel.iter().product())
            .filter(|all| *all <= 1 << 28)
            .ok_or_else(|| format_err!("{total} windows of {:?} are too many", self.kernel))?;
        let mut windows = Windows { output, elements: vec![vec![0]; 1], places: vec![1] };
        // Axis by axis: the windows so far times those of the next.
        for (place, axis) in axes.iter().enumerate() {
            let lines: Vec<(Vec<usize>, usize)> = (0..axis.output).map(|at| self.line(place, axis, at)).collect();
            let mut elements = Vec::with_capacity(windows.elements.len() * lines.len());
            let mut places = Vec::with_capacity(elements.capacity());
            for (outer, outer_places) in windows.elements.iter().zip(&windows.places) {
                for (line, line_places) in &lines {
                    elements.push(outer.iter().flat_map(|at| line.iter().map(move |x| at * axis.size + x)).collect());
                    places.push(outer_places * line_places);
                }
            }
            (windows.elements, windows.places) = (elements, places);
        }
        Ok(windows)
    }

    /// The windows of an input, with every place of theirs.
    ///
    /// # Errors
    /// Where they don't fit the kernel.
    pub(super) fn taps(&self, spatial: &[usize]) -> TractResult<Taps> {
        let mut taps = vec![];
        let output = self.visit(spatial, |at| {
            taps.push(at.iter().zip(spatial).try_fold(0, |place, (at, size)| {
                let inside = usize::try_from(*at).ok().filter(|inside| inside < size)?;
                Some(place * size + inside)
            }));
        })?;
        Ok(Taps { output, taps })
    }

    /// Calls `visit` with the coordinates of every place of every window: outside the input in the padding. Gives how many
    /// windows there are along each axis.
    ///
    /// # Errors
    /// Where they don't fit the kernel.
    pub(super) fn visit(&self, spatial: &[usize], mut visit: impl FnMut(&[i64])) -> TractResult<Vec<usize>> {
        ensure!(spatial.len() == self.kernel.len(), "a kernel of {:?} does not fit {spatial:?}", self.kernel);
        let axes = spatial.iter().enumerate().map(|(axis, size)| self.axis(axis, *size));
        let axes = axes.collect::<TractResult<Vec<Axis>>>()?;
        let output: Vec<usize> = axes.iter().map(|axis| axis.output).collect();
        let all = [&output[..], &self.kernel[..]].concat();
        let (mut index, mut place) = (vec![0; all.len()], vec![0; axes.len()]);
        for _ in 0..count(&all)? {
            let (at, tap) = index.split_at(axes.len());
            for (axis, own) in axes.iter().enumerate() {
                let padded = at[axis] * self.strides[axis] + tap[axis] * self.dilations[axis];
                place[axis] = padded as i64 - own.before as i64;
            }
            visit(&place);
            for axis in (0..all.len()).rev() {
                index[axis] += 1;
                if index[axis] < all[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        Ok(output)
    }

    /// The places of an axis in a window that lie in the input, and how many lie in it or its padding.
    fn line(&self, place: usize, axis: &Axis, at: usize) -> (Vec<usize>, usize) {
        let start = at * self.strides[place];
        let taps = (0..self.kernel[place]).map(|tap| start + tap * self.dilations[place]);
        let padded: Vec<usize> = taps.filter(|tap| *tap < axis.size + axis.before + axis.behind).collect();
        let inside = |tap: &usize| tap.checked_sub(axis.before).filter(|at| *at < axis.size);
        (padded.iter().filter_map(inside).collect(), padded.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(kernel: usize, stride: usize, pads: Pads, ceil: bool) -> Window {
        Window { kernel: vec![kernel], strides: vec![stride], dilations: vec![1], pads, ceil }
    }

    #[test]
    fn padding_has_places_but_no_elements() {
        let windows = window(3, 2, Pads::Given(vec![(1, 1)]), false).over(&[4]).unwrap();
        assert_eq!(windows.elements, [vec![0, 1], vec![1, 2, 3]]);
        assert_eq!(windows.places, [3, 3]);
    }

    #[test]
    fn a_last_window_may_reach_beyond_the_padding() {
        let windows = window(2, 2, Pads::Valid, true).over(&[3]).unwrap();
        assert_eq!(windows.elements, [vec![0, 1], vec![2]]);
        assert_eq!(windows.places, [2, 1]);
        assert_eq!(window(2, 2, Pads::SameLower, false).over(&[3]).unwrap().elements, [vec![0], vec![1, 2]]);
    }
}
