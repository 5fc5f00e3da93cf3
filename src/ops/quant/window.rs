//! Where the windows of a convolution lie.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use crate::eager::node::Node;

/// How a window moves, from the attributes.
pub(crate) struct Attributes {
    pub(crate) auto: String,
    pub(crate) strides: Option<Vec<i64>>,
    pub(crate) dilations: Option<Vec<i64>>,
    pub(crate) pads: Option<Vec<i64>>,
    pub(crate) group: usize,
}

/// One spatial axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub(crate) input: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) dilation: usize,
    pub(crate) before: usize,
    pub(crate) output: usize,
}

impl Axis {
    /// A single place.
    pub(crate) const ONE: Axis = Axis { input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, output: 1 };
}

impl Attributes {
    pub(crate) fn of(node: &Node) -> TractResult<Attributes> {
        let auto = node.text("auto_pad", "NOTSET")?;
        ensure!(
            ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(&auto.as_str()),
            "auto_pad {auto:?} is unknown"
        );
        let group = usize::try_from(node.int("group", 1)).ok().filter(|&group| group > 0);
        let group = group.ok_or_else(|| format_err!("group is not positive"))?;
        let [strides, dilations, pads] = ["strides", "dilations", "pads"].map(|name| node.ints(name));
        Ok(Attributes { auto, strides, dilations, pads, group })
    }

    /// # Errors
    /// Where the attributes or the sizes don't fit.
    pub(crate) fn axes(&self, sizes: &[usize], kernel: &[usize]) -> TractResult<Vec<Axis>> {
        let positive = |values: &Option<Vec<i64>>, axis: usize, name: &str| {
            let value = values.as_ref().map_or(Some(1), |values| values.get(axis).copied());
            let value = value.and_then(|value| usize::try_from(value).ok()).filter(|&value| value > 0);
            value.ok_or_else(|| format_err!("{name}: expected {} positive numbers", sizes.len()))
        };
        let pad = |place: usize| match &self.pads {
            None => Ok(0),
            Some(pads) => {
                let pad = pads.get(place).and_then(|&pad| usize::try_from(pad).ok());
                pad.filter(|&pad| pad < 1 << 20)
                    .ok_or_else(|| format_err!("pads: expected {} numbers from 0 on", 2 * sizes.len()))
            }
        };
        let axis = |axis: usize| {
            let (input, size) = (sizes[axis], kernel[axis]);
            let stride = positive(&self.strides, axis, "strides")?;
            let dilation = positive(&self.dilations, axis, "dilations")?;
            ensure!(size > 0, "the window is empty");
            let reach = (size - 1).checked_mul(dilation).and_then(|reach| reach.checked_add(1));
            let reach = reach.ok_or_else(|| format_err!("the window is too large"))?;
            let (before, after) = match self.auto.as_str() {
                "NOTSET" => (pad(axis)?, pad(axis + sizes.len())?),
                "VALID" => (0, 0),
                auto => {
                    let total = (input.div_ceil(stride).saturating_sub(1) * stride + reach).saturating_sub(input);
                    if auto == "SAME_UPPER" { (total / 2, total - total / 2) } else { (total - total / 2, total / 2) }
                }
            };
            let padded = input + before + after;
            ensure!(padded >= reach, "the window of {reach} is larger than the input of {padded}");
            // Of a window of one place, no distance says anything.
            let dilation = if size == 1 { 1 } else { dilation };
            Ok(Axis { input, kernel: size, stride, dilation, before, output: (padded - reach) / stride + 1 })
        };
        (0..sizes.len()).map(axis).collect()
    }
}
