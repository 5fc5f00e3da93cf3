//! Axes that are summed over in two tensors at once: where their sizes only turn out to differ when a request comes, tract reads
//! beyond the shorter one.

use std::collections::HashMap;

use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::*;

use super::Numbers;

/// Checks that the sizes of what is summed over are known to be the same.
///
/// # Errors
/// With the sizes. What runs operator by operator looks at them when they come.
pub(super) fn check(numbers: &Numbers, facts: &[&InferenceFact]) -> TractResult<()> {
    let shape = |index: usize| numbers.fact(facts, index).and_then(|fact| fact.shape.concretize());
    let set = |name: &str| numbers.ints(name).is_some_and(|ints| ints.first().is_some_and(|flag| *flag != 0));
    match numbers.operator.as_str() {
        "MatMul" | "MatMulInteger" => factors(shape(0), shape(1), false, false),
        "QLinearMatMul" => factors(shape(0), shape(3), false, false),
        "Gemm" | "FusedMatMul" => factors(shape(0), shape(1), set("transA"), set("transB")),
        "LSTM" | "GRU" | "RNN" => {
            let (Some(x), Some(weights)) = (shape(0), shape(1)) else { return Ok(()) };
            same(x.get(2), weights.get(2))
        }
        "Conv" | "ConvInteger" | "QLinearConv" | "FusedConv" => {
            let weights = shape(if numbers.operator == "QLinearConv" { 3 } else { 1 });
            let (Some(x), Some(weights)) = (shape(0), weights) else { return Ok(()) };
            let groups = numbers.ints("group").and_then(|ints| ints.first().copied()).unwrap_or(1);
            let channels = weights.get(1).map(|each| each.clone() * groups);
            same(x.get(1), channels.as_ref())
        }
        "Einsum" => letters(&numbers.equation, shape),
        _ => Ok(()),
    }
}

fn same(one: Option<&TDim>, other: Option<&TDim>) -> TractResult<()> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let equal = one == other || (one.clone() - other).to_i64().is_ok_and(|rest| rest == 0);
            ensure!(equal, "{one} of one factor is summed over {other} of the other");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Checks the rows of one matrix against the columns of another, and the batches before them.
fn factors(a: Option<TVec<TDim>>, b: Option<TVec<TDim>>, turned_a: bool, turned_b: bool) -> TractResult<()> {
    let (Some(a), Some(b)) = (a, b) else { return Ok(()) };
    let from_end = |shape: &TVec<TDim>, place: usize| shape.len().checked_sub(place).map(|at| shape[at].clone());
    let columns = from_end(&a, if turned_a && a.len() > 1 { 2 } else { 1 });
    let rows = from_end(&b, if turned_b || b.len() == 1 { 1 } else { 2 });
    same(columns.as_ref(), rows.as_ref())?;
    for place in 3..=a.len().min(b.len()) {
        let (one, other) = (from_end(&a, place), from_end(&b, place));
        let repeats = |dim: &Option<TDim>| dim.as_ref().is_some_and(|dim| *dim == TDim::from(1));
        if !repeats(&one) && !repeats(&other) {
            same(one.as_ref(), other.as_ref())?;
        }
    }
    Ok(())
}

/// Checks that a letter of an equation has one size.
fn letters(equation: &str, shape: impl Fn(usize) -> Option<TVec<TDim>>) -> TractResult<()> {
    let terms = equation.split("->").next().unwrap_or_default();
    let mut sizes: HashMap<char, TDim> = HashMap::new();
    for (index, term) in terms.split(',').enumerate() {
        let Some(shape) = shape(index) else { return Ok(()) };
        let letters: Vec<char> = term.chars().filter(char::is_ascii_alphabetic).collect();
        // Behind dots, letters count from the end.
        let behind = term.find("...").map_or(0, |at| term[at..].chars().filter(char::is_ascii_alphabetic).count());
        for (place, letter) in letters.iter().enumerate() {
            let from_end = letters.len() - place;
            let at = if from_end <= behind { shape.len().checked_sub(from_end) } else { Some(place) };
            let Some(dim) = at.and_then(|at| shape.get(at)) else { continue };
            same(Some(sizes.entry(*letter).or_insert_with(|| dim.clone())), Some(dim))?;
        }
    }
    Ok(())
}
