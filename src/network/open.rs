//! Networks with open lengths.
//!
//! The sizes and places in a network's steps are whole polynomials of the lengths that its model leaves open: so many tokens,
//! their square. They are found by looking at the network at three neighbouring lengths of each, and hold where they also say
//! what it is at others. What isn't such a polynomial, like the rounded half of a length, isn't for here.
//!
//! A run writes the numbers for its lengths into the steps, if they aren't there from the run before. The weights don't care.

use std::mem::{Discriminant, discriminant};
use std::sync::{Mutex, PoisonError};

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::scan::Scan;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::lower::{Weights, lower};
use super::memory::Home;
use super::numbers::Numbers;
use super::step::{Step, Work};
use super::{Network, is_for_us};
use crate::import::closed::Surroundings;
use crate::ops::guard::MOST_BYTES;
use onnxlet_kernels::activation::Activation;

/// Lengths at which a polynomial of the second degree is found.
const POINTS: usize = 3;

/// The least length of each symbol at which the network is looked at. None is a size that models often have, so that none is
/// taken for one of them.
const FIRST: [i64; 2] = [37, 53];

/// As far behind the first ones, the network must be what the polynomials say.
const PROBES: [[i64; 2]; 3] = [[3, 0], [40, 97], [0, 11]];

/// A network whose inputs may have different lengths.
pub(crate) struct OpenNetwork {
    symbols: Box<[Symbol]>,
    /// Of the inputs.
    shapes: Box<[Box<[TDim]>]>,
    /// The numbers that change: which of all they are.
    indices: Box<[u32]>,
    /// For each of them the polynomial's coefficients, on products of binomials.
    terms: Box<[i64]>,
    current: Mutex<Current>,
}

/// The network with the numbers for some lengths.
struct Current {
    lengths: Vec<i64>,
    network: Network,
}

impl OpenNetwork {
    /// The network, or nothing where it isn't one of open lengths that are sizes of the inputs, its numbers aren't polynomials of
    /// them, or nothing is there for our kernels to do. `model` must be decluttered.
    ///
    /// # Errors
    /// tract's.
    pub(crate) fn new(model: &TypedModel) -> TractResult<Option<OpenNetwork>> {
        let shapes = model
            .input_outlets()?
            .iter()
            .map(|outlet| Ok(model.outlet_fact(*outlet)?.shape.iter().cloned().collect()))
            .collect::<TractResult<Box<[Box<[TDim]>]>>>()?;
        let symbols = symbols(&shapes);
        if symbols.is_empty() || symbols.len() > FIRST.len() || !is_for_us(model) || !is_made_of(model, &symbols) {
            return Ok(None);
        }
        let at = |lengths: &[i64], weights| lower(model, &bound(&symbols, lengths), weights);
        let look = |lengths: &[i64]| TractResult::Ok(at(lengths, Weights::LeftOut)?.map(Sketch::of));
        let mut sketches = vec![];
        for point in 0..POINTS.pow(symbols.len() as u32) {
            let lengths: Vec<i64> =
                (0..symbols.len()).map(|symbol| FIRST[symbol] + digit(point, symbol) as i64).collect();
            let Some(sketch) = look(&lengths)? else { return Ok(None) };
            sketches.push(sketch);
        }
        let Some(polynomials) = polynomials(&sketches) else { return Ok(None) };
        for probe in PROBES {
            let lengths: Vec<i64> = (0..symbols.len()).map(|symbol| FIRST[symbol] + probe[symbol]).collect();
            let says = |number: &[i64]| value(number, &lengths);
            let Some(sketch) = look(&lengths)? else { return Ok(None) };
            let same = sketch.kinds == sketches[0].kinds && sketch.numbers.len() == polynomials.len();
            if !same || !polynomials.iter().zip(&sketch.numbers).all(|(terms, number)| says(terms) == Some(*number)) {
                return Ok(None);
            }
        }
        let lengths = FIRST[..symbols.len()].to_vec();
        let Some(network) = at(&lengths, Weights::Packed)? else { return Ok(None) };
        let changing = || polynomials.iter().enumerate().filter(|(_, terms)| terms[1..].iter().any(|term| *term != 0));
        let indices = changing().map(|(index, _)| index as u32).collect();
        let terms = changing().flat_map(|(_, terms)| terms.iter().copied()).collect();
        Ok(Some(OpenNetwork { symbols, shapes, indices, terms, current: Mutex::new(Current { lengths, network }) }))
    }

    /// Runs on inputs of the model's types and ranks.
    ///
    /// # Errors
    /// Where the inputs' sizes don't fit each other or ask for too much memory, and those of tract's operators.
    pub(crate) fn run(&self, inputs: &[TValue]) -> TractResult<TVec<TValue>> {
        self.with_lengths_of(inputs, |network| network.run(inputs, 1))
    }

    /// As [`Network::profile`].
    ///
    /// # Errors
    /// As [`OpenNetwork::run`].
    #[cfg(feature = "profile")]
    pub(crate) fn profile(&self, inputs: &[TValue], now: &dyn Fn() -> f64) -> TractResult<Vec<super::profile::Line>> {
        self.with_lengths_of(inputs, |network| network.profile(inputs, now))
    }

    fn with_lengths_of<R>(&self, inputs: &[TValue], work: impl FnOnce(&Network) -> TractResult<R>) -> TractResult<R> {
        let lengths = self.lengths(inputs)?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.lengths != lengths {
            // Should it not work out, the next run starts anew.
            current.lengths.clear();
            self.resize(&mut current.network, &lengths)?;
            current.lengths = lengths;
        }
        work(&current.network)
    }

    /// The open lengths that the inputs have.
    fn lengths(&self, inputs: &[TValue]) -> TractResult<Vec<i64>> {
        let mut values = SymbolValues::default();
        let mut lengths = vec![];
        for symbol in &self.symbols {
            let is_it = |dim: &TDim| matches!(dim, TDim::Sym(other) if other == symbol);
            let sizes = self.shapes.iter().zip(inputs).flat_map(|(shape, input)| shape.iter().zip(input.shape()));
            let length = sizes.into_iter().find(|(dim, _)| is_it(dim)).map_or(0, |(_, size)| *size as i64);
            values.set(symbol, length);
            lengths.push(length);
        }
        for (index, (shape, input)) in self.shapes.iter().zip(inputs).enumerate() {
            let expected = shape.iter().map(|dim| dim.eval_to_i64(&values)).collect::<TractResult<Vec<i64>>>()?;
            let fits = expected.iter().copied().eq(input.shape().iter().map(|size| *size as i64));
            ensure!(
                fits,
                "input {index} has the shape {:?}, but by the others it should be {expected:?}",
                input.shape()
            );
        }
        Ok(lengths)
    }

    fn resize(&self, network: &mut Network, lengths: &[i64]) -> TractResult<()> {
        let per = POINTS.pow(self.symbols.len() as u32);
        let mut changes = self.indices.iter().zip(self.terms.chunks(per)).peekable();
        let (mut at, mut fits) = (0, true);
        network.numbers(&mut |number| {
            if let Some((_, terms)) = changes.next_if(|(index, _)| **index == at) {
                match value(terms, lengths).and_then(|value| usize::try_from(value).ok()) {
                    Some(value) => *number = value,
                    None => fits = false,
                }
            }
            at += 1;
        });
        ensure!(fits, "it can't be computed for lengths of {lengths:?}");
        settle(network, &bound(&self.symbols, lengths))
    }
}

/// Gives the buffers their new places, here and in what is run over and over.
fn settle(network: &mut Network, symbols: &SymbolValues) -> TractResult<()> {
    network.surroundings = Surroundings::of(symbols.clone());
    let bytes =
        network.lengths.iter().try_fold(0usize, |sum, length| sum.checked_add(length.checked_mul(size_of::<f32>())?));
    let Some(_) = bytes.filter(|bytes| *bytes <= MOST_BYTES) else { bail!("its values take too much memory") };
    network.place();
    for step in &mut network.steps {
        if let Work::Scan(scan) = &mut step.work {
            settle(&mut scan.body, symbols)?;
        }
    }
    Ok(())
}

/// The symbols that are sizes of inputs by themselves.
fn symbols(shapes: &[Box<[TDim]>]) -> Box<[Symbol]> {
    let mut symbols: Vec<Symbol> = vec![];
    for dim in shapes.iter().flatten() {
        if let TDim::Sym(symbol) = dim
            && !symbols.contains(symbol)
        {
            symbols.push(symbol.clone());
        }
    }
    symbols.into()
}

/// Whether every size is made of these symbols, and no value at a length that the network is looked at is too large to be counted.
fn is_made_of(model: &TypedModel, symbols: &[Symbol]) -> bool {
    let largest: Vec<i64> =
        (0..symbols.len()).map(|at| FIRST[at] + PROBES.iter().map(|probe| probe[at]).fold(0, i64::max)).collect();
    let largest = bound(symbols, &largest);
    model.nodes.iter().all(|node| {
        let bodies = node.op_as::<Scan>().is_none_or(|scan| is_made_of(&scan.body, symbols));
        bodies
            && node.outputs.iter().all(|output| {
                let sizes = output.fact.shape.iter().map(|dim| u32::try_from(dim.eval_to_i64(&largest).ok()?).ok());
                sizes.clone().try_fold(1u32, |count, size| count.checked_mul(size?)).is_some()
            })
    })
}

fn bound(symbols: &[Symbol], lengths: &[i64]) -> SymbolValues {
    let mut values = SymbolValues::default();
    symbols.iter().zip(lengths).for_each(|(symbol, length)| values.set(symbol, *length));
    values
}

/// Which of the three lengths a symbol has at a point.
fn digit(point: usize, symbol: usize) -> usize {
    point / POINTS.pow(symbol as u32) % POINTS
}

/// What a network is, without its weights.
struct Sketch {
    kinds: Vec<Kind>,
    numbers: Vec<i64>,
}

/// What must be the same for all lengths.
#[derive(PartialEq)]
enum Kind {
    Step { work: Discriminant<Work>, homes: Vec<Home>, fill: Option<u32>, activation: Option<Activation> },
    Constants(Vec<usize>),
    Numbers(usize),
}

impl Sketch {
    fn of(mut network: Network) -> Sketch {
        let mut kinds = vec![];
        describe(&network, &mut kinds);
        let mut numbers = vec![];
        network.numbers(&mut |number| numbers.push(*number as i64));
        Sketch { kinds, numbers }
    }
}

fn describe(network: &Network, kinds: &mut Vec<Kind>) {
    kinds.push(Kind::Constants(network.constants.iter().map(|constant| constant.len()).collect()));
    for step in &network.steps {
        kinds.push(kind(step));
        if let Work::Scan(scan) = &step.work {
            describe(&scan.body, kinds);
        }
    }
    kinds.push(Kind::Numbers(network.slots));
}

fn kind(step: &Step) -> Kind {
    let mut homes = vec![];
    step.places(|place| homes.push(place.home));
    let activation = match &step.work {
        Work::Convolve(work) => Some(work.activation),
        Work::Depthwise(work) => Some(work.activation),
        Work::Map { function, .. } => Some(*function),
        _ => None,
    };
    Kind::Step { work: discriminant(&step.work), homes, fill: step.fill.map(f32::to_bits), activation }
}

/// For each number its polynomial, if all the points have the same steps: the number's differences from point to point, and theirs,
/// along each symbol (Newton's interpolation).
fn polynomials(sketches: &[Sketch]) -> Option<Vec<Vec<i64>>> {
    let first = sketches.first()?;
    let same = |sketch: &Sketch| sketch.kinds == first.kinds && sketch.numbers.len() == first.numbers.len();
    if !sketches.iter().all(same) {
        return None;
    }
    let polynomial = |index: usize| {
        let mut values: Vec<i64> = sketches.iter().map(|sketch| sketch.numbers[index]).collect();
        let mut stride = 1;
        while stride < values.len() {
            for order in 1..POINTS {
                for at in (0..values.len()).rev().filter(|at| at / stride % POINTS >= order) {
                    values[at] -= values[at - stride];
                }
            }
            stride *= POINTS;
        }
        values
    };
    Some((0..first.numbers.len()).map(polynomial).collect())
}

/// A polynomial's value, or nothing where it is too large.
fn value(terms: &[i64], lengths: &[i64]) -> Option<i64> {
    let mut sum = 0i64;
    for (point, term) in terms.iter().enumerate().filter(|(_, term)| **term != 0) {
        let mut product = *term;
        for (symbol, length) in lengths.iter().enumerate() {
            let x = length - FIRST[symbol];
            product = product.checked_mul(match digit(point, symbol) {
                0 => 1,
                1 => x,
                _ => x.checked_mul(x - 1)? / 2,
            })?;
        }
        sum = sum.checked_add(product)?;
    }
    Some(sum)
}
