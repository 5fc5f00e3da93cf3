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
        let (channels, spatial) = self.fits(input, weight)?;
        let taps = self.window()?.taps(spatial)?;
        let (size, each) = (spatial.iter().product::<usize>(), weight.shape()[2..].iter().product::<usize>());
        let data = T::read(input)?;
        self.products(input.shape()[0], &taps.output, weight, bias, |example, own, place, patch| {
            let taps = &taps.taps[place * each..(place + 1) * each];
            for channel in own {
                let plane = &data[(example * channels + channel) * size..][..size];
                patch.extend(taps.iter().map(|tap| tap.map_or(T::default(), |tap| plane[tap])));
            }
        })
    }

    pub(super) fn window(&self) -> TractResult<&Window> {
        self.window.as_ref().ok_or_else(|| format_err!("the kernel is not known"))
    }

    /// The input's channels and spatial axes, once the weights fit them.
    ///
    /// # Errors
    /// Where they don't.
    pub(super) fn fits<'a>(&self, input: &'a TensorValue, weight: &TensorValue) -> TractResult<(usize, &'a [usize])> {
        let ([_, channels, spatial @ ..], [filters, inner, kernel @ ..]) = (input.shape(), weight.shape()) else {
            bail!("an input of {:?} does not fit weights of {:?}", input.shape(), weight.shape())
        };
        let fits = inner * self.group == *channels && filters % self.group == 0 && kernel == self.window()?.kernel;
        ensure!(fits, "an input of {:?} does not fit weights of {:?}", input.shape(), weight.shape());
        Ok((*channels, spatial))
    }

    /// The output's shape and elements, of what each filter meets at each place: `patch` is given the example, the group's
    /// channels and the place, and fills in that patch of them.
    ///
    /// # Errors
    /// Where the bias doesn't fit, or the output is too large.
    pub(super) fn products<T: Real>(
        &self,
        batch: usize,
        output: &[usize],
        weight: &TensorValue,
        bias: Option<&TensorValue>,
        mut patch: impl FnMut(usize, std::ops::Range<usize>, usize, &mut Vec<T>),
    ) -> TractResult<(Vec<usize>, Vec<T>)> {
        let (filters, inner) = (weight.shape()[0], weight.shape()[1]);
        let bias = bias.map_or_else(|| Ok(vec![T::default(); filters]), T::read)?;
        ensure!(bias.len() == filters, "expected a bias for each of {filters} filters, got {}", bias.len());
        let places: usize = output.iter().product();
        let shape = [&[batch, filters], output].concat();
        let mut output = vec![T::default(); count(&shape)?];
        let weights = T::read(weight)?;
        let own = filters / self.group;
        let mut met = vec![];
        for block in 0..batch * self.group {
            let (example, group) = (block / self.group, block % self.group);
            for place in 0..places {
                met.clear();
                patch(example, group * inner..(group + 1) * inner, place, &mut met);
                for filter in group * own..(group + 1) * own {
                    let row = &weights[filter * met.len()..(filter + 1) * met.len()];
                    output[(example * filters + filter) * places + place] = dot(row, &met) + bias[filter];
                }
            }
        }
        Ok((shape, output))
    }
}
