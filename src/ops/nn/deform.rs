//! DeformConv: a convolution whose kernel's places are moved, each by an offset of its own.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::conv::Conv;
use super::real::{Real, with_real, write};
use crate::eager::node::{Arguments, Kernel, Node, one};
use crate::eager::value::{TensorValue, Value};

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let conv = Conv::new(node)?;
    let axes = conv.window()?.kernel.len();
    ensure!(axes == 2, "a kernel of {axes} axes is not supported, only one of 2");
    let groups = usize::try_from(node.int("offset_group", 1)).ok().filter(|groups| *groups > 0);
    let groups = groups.ok_or_else(|| format_err!("offset_group is {}", node.int("offset_group", 1)))?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        with_real!(input.dtype(), T => run::<T>(&conv, groups, arguments))
    }))
}

fn run<T: Real>(conv: &Conv, groups: usize, arguments: &Arguments) -> TractResult<Vec<Value>> {
    let (input, weight, offsets) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?);
    let (channels, spatial) = conv.fits(input, weight)?;
    let (batch, height, width) = (input.shape()[0], spatial[0], spatial[1]);
    ensure!(channels.is_multiple_of(groups), "{channels} channels can't share {groups} groups of offsets");
    let mut taps = vec![];
    let output = conv.window()?.visit(spatial, |at| taps.push([at[0] as f64, at[1] as f64]))?;
    let (places, kernel): (usize, usize) = (output.iter().product(), weight.shape()[2..].iter().product());
    let moves = planes(offsets, [batch, 2 * groups * kernel, output[0], output[1]])?;
    let mask = arguments.optional(4)?.map(|mask| planes(mask, [batch, groups * kernel, output[0], output[1]]));
    let mask = mask.transpose()?;
    let data = input.to_f64s()?;
    let together = channels / groups;
    let (shape, data) =
        conv.products(batch, &output, weight, arguments.optional(3)?, |example, own, place, patch| {
            for channel in own {
                let plane = &data[(example * channels + channel) * height * width..][..height * width];
                for tap in 0..kernel {
                    let place_of = |tap: usize| tap * places + place;
                    let first = (example * groups + channel / together) * kernel + tap;
                    let [row, column] = taps[place * kernel + tap];
                    let (row, column) = (row + moves[place_of(2 * first)], column + moves[place_of(2 * first + 1)]);
                    let factor = mask.as_ref().map_or(1.0, |mask| mask[place_of(first)]);
                    patch.push(T::from_f64(factor * between(plane, [height, width], row, column)));
                }
            }
        })?;
    one(write(input.dtype(), &shape, data)?)
}

/// The elements of a tensor that must have that shape.
fn planes(tensor: &TensorValue, shape: [usize; 4]) -> TractResult<Vec<f64>> {
    ensure!(tensor.shape() == shape, "expected offsets or a mask of {shape:?}, got {:?}", tensor.shape());
    tensor.to_f64s()
}

/// Between the four neighbours of a point; outside the plane is 0.
fn between(plane: &[f64], [height, width]: [usize; 2], row: f64, column: f64) -> f64 {
    let (top, left) = (row.floor(), column.floor());
    let (down, along) = (row - top, column - left);
    let at = |row: f64, column: f64| {
        let inside = row >= 0.0 && row < height as f64 && column >= 0.0 && column < width as f64;
        if inside { plane[row as usize * width + column as usize] } else { 0.0 }
    };
    let upper = (1.0 - along) * at(top, left) + along * at(top, left + 1.0);
    let lower = (1.0 - along) * at(top + 1.0, left) + along * at(top + 1.0, left + 1.0);
    (1.0 - down) * upper + down * lower
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn a_point_is_between_its_neighbours_and_outside_is_0() {
        let plane = [1.0, 2.0, 3.0, 4.0];
        let at = |row, column| between(&plane, [2, 2], row, column);
        assert_eq!((at(0.5, 0.5), at(0.0, 0.25), at(1.0, 1.0)), (2.5, 1.25, 4.0));
        assert_eq!((at(-0.5, 0.0), at(1.5, 1.0), at(-1.0, 0.0)), (0.5, 2.0, 0.0));
    }
}
