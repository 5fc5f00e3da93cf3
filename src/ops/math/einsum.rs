//! Einsum: sums of products, by letters.

use std::collections::BTreeMap;

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::number::{Number, rounded, same_dtype, with_number};
use super::product::in_tract;
use crate::Dtype;
use crate::eager::broadcast::count;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// From so many steps on tract's is quicker.
const MANY: usize = 1 << 15;

/// An axis's name: a letter, or a place from the end of the ellipsis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Hidden(usize),
    Letter(char),
}

/// One side's letters, with `None` for the ellipsis.
type Term = Vec<Option<char>>;

struct Equation {
    terms: Vec<Term>,
    output: Option<Term>,
}

impl Equation {
    fn parse(text: &str) -> TractResult<Equation> {
        let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let (left, right) = text.split_once("->").map_or((text.as_str(), None), |(left, right)| (left, Some(right)));
        let terms = left.split(',').map(term).collect::<TractResult<Vec<Term>>>()?;
        Ok(Equation { terms, output: right.map(term).transpose()? })
    }

    /// The result's labels where the equation leaves them to be guessed: those that occur once, in alphabetical order.
    fn implied(&self) -> Term {
        let letters = || self.terms.iter().flatten().flatten();
        let mut once: Vec<char> = letters().copied().filter(|x| letters().filter(|y| x == *y).count() == 1).collect();
        once.sort_unstable();
        let ellipsis = self.terms.iter().flatten().any(Option::is_none).then_some(None);
        ellipsis.into_iter().chain(once.into_iter().map(Some)).collect()
    }
}

fn term(text: &str) -> TractResult<Term> {
    let mut term = vec![];
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("...") {
            ensure!(!term.contains(&None), "{text:?} has two ellipses");
            term.push(None);
            rest = behind;
        } else {
            ensure!(letter.is_ascii_alphabetic(), "{text:?} is no term");
            term.push(Some(letter));
            rest = &rest[1..];
        }
    }
    Ok(term)
}

/// The labels of a tensor's axes.
fn labels(term: &Term, rank: usize) -> TractResult<Vec<Label>> {
    let letters = term.iter().flatten().count();
    let has_ellipsis = letters < term.len();
    let hidden = rank.checked_sub(letters).filter(|&hidden| has_ellipsis || hidden == 0);
    let hidden = hidden.ok_or_else(|| format_err!("{letters} letters for a tensor of rank {rank}"))?;
    let mut labels = vec![];
    for entry in term {
        match entry {
            Some(letter) => labels.push(Label::Letter(*letter)),
            None => labels.extend((0..hidden).rev().map(Label::Hidden)),
        }
    }
    Ok(labels)
}

/// Loops over labels, with the step of each tensor along each.
struct Loops {
    sizes: Vec<usize>,
    /// For each loop, a step for each input.
    steps: Vec<Vec<usize>>,
    /// So many of the loops, the first, are the result's axes.
    result: usize,
}

impl Loops {
    fn of(equation: &Equation, shapes: &[&[usize]]) -> TractResult<Loops> {
        ensure!(equation.terms.len() == shapes.len(), "{} terms for {} inputs", equation.terms.len(), shapes.len());
        let mut sizes: BTreeMap<Label, usize> = BTreeMap::new();
        let mut inputs = vec![];
        for (term, shape) in equation.terms.iter().zip(shapes) {
            let labels = labels(term, shape.len())?;
            for (&label, &size) in labels.iter().zip(*shape) {
                let known = sizes.entry(label).or_insert(size);
                ensure!(*known == size || *known == 1 || size == 1, "{label:?} is of size {known} and {size}");
                *known = if *known == 1 { size } else { *known };
            }
            inputs.push(labels);
        }
        let hidden = sizes.keys().filter(|label| matches!(label, Label::Hidden(_))).count();
        let output = equation.output.clone().unwrap_or_else(|| equation.implied());
        let rank = output.iter().flatten().count() + if output.contains(&None) { hidden } else { 0 };
        let output = labels(&output, rank)?;
        for (place, label) in output.iter().enumerate() {
            ensure!(sizes.contains_key(label), "no input has {label:?}");
            ensure!(!output[..place].contains(label), "the result has {label:?} twice");
        }
        let summed = sizes.keys().filter(|label| !output.contains(label));
        let order: Vec<Label> = output.iter().chain(summed).copied().collect();
        let mut steps = vec![vec![0; shapes.len()]; order.len()];
        for (input, (labels, shape)) in inputs.iter().zip(shapes).enumerate() {
            let mut step = 1;
            for (label, &size) in labels.iter().zip(*shape).rev() {
                if let Some(place) = order.iter().position(|known| known == label)
                    && size != 1
                {
                    // A letter twice in one term walks the diagonal.
                    steps[place][input] += step;
                }
                step *= size;
            }
        }
        let sizes = order.iter().filter_map(|label| sizes.get(label).copied()).collect();
        Ok(Loops { sizes, steps, result: output.len() })
    }

    fn run<T: Number>(&self, inputs: &[&[T]]) -> TractResult<Vec<T>> {
        let (outer, inner) = self.sizes.split_at(self.result);
        let results = count(outer)?;
        let mut out = vec![T::ZERO; results];
        if self.sizes.contains(&0) {
            return Ok(out);
        }
        let mut index = vec![0; self.sizes.len()];
        let mut places = vec![0; inputs.len()];
        let per_result = inner.iter().product::<usize>();
        for slot in &mut out {
            for _ in 0..per_result {
                let product = inputs
                    .iter()
                    .zip(&places)
                    .try_fold(T::ONE, |product, (input, &place)| input.get(place).map(|x| product.times(*x)));
                *slot = slot.plus(product.ok_or_else(|| format_err!("an input is too short"))?);
                self.advance(&mut index, &mut places);
            }
        }
        Ok(out)
    }

    fn advance(&self, index: &mut [usize], places: &mut [usize]) {
        for at in (0..index.len()).rev() {
            index[at] += 1;
            places.iter_mut().zip(&self.steps[at]).for_each(|(place, step)| *place += step);
            if index[at] < self.sizes[at] {
                return;
            }
            places.iter_mut().zip(&self.steps[at]).for_each(|(place, step)| *place -= step * self.sizes[at]);
            index[at] = 0;
        }
    }
}

pub(super) fn einsum(node: &Node) -> TractResult<Kernel> {
    let equation = Equation::parse(&node.text("equation", "")?)?;
    let large = in_tract(node)?;
    let plain = equation.terms.iter().all(|term| {
        term.iter().all(|entry| entry.is_some() && term.iter().filter(|other| *other == entry).count() == 1)
    });
    Ok(Box::new(move |arguments| {
        let tensors = arguments.tensors()?;
        let Some(first) = tensors.first() else { bail!("it has no inputs") };
        tensors.iter().try_for_each(|tensor| same_dtype(first, tensor))?;
        let loops = Loops::of(&equation, &tensors.iter().map(|tensor| tensor.shape()).collect::<Vec<_>>())?;
        let steps = loops.sizes.iter().fold(1usize, |steps, &size| steps.saturating_mul(size));
        let is_large = plain && first.dtype() == Dtype::Float32 && steps >= MANY;
        if is_large && let Ok(result) = large(arguments) {
            return Ok(result);
        }
        let shape = &loops.sizes[..loops.result];
        if first.dtype() == Dtype::Float16 || first.dtype().carrier() != first.dtype() {
            let wide = tensors.iter().map(|tensor| tensor.to_f32s()).collect::<TractResult<Vec<_>>>()?;
            let sums = loops.run(&wide.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
            return one(TensorValue::from_f64s(first.dtype(), shape, sums.into_iter().map(f64::from).collect())?);
        }
        with_number!(first.dtype(), T => {
            let inputs = tensors.iter().map(|tensor| tensor.slice::<T>()).collect::<TractResult<Vec<_>>>()?;
            one(rounded(first.dtype(), shape, loops.run(&inputs)?)?)
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(equation: &str, inputs: &[(&[usize], &[i64])]) -> TractResult<(Vec<usize>, Vec<i64>)> {
        let shapes: Vec<&[usize]> = inputs.iter().map(|(shape, _)| *shape).collect();
        let loops = Loops::of(&Equation::parse(equation)?, &shapes)?;
        let data: Vec<&[i64]> = inputs.iter().map(|(_, data)| *data).collect();
        Ok((loops.sizes[..loops.result].to_vec(), loops.run(&data)?))
    }

    #[test]
    fn letters_say_what_is_summed() {
        let matrix: (&[usize], &[i64]) = (&[2, 2], &[1, 2, 3, 4]);
        assert_eq!(run("ii->i", &[matrix]).unwrap(), (vec![2], vec![1, 4]));
        assert_eq!(run("ij->ji", &[matrix]).unwrap(), (vec![2, 2], vec![1, 3, 2, 4]));
        assert_eq!(run("ij,jk", &[matrix, matrix]).unwrap(), (vec![2, 2], vec![7, 10, 15, 22]));
        assert_eq!(run("...j->...", &[matrix]).unwrap(), (vec![2], vec![3, 7]));
        assert_eq!(run("ii", &[matrix]).unwrap(), (vec![], vec![5]));
        assert!(run("ij,jk->il", &[matrix, matrix]).is_err());
        assert!(run("ijk", &[matrix]).is_err());
    }
}
