//! What each step of a network takes: for `cargo xtask profile`.

use serde::Serialize;
use tract_onnx::prelude::*;

use super::Network;
use super::step::{Images, Step, Work};
use onnxlet_kernels::axis::Axis;

/// A step, and how long it took.
#[derive(Debug, Serialize)]
pub struct Line {
    /// The kernel, or tract's operator.
    pub kind: String,
    /// Its sizes.
    pub sizes: String,
    /// Multiplications and additions of convolutions and products.
    pub operations: usize,
    /// As `now` counts.
    pub time: f64,
}

impl Network {
    /// Runs once on inputs of the model's sizes and types. `now` tells the time.
    ///
    /// # Errors
    /// As [`Network::run`].
    pub(crate) fn profile(&self, inputs: &[TValue], now: &dyn Fn() -> f64) -> TractResult<Vec<Line>> {
        let mut lines = vec![];
        let mut since = now();
        self.run_watched(inputs, 1, |step| {
            let until = now();
            let (kind, sizes) = step.about();
            lines.push(Line { kind, sizes, operations: step.operations(), time: until - since });
            since = now();
        })?;
        Ok(lines)
    }
}

impl Step {
    fn about(&self) -> (String, String) {
        let over = |count: usize| if count == 1 { String::new() } else { format!("{count} × ") };
        match &self.work {
            Work::Convolve(work) => {
                let (depth, columns) = (work.depth(), work.columns());
                let kind = if work.runs.len() == 1 { "product" } else { "convolution" };
                let [height, width] = work.windows.output;
                (kind.into(), format!("{}{height}×{width} windows of {depth} → {columns}", over(work.images.count)))
            }
            Work::Depthwise(work) => {
                let [height, width] = work.windows.output;
                let (taps, channels) = (work.taps.len(), work.filters.bias.len());
                (
                    "depthwise".into(),
                    format!("{}{height}×{width} windows of {taps}, {channels} channels", over(work.images.count)),
                )
            }
            Work::Pool { images: Images { count, .. }, windows, taps, channels, .. } => {
                let [height, width] = windows.output;
                (
                    "pool".into(),
                    format!("{}{height}×{width} windows of {}, {channels} channels", over(*count), taps.len()),
                )
            }
            Work::Product(work) => {
                let [m, k, n] = work.sizes;
                ("product of two".into(), format!("{}{m}×{k} with {k}×{n}", over(work.count)))
            }
            Work::Map { input, function } => ("map".into(), format!("{function:?}: {}", input.length)),
            Work::Zip { function, axes, .. } => ("zip".into(), format!("{function:?}: {}", sizes(axes))),
            Work::Reduce { reducer, sizes: [outer, size, inner], .. } => {
                ("reduce".into(), format!("{reducer:?}: {outer}×{size}×{inner}"))
            }
            Work::Softmax { input, size } => ("softmax".into(), format!("{} of {size}", input.length / size.max(&1))),
            Work::Copy { parts } => {
                ("copy".into(), parts.iter().map(|part| sizes(&part.axes)).collect::<Vec<_>>().join(", "))
            }
            Work::Mirror { sizes: [outer, size, inner], pads: [before, after], .. } => {
                ("copy".into(), format!("{outer}×({before} + {size} + {after})×{inner}"))
            }
            Work::Whole(_) => ("whole numbers".into(), format!("{}", self.output.length)),
            Work::Foreign(work) => (format!("tract's {}", work.op.name()), String::new()),
            Work::Rows(work) => ("rows".into(), format!("of {}", work.width)),
            Work::Scan(work) => ("scan".into(), format!("{} runs of {} steps", work.count, work.body.steps.len())),
        }
    }

    fn operations(&self) -> usize {
        match &self.work {
            Work::Convolve(work) => 2 * work.images.count * work.windows.count() * work.depth() * work.columns(),
            Work::Depthwise(work) => {
                2 * work.images.count * work.windows.count() * work.taps.len() * work.filters.bias.len()
            }
            Work::Product(work) => 2 * work.count * work.sizes.iter().product::<usize>(),
            Work::Scan(work) => work.count * work.body.steps.iter().map(Step::operations).sum::<usize>(),
            _ => 0,
        }
    }
}

fn sizes(axes: &[Axis]) -> String {
    axes.iter().map(|axis| axis.size.to_string()).collect::<Vec<_>>().join("×")
}
