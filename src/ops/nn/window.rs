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

/// Windows of two axes, side by side in each row of them.
pub(super) struct Tiles {
    rows: usize,
    columns: usize,
    /// From a row of windows to the next.
    down: usize,
    width: usize,
    pub(super) output: [usize; 2],
}

impl Tiles {
    /// Appends the largest element of each window of a plane: the first of equal ones.
    pub(super) fn largest<T: Clone + PartialOrd>(&self, plane: &[T], results: &mut Vec<T>) {
        let larger = |best: T, x: &T| if *x > best { x.clone() } else { best };
        for row in 0..self.output[0] {
            let start = results.len();
            let mut lines = plane.chunks_exact(self.width).skip(row * self.down).take(self.rows);
            let first = lines.next().unwrap_or_default().chunks_exact(self.columns).take(self.output[1]);
            results.extend(first.map(|own| own[1..].iter().fold(own[0].clone(), larger)));
            for line in lines {
                for (best, own) in results[start..].iter_mut().zip(line.chunks_exact(self.columns)) {
                    own.iter().for_each(|x| {
                        if *x > *best {
                            *best = x.clone()
                        }
                    });
                }
            }
        }
    }
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

    /// The windows, where they lie side by side in rows without gaps or padding: what most pools have.
    ///
    /// # Errors
    /// Where they don't fit the kernel.
    pub(super) fn tiles(&self, spatial: &[usize]) -> TractResult<Option<Tiles>> {
        let (&[_, width], &[rows, columns], &[down, right]) = (spatial, &self.kernel[..], &self.strides[..]) else {
            return Ok(None);
        };
        let axes = [self.axis(0, spatial[0])?, self.axis(1, width)?];
        let fits = |axis: &Axis, kernel: usize, stride: usize| {
            axis.before == 0 && axis.output > 0 && (axis.output - 1) * stride + kernel <= axis.size
        };
        let is_plain = self.dilations == [1, 1] && columns == right;
        let output = [axes[0].output, axes[1].output];
        let tiles = Tiles { rows, columns, down, width, output };
        Ok((is_plain && fits(&axes[0], rows, down) && fits(&axes[1], columns, right)).then_some(tiles))
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

    #[test]
    fn tiles_are_the_windows_where_there_are_some() {
        let window = |rows: usize, down: usize, columns: usize, before: usize, ceil: bool| {
            let pads = Pads::Given(vec![(0, 0), (before, 0)]);
            Window { kernel: vec![rows, columns], strides: vec![down, columns], dilations: vec![1, 1], pads, ceil }
        };
        let plane: Vec<f32> = (0..7 * 9).map(|at| (at * 37 % 41) as f32).collect();
        for (rows, down, columns) in [(2, 2, 2), (3, 1, 3), (1, 3, 4), (2, 3, 1), (7, 1, 9)] {
            let window = window(rows, down, columns, 0, false);
            let (tiles, windows) = (window.tiles(&[7, 9]).unwrap().unwrap(), window.over(&[7, 9]).unwrap());
            assert_eq!(tiles.output[..], windows.output[..]);
            let largest = |own: &Vec<usize>| own.iter().map(|&at| plane[at]).fold(f32::MIN, f32::max);
            let mut results = vec![];
            tiles.largest(&plane, &mut results);
            assert_eq!(results, windows.elements.iter().map(largest).collect::<Vec<_>>());
        }
        assert!(window(2, 2, 2, 1, false).tiles(&[7, 9]).unwrap().is_none());
        assert!(window(2, 2, 2, 0, true).tiles(&[7, 9]).unwrap().is_none());
        assert!(window(8, 1, 2, 0, false).tiles(&[7, 9]).is_err());
        let mut results = vec![];
        window(1, 1, 2, 0, false).tiles(&[1, 2]).unwrap().unwrap().largest(&[f32::NAN, 1.0], &mut results);
        assert!(results[0].is_nan(), "nothing is larger than NaN: {results:?}");
    }

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
