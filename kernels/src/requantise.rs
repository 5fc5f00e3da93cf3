//! Whole numbers in float32: bytes less their zero point. A sum of products below 2^24 is exact, in whatever order, and whether or
//! not multiply and add are one; so bytes take the same kernels as floats, and what follows a sum makes bytes of it again.
#![allow(unsafe_code)]

use super::activation::Activation;
use super::axis::Axis;
use super::fours::each;
use super::simd::F32x4;
use super::zip::rows;

/// What becomes of sums of whole numbers before they are stored: they are multiplied, column by column, then added to, then
/// come the activation and the table.
#[derive(Clone, Copy)]
pub struct Scaled<'a> {
    /// One for all columns, or one each.
    pub factors: &'a [f32],
    /// None, one for all columns, or one each.
    pub offsets: &'a [f32],
    pub table: Option<Table<'a>>,
}

/// A function of 256 whole numbers in a row.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    pub values: &'a [f32; 256],
    /// The number whose value is the first.
    pub first: f32,
}

impl Table<'_> {
    /// Added to a whole number from 0 on, it leaves that in the lowest bits.
    const SHIFT: f32 = (1u32 << 23) as f32;

    /// Four numbers' places in the table, in the lowest eight bits.
    #[inline(always)]
    fn places(&self, x: F32x4) -> F32x4 {
        x.add(F32x4::splat(Self::SHIFT - self.first))
    }

    /// Writes the values of rows of places in it. Not inlined, for these to be in memory: from vector to vector, each would go
    /// through a register.
    ///
    /// # Panics
    /// When a place in the output is outside of it.
    #[inline(never)]
    fn put<const R: usize, const V: usize>(
        &self,
        rows: &[[F32x4; V]; R],
        width: usize,
        places: [usize; R],
        output: &mut [f32],
    ) {
        for (row, place) in rows.iter().zip(places) {
            let row = row.as_ptr().cast::<u32>();
            for (lane, output) in output[place..place + width].iter_mut().take(4 * V).enumerate() {
                // SAFETY: so many vectors have four elements each, of as many bits.
                let bits = unsafe { row.add(lane).read() };
                *output = self.values[(bits & 255) as usize];
            }
        }
    }
}

impl<'a> Scaled<'a> {
    /// Of the columns from one on.
    pub fn from(self, column: usize) -> Scaled<'a> {
        let rest = |numbers: &'a [f32]| if numbers.len() > 1 { &numbers[column..] } else { numbers };
        Scaled { factors: rest(self.factors), offsets: rest(self.offsets), table: self.table }
    }

    /// Whether there are numbers for so many columns.
    pub(crate) fn fits(&self, columns: usize) -> bool {
        let fits = |numbers: &[f32]| numbers.len() == 1 || numbers.len() >= columns;
        fits(self.factors) && (self.offsets.is_empty() || fits(self.offsets))
    }

    /// Writes what becomes of rows of sums, of four columns each from `column` on: `width` of a row at each place.
    ///
    /// # Panics
    /// When a place is outside of `output`.
    #[inline(always)]
    pub(crate) fn store<const R: usize, const V: usize>(
        &self,
        sums: [[F32x4; V]; R],
        (column, width): (usize, usize),
        activation: Activation,
        places: [usize; R],
        output: &mut [f32],
    ) {
        let factors: [F32x4; V] = std::array::from_fn(|part| four(self.factors, column + 4 * part));
        let (Activation::Round { low, high }, []) = (activation, self.offsets) else {
            let offsets: [F32x4; V] = std::array::from_fn(|part| four(self.offsets, column + 4 * part));
            let finish = |part: usize, sum: F32x4| activation.of(sum.mul(factors[part]).add(offsets[part]));
            return self.write(mapped(sums, finish), width, places, output);
        };
        let (low, high) = (F32x4::splat(low), F32x4::splat(high));
        let round = |part: usize, sum: F32x4| sum.mul(factors[part]).nearest().at_least(low).at_most(high);
        self.write(mapped(sums, round), width, places, output);
    }

    #[inline(always)]
    fn write<const R: usize, const V: usize>(
        &self,
        made: [[F32x4; V]; R],
        width: usize,
        places: [usize; R],
        output: &mut [f32],
    ) {
        if let Some(table) = &self.table {
            table.put(&mapped(made, |_, x| table.places(x)), width, places, output);
        } else if width < 4 * V {
            // Of a copy an address may be taken: what was made is to stay in registers.
            narrow(&mapped(made, |_, x| x), width, places, output);
        } else {
            for row in 0..R {
                let output = output[places[row]..][..4 * V].as_mut_ptr();
                // SAFETY: there are so many.
                made[row].into_iter().enumerate().for_each(|(part, made)| unsafe { made.store(output.add(4 * part)) });
            }
        }
    }
}

#[inline(always)]
fn mapped<const R: usize, const V: usize>(
    rows: [[F32x4; V]; R],
    function: impl Fn(usize, F32x4) -> F32x4,
) -> [[F32x4; V]; R] {
    std::array::from_fn(|row| std::array::from_fn(|part| function(part, rows[row][part])))
}

/// Writes fewer columns than there are.
#[inline(never)]
fn narrow<const R: usize, const V: usize>(
    made: &[[F32x4; V]; R],
    width: usize,
    places: [usize; R],
    output: &mut [f32],
) {
    for (row, place) in made.iter().zip(places) {
        let lanes = row.iter().flat_map(|four| four.to_array());
        output[place..place + width].iter_mut().zip(lanes).for_each(|(output, made)| *output = made);
    }
}

/// Four numbers, or those that are left; one of one; zeros of none.
#[inline(always)]
fn four(numbers: &[f32], at: usize) -> F32x4 {
    if let Some(four) = numbers.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        return F32x4::from_array(*four);
    }
    if let [one] = numbers {
        return F32x4::splat(*one);
    }
    F32x4::from_array(std::array::from_fn(|lane| numbers.get(at + lane).copied().unwrap_or(0.0)))
}

/// How numbers become bytes less a zero point: `x / divisor * factor / scale`, each rounded, to the nearest whole number between two
/// limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantise {
    pub divisor: f32,
    pub factor: f32,
    pub scale: f32,
    pub low: f32,
    pub high: f32,
    /// What becomes of what is not a number.
    pub nan: f32,
}

/// Writes each number's byte.
///
/// # Panics
/// When the lengths differ.
pub fn quantise(how: Quantise, input: &[f32], output: &mut [f32]) {
    let [divisor, factor, scale] = [how.divisor, how.factor, how.scale].map(F32x4::splat);
    let [low, high, above, nan] = [how.low, how.high, how.high + 1.0, how.nan].map(F32x4::splat);
    let round = |x: F32x4| {
        let x = x.div(scale).nearest().at_least(low).at_most(high);
        x.choose(above, x, nan)
    };
    if how.divisor == 1.0 && how.factor == 1.0 {
        each(input, output, round);
    } else {
        each(input, output, |x| round(x.div(divisor).mul(factor)));
    }
}

/// The scale and zero point with which bytes without a sign reach as far as the numbers do, and hold 0.
pub fn range(input: &[f32]) -> [f32; 2] {
    let (mut least, mut largest) = (F32x4::splat(0.0), F32x4::splat(0.0));
    let (fours, rest) = input.as_chunks::<4>();
    for four in fours {
        let four = F32x4::from_array(*four);
        (least, largest) = (least.at_most(four), largest.at_least(four));
    }
    let least = least.to_array().iter().chain(rest).copied().fold(0.0, f32::min);
    let largest = largest.to_array().iter().chain(rest).copied().fold(0.0, f32::max);
    let scale = if largest == least { 1.0 / 255.0 } else { (largest - least) / 255.0 };
    [scale, (0.0 - least / scale).clamp(0.0, 255.0).round_ties_even()]
}

/// Functions of two bytes, each less its zero point. What they do is rounded at each operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pairwise {
    /// (a x + b y) / scale.
    Sum { factors: [f32; 2], scale: f32 },
    /// (a x) (b y) / scale.
    Product { factors: [f32; 2], scale: f32 },
    /// a x + b y + zero, of which zero is taken again once it is rounded.
    SumFrom { factors: [f32; 2], zero: f32 },
    /// x y a + zero, likewise.
    ProductFrom { factor: f32, zero: f32 },
}

/// Writes the function of each pair, as [`zip`](super::zip::zip) does, to the nearest whole number between two limits.
///
/// # Panics
/// When the axes lead outside of a slice.
pub fn pairwise(function: Pairwise, limits: [f32; 2], inputs: [&[f32]; 2], axes: &[Axis], output: &mut [f32]) {
    let [low, high] = limits.map(F32x4::splat);
    let round = |x: F32x4| x.nearest().at_least(low).at_most(high);
    match function {
        Pairwise::Sum { factors, scale } => {
            let ([a, b], scale) = (factors.map(F32x4::splat), F32x4::splat(scale));
            rows(inputs, axes, output, |x, y| round(x.mul(a).add(y.mul(b)).div(scale)));
        }
        Pairwise::Product { factors, scale } => {
            let ([a, b], scale) = (factors.map(F32x4::splat), F32x4::splat(scale));
            rows(inputs, axes, output, |x, y| round(x.mul(a).mul(y.mul(b)).div(scale)));
        }
        Pairwise::SumFrom { factors, zero } => {
            let ([a, b], zero) = (factors.map(F32x4::splat), F32x4::splat(zero));
            let clip = |x: F32x4| x.nearest().sub(zero).at_least(low).at_most(high);
            rows(inputs, axes, output, |x, y| clip(x.mul(a).add(y.mul(b)).add(zero)));
        }
        Pairwise::ProductFrom { factor, zero } => {
            let (factor, zero) = (F32x4::splat(factor), F32x4::splat(zero));
            let clip = |x: F32x4| x.nearest().sub(zero).at_least(low).at_most(high);
            rows(inputs, axes, output, |x, y| clip(x.mul(y).mul(factor).add(zero)));
        }
    }
}

/// Writes the table's value of each whole number.
///
/// # Panics
/// When the lengths differ.
pub fn look_up(table: Table<'_>, input: &[f32], output: &mut [f32]) {
    assert_eq!(input.len(), output.len(), "lengths");
    let shift = Table::SHIFT - table.first;
    for (x, output) in input.iter().zip(output) {
        *output = table.values[((x + shift).to_bits() & 255) as usize];
    }
}
