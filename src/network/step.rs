//! What a network does, one kernel after the other.

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{TypedOp, format_err};

use super::memory::{Memory, Others, Place};
use super::rows::Rows;
use super::scan::Scan;
use super::whole::{Scaling, Whole};
use crate::import::closed::release;
use onnxlet_kernels::activation::{self, Activation};
use onnxlet_kernels::axis::Axis;
use onnxlet_kernels::conv::{self, Packed};
use onnxlet_kernels::copy::{self, Beyond, copy};
use onnxlet_kernels::depthwise::{self, Filters};
use onnxlet_kernels::pool::{self, Pool};
use onnxlet_kernels::reduce::{self, Reducer};
use onnxlet_kernels::tile::Run;
use onnxlet_kernels::window::Windows;
use onnxlet_kernels::zip::{self, Binary};

/// A kernel on parts of memory.
pub(super) struct Step {
    pub(super) work: Work,
    pub(super) output: Place,
    /// What the output is filled with first, where the kernel does not write all of it.
    pub(super) fill: Option<f32>,
}

/// Images, one after the other: how many, and the elements from one to the next in the input and in the output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Images {
    pub(super) count: usize,
    pub(super) strides: [usize; 2],
}

pub(super) enum Work {
    /// Convolutions and products with constant weights.
    Convolve(Box<Convolve>),
    Depthwise(Box<Depthwise>),
    Pool {
        input: Place,
        images: Images,
        windows: Windows,
        taps: Box<[usize]>,
        channels: usize,
        kind: Pool,
    },
    /// Products of two values: matrices `[m, k]` with `[k, n]`, `count` of them.
    Product(Box<Product>),
    Map {
        input: Place,
        function: Activation,
    },
    Zip {
        inputs: [Place; 2],
        function: Binary,
        axes: Box<[Axis]>,
    },
    Reduce {
        input: Place,
        reducer: Reducer,
        sizes: [usize; 3],
    },
    Softmax {
        input: Place,
        size: usize,
    },
    /// Copies of parts, each from a place in the input to one in the output.
    Copy {
        parts: Box<[Part]>,
    },
    /// `[outer, size, inner]` with places before and behind the middle axis that are like some of it.
    Mirror {
        input: Place,
        beyond: Beyond,
        sizes: [usize; 3],
        pads: [usize; 2],
    },
    /// Bytes, less their zero point.
    Whole(Box<Whole>),
    /// An operator of tract's.
    Foreign(Box<Foreign>),
    /// Rows of a table.
    Rows(Rows),
    /// A network, run over and over.
    Scan(Box<Scan>),
}

pub(super) struct Convolve {
    pub(super) input: Place,
    pub(super) images: Images,
    pub(super) windows: Windows,
    pub(super) runs: Box<[Run]>,
    /// One for each group: its weights, and its first elements in the window and in the output.
    pub(super) groups: Box<[Group]>,
    pub(super) residual: Option<Place>,
    /// Where the sums are of whole numbers.
    pub(super) scaling: Option<Scaling>,
    pub(super) activation: Activation,
}

pub(super) struct Group {
    /// One that is the same as another's is that.
    pub(super) packed: Arc<Packed>,
    pub(super) starts: [usize; 2],
}

pub(super) struct Depthwise {
    pub(super) input: Place,
    pub(super) images: Images,
    pub(super) windows: Windows,
    pub(super) taps: Box<[usize]>,
    pub(super) filters: Filters,
    /// Where the sums are of whole numbers.
    pub(super) scaling: Option<Scaling>,
    pub(super) activation: Activation,
}

pub(super) struct Product {
    pub(super) inputs: [Place; 2],
    pub(super) count: usize,
    /// m, k, n.
    pub(super) sizes: [usize; 3],
}

pub(super) struct Part {
    pub(super) input: Place,
    pub(super) axes: Box<[Axis]>,
    /// The first elements.
    pub(super) starts: [usize; 2],
}

pub(super) struct Foreign {
    pub(super) op: Box<dyn TypedOp>,
    pub(super) node: usize,
    pub(super) inputs: Box<[Source]>,
    pub(super) outputs: Box<[Target]>,
}

/// Where an operator of tract's has an input from.
pub(super) enum Source {
    Buffer { place: Place, shape: Box<[usize]> },
    Slot(usize),
    Constant(Arc<Tensor>),
}

/// Where an output of it goes.
pub(super) enum Target {
    Buffer { place: Place, shape: Box<[usize]> },
    Slot(usize),
    Nowhere,
}

impl Step {
    /// Tells of each place that it reads or writes.
    pub(super) fn places(&self, mut tell: impl FnMut(&Place)) {
        tell(&self.output);
        match &self.work {
            Work::Convolve(work) => {
                tell(&work.input);
                work.residual.iter().for_each(&mut tell);
                work.scaling.iter().for_each(|scaling| scaling.places(&mut tell));
            }
            Work::Depthwise(work) => {
                tell(&work.input);
                work.scaling.iter().for_each(|scaling| scaling.places(&mut tell));
            }
            Work::Whole(work) => work.places(tell),
            Work::Product(work) => work.inputs.iter().for_each(tell),
            Work::Zip { inputs, .. } => inputs.iter().for_each(tell),
            Work::Copy { parts } => parts.iter().for_each(|part| tell(&part.input)),
            Work::Pool { input, .. } | Work::Map { input, .. } | Work::Reduce { input, .. } => tell(input),
            Work::Softmax { input, .. } | Work::Mirror { input, .. } => tell(input),
            Work::Rows(_) => {}
            Work::Scan(work) => work.places(tell),
            Work::Foreign(work) => {
                for source in &work.inputs {
                    if let Source::Buffer { place, .. } = source {
                        tell(place);
                    }
                }
                for target in &work.outputs {
                    if let Target::Buffer { place, .. } = target {
                        tell(place);
                    }
                }
            }
        }
    }

    pub(super) fn run(&self, memory: &mut Memory<'_>, slots: &mut [Option<TValue>]) -> TractResult<()> {
        match &self.work {
            Work::Foreign(work) => return work.run(memory, slots),
            Work::Rows(work) => return work.run(&self.output, memory, slots),
            Work::Scan(work) => return work.run(memory),
            Work::Whole(work) => {
                work.run(&self.output, memory);
                return Ok(());
            }
            _ => {}
        }
        let (output, others) = memory.output(&self.output);
        if let Some(value) = self.fill {
            output.fill(value);
        }
        match &self.work {
            Work::Convolve(work) => work.run(&others, output),
            Work::Depthwise(work) => work.run(&others, output),
            Work::Pool { input, images, windows, taps, channels, kind } => {
                images.each(others.input(input), output, |input, output| {
                    pool::pool(*kind, input, windows, taps, *channels, output);
                });
            }
            Work::Product(work) => work.run(work.inputs.each_ref().map(|place| others.input(place)), output),
            Work::Map { input, function } => activation::map(*function, others.input(input), output),
            Work::Zip { inputs, function, axes } => {
                zip::zip(*function, inputs.each_ref().map(|place| others.input(place)), axes, output);
            }
            Work::Reduce { input, reducer, sizes } => reduce::reduce(*reducer, others.input(input), *sizes, output),
            Work::Softmax { input, size } => reduce::softmax(others.input(input), *size, output),
            Work::Mirror { input, beyond, sizes, pads } => {
                copy::mirror(*beyond, others.input(input), *sizes, *pads, output);
            }
            Work::Copy { parts } => {
                for Part { input, axes, starts } in parts {
                    copy(&others.input(input)[starts[0]..], axes, &mut output[starts[1]..]);
                }
            }
            Work::Whole(_) | Work::Foreign(_) | Work::Rows(_) | Work::Scan(_) => {}
        }
        Ok(())
    }
}

impl Images {
    fn each(self, input: &[f32], output: &mut [f32], mut work: impl FnMut(&[f32], &mut [f32])) {
        for image in 0..self.count {
            work(&input[image * self.strides[0]..], &mut output[image * self.strides[1]..]);
        }
    }
}

impl Convolve {
    /// A product of rows that lie one behind the other, `output` of them in two axes, with one matrix.
    pub(super) fn product(input: Place, [height, width]: [usize; 2], depth: usize, packed: Packed) -> Convolve {
        let count = packed.columns();
        Convolve {
            input,
            images: Images { count: 1, strides: [0, 0] },
            windows: Windows {
                output: [height, width],
                stride: [width * depth, depth],
                pitch: [width * count, count],
                start: 0,
            },
            runs: Box::new([Run { at: 0, length: depth }]),
            groups: Box::new([Group { packed: packed.into(), starts: [0, 0] }]),
            residual: None,
            scaling: None,
            activation: Activation::None,
        }
    }

    /// Elements of a window.
    #[cfg(feature = "profile")]
    pub(super) fn depth(&self) -> usize {
        self.runs.iter().map(|run| run.length).sum()
    }

    /// Columns of all groups.
    #[cfg(feature = "profile")]
    pub(super) fn columns(&self) -> usize {
        self.groups.iter().map(|group| group.packed.columns()).sum()
    }

    fn run(&self, others: &Others<'_>, output: &mut [f32]) {
        let (input, residual) = (others.input(&self.input), self.residual.as_ref().map(|place| others.input(place)));
        let scaled = self.scaling.as_ref().map(|scaling| scaling.read(others));
        for image in 0..self.images.count {
            for Group { packed, starts } in &self.groups {
                let [from, to] = [0, 1].map(|side| image * self.images.strides[side] + starts[side]);
                let residual = residual.map(|residual| &residual[to..]);
                let task = conv::Task {
                    input: &input[from..],
                    windows: self.windows,
                    runs: &self.runs,
                    residual,
                    scaled: scaled.map(|scaled| scaled.from(starts[1])),
                    activation: self.activation,
                };
                conv::convolve(&task, packed, &mut output[to..]);
            }
        }
    }
}

impl Depthwise {
    fn run(&self, others: &Others<'_>, output: &mut [f32]) {
        let scaled = self.scaling.as_ref().map(|scaling| scaling.read(others));
        self.images.each(others.input(&self.input), output, |input, output| {
            let (windows, taps, activation) = (self.windows, &*self.taps, self.activation);
            depthwise::convolve(&depthwise::Task { input, windows, taps, scaled, activation }, &self.filters, output);
        });
    }
}

impl Product {
    fn run(&self, [left, right]: [&[f32]; 2], output: &mut [f32]) {
        let [m, k, n] = self.sizes;
        let windows = Windows { output: [1, m], stride: [0, k], pitch: [0, n], start: 0 };
        for index in 0..self.count {
            let packed = Packed::of_matrix(&right[index * k * n..], [k, n]);
            let task = conv::Task {
                input: &left[index * m * k..],
                windows,
                runs: &[Run { at: 0, length: k }],
                residual: None,
                scaled: None,
                activation: Activation::None,
            };
            conv::convolve(&task, &packed, &mut output[index * m * n..]);
        }
    }
}

impl Foreign {
    fn run(&self, memory: &mut Memory<'_>, slots: &mut [Option<TValue>]) -> TractResult<()> {
        let input = |source: &Source| match source {
            Source::Buffer { place, shape } => Ok(Tensor::from_shape(shape, memory.input(place))?.into_tvalue()),
            Source::Constant(tensor) => Ok(tensor.clone().into_tvalue()),
            Source::Slot(slot) => slots[*slot].clone().ok_or_else(|| format_err!("a value is missing")),
        };
        let inputs = self.inputs.iter().map(input).collect::<TractResult<TVec<TValue>>>()?;
        let outputs = memory.surroundings.eval(&*self.op, self.node, inputs);
        release(&*self.op, self.node);
        for (target, value) in self.outputs.iter().zip(outputs?) {
            match target {
                Target::Buffer { place, shape } => {
                    // Some operators leave axes of which all places are the same at one.
                    let value =
                        if value.shape() == &**shape { value } else { value.broadcast_to_shape(shape)?.into_tvalue() };
                    memory.output(place).0.copy_from_slice(value.try_as_plain_ram()?.as_slice::<f32>()?);
                }
                Target::Slot(slot) => slots[*slot] = Some(value),
                Target::Nowhere => {}
            }
        }
        Ok(())
    }
}
