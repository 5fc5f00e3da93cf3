//! A plain convolution of any number of axes: for what tract's does not take.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::real::{Real, count, dot};
use super::window::Window;
use crate::eager::node::Node;
use crate::eager::value::TensorValue;

/// A convolution's attributes.
pub(in crate::ops) struct Conv {
    /// Where `kernel_shape` says it; otherwise the weights do.
    window: Option<Window>,
    group: usize,
}

impl Conv {
    pub(in crate::ops) fn new(node: &Node) -> TractResult<Conv> {
        let group = usize::try_from(node.int("group", 1)).ok().filter(|group| *group > 0);
        let group = group.ok_or_else(|| format_err!("group is {}", node.int("group", 1)))?;
        let given = node.ints("kernel_shape").filter(|kernel| !kernel.is_empty());
        let known = node.constant(1).map(|weight| weight.shape().iter().skip(2).map(|size| *size as i64).collect());
        let window = given.or(known).map(|kernel| Window::of(node, kernel)).transpose()?;
        ensure!(window.is_some(), "neither kernel_shape nor constant weights say the kernel");
        Ok(Conv { window, group })
    }

    /// The output's shape and elements.
    ///
    /// # Errors
    /// Where input, weights and bias don't fit each other.
    pub(in crate::ops) fn run<T: Real>(
        &self,
        input: &TensorValue,
        weight: &TensorValue,
        bias: Option<&TensorValue>,
    ) -> TractResult<(Vec<usize>, Vec<T>)> {
        let Some(window) = &self.window else { bail!("the kernel is not known") };
        let ([batch, channels, spatial @ ..], [filters, inner, kernel @ ..]) = (input.shape(), weight.shape()) else {
            bail!("an input of {:?} does not fit weights of {:?}", input.shape(), weight.shape())
        };
        let fits = inner * self.group == *channels && filters % self.group == 0 && kernel == window.kernel;
        ensure!(fits, "an input of {:?} does not fit weights of {:?}", input.shape(), weight.shape());
        let bias = bias.map_or_else(|| Ok(vec![T::default(); *filters]), T::read)?;
        ensure!(bias.len() == *filters, "expected a bias for each of {filters} filters, got {}", bias.len());
        let taps = window.taps(spatial)?;
        let places: usize = taps.output.iter().product();
        let shape = [&[*batch, *filters], &taps.output[..]].concat();
        let mut output = vec![T::default(); count(&shape)?];
        let (data, weights) = (T::read(input)?, T::read(weight)?);
        let (size, each): (usize, usize) = (spatial.iter().product(), kernel.iter().product());
        let own = filters / self.group;
        let mut patch = Vec::with_capacity(inner * each);
        for block in 0..batch * self.group {
            let (example, group) = (block / self.group, block % self.group);
            let from = (example * channels + group * inner) * size;
            for place in 0..places {
                patch.clear();
                let taps = &taps.taps[place * each..(place + 1) * each];
                for channel in 0..*inner {
                    let plane = &data[from + channel * size..from + (channel + 1) * size];
                    patch.extend(taps.iter().map(|tap| tap.map_or(T::default(), |tap| plane[tap])));
                }
                for filter in group * own..(group + 1) * own {
                    let row = &weights[filter * patch.len()..(filter + 1) * patch.len()];
                    output[(example * filters + filter) * places + place] = dot(row, &patch) + bias[filter];
                }
            }
        }
        Ok((shape, output))
    }
}
