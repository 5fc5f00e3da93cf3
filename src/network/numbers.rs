//! The sizes and places in a network's steps, one after the other: what changes where a length is open.

use super::memory::Place;
use super::step::{Convolve, Depthwise, Foreign, Group, Images, Part, Product, Source, Step, Target, Work};
use super::{Input, Network, Output};
use onnxlet_kernels::axis::Axis;
use onnxlet_kernels::tile::Run;
use onnxlet_kernels::window::Windows;

/// What has sizes or places.
pub(super) trait Numbers {
    /// Tells of each, always in the same order.
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize));
}

impl Numbers for usize {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        tell(self);
    }
}

impl<T: Numbers> Numbers for [T] {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.iter_mut().for_each(|each| each.numbers(tell));
    }
}

impl Numbers for Network {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.steps.numbers(tell);
        self.inputs.numbers(tell);
        self.outputs.numbers(tell);
        self.lengths.numbers(tell);
    }
}

impl Numbers for Input {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        if let Input::Buffer(place) = self {
            place.numbers(tell);
        }
    }
}

impl Numbers for Output {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        if let Output::Buffer { place, shape } = self {
            place.numbers(tell);
            shape.numbers(tell);
        }
    }
}

impl Numbers for Place {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        tell(&mut self.length);
    }
}

impl Numbers for Images {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        tell(&mut self.count);
        self.strides.numbers(tell);
    }
}

impl Numbers for Windows {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.output.numbers(tell);
        self.stride.numbers(tell);
        self.pitch.numbers(tell);
        tell(&mut self.start);
    }
}

impl Numbers for Run {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        tell(&mut self.at);
        tell(&mut self.length);
    }
}

impl Numbers for Axis {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        tell(&mut self.size);
        self.strides.numbers(tell);
    }
}

impl Numbers for Group {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.starts.numbers(tell);
    }
}

impl Numbers for Part {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.input.numbers(tell);
        self.axes.numbers(tell);
        self.starts.numbers(tell);
    }
}

impl Numbers for Step {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.output.numbers(tell);
        match &mut self.work {
            Work::Convolve(work) => work.numbers(tell),
            Work::Depthwise(work) => work.numbers(tell),
            Work::Pool { input, images, windows, taps, channels, .. } => {
                input.numbers(tell);
                images.numbers(tell);
                windows.numbers(tell);
                taps.numbers(tell);
                tell(channels);
            }
            Work::Product(work) => work.numbers(tell),
            Work::Map { input, .. } => input.numbers(tell),
            Work::Zip { inputs, axes, .. } => {
                inputs.numbers(tell);
                axes.numbers(tell);
            }
            Work::Reduce { input, sizes, .. } => {
                input.numbers(tell);
                sizes.numbers(tell);
            }
            Work::Softmax { input, size } => {
                input.numbers(tell);
                tell(size);
            }
            Work::Copy { parts } => parts.numbers(tell),
            Work::Mirror { input, sizes, pads, .. } => {
                input.numbers(tell);
                sizes.numbers(tell);
                pads.numbers(tell);
            }
            // No network of bytes has open lengths.
            Work::Whole(_) => {}
            Work::Foreign(work) => work.numbers(tell),
            // How many rows it picks is not said in it.
            Work::Rows(_) => {}
            Work::Scan(work) => work.numbers(tell),
        }
    }
}

impl Numbers for Convolve {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.input.numbers(tell);
        self.images.numbers(tell);
        self.windows.numbers(tell);
        self.runs.numbers(tell);
        self.groups.numbers(tell);
        self.residual.iter_mut().for_each(|place| place.numbers(tell));
    }
}

impl Numbers for Depthwise {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.input.numbers(tell);
        self.images.numbers(tell);
        self.windows.numbers(tell);
        self.taps.numbers(tell);
    }
}

impl Numbers for Product {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        self.inputs.numbers(tell);
        tell(&mut self.count);
        self.sizes.numbers(tell);
    }
}

impl Numbers for Foreign {
    fn numbers(&mut self, tell: &mut dyn FnMut(&mut usize)) {
        for source in &mut self.inputs {
            if let Source::Buffer { place, shape } = source {
                place.numbers(tell);
                shape.numbers(tell);
            }
        }
        for target in &mut self.outputs {
            if let Target::Buffer { place, shape } = target {
                place.numbers(tell);
                shape.numbers(tell);
            }
        }
    }
}
