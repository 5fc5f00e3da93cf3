//! `ai.onnx.preview.training`: one step of Adagrad, Adam or Momentum, for any number of tensors.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::node::{Build, Kernel, Node};
use crate::eager::value::{TensorValue, Value};

pub(in crate::ops) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Adagrad" => adagrad,
        "Adam" => adam,
        "Momentum" => momentum,
        _ => return None,
    })
}

/// What an element of a tensor becomes: itself and its accumulators, from (rate, step, [element, gradient, accumulators]).
type Rule = Box<dyn Fn(f64, i64, &[f64]) -> Vec<f64> + Send + Sync>;

fn adagrad(node: &Node) -> TractResult<Kernel> {
    let [epsilon, decay, norm] = numbers(node, [("epsilon", 0.0), ("decay_factor", 0.0), ("norm_coefficient", 0.0)]);
    optimiser(
        1,
        Box::new(move |rate, step, given| {
            let (x, gradient, squares) = (given[0], given[1], given[2]);
            let gradient = norm * x + gradient;
            let squares = squares + gradient * gradient;
            let rate = rate / (1.0 + step as f64 * decay);
            vec![x - rate * gradient / (squares.sqrt() + epsilon), squares]
        }),
    )
}

fn adam(node: &Node) -> TractResult<Kernel> {
    let [alpha, beta, epsilon] = numbers(node, [("alpha", 0.9), ("beta", 0.999), ("epsilon", 0.0)]);
    let [norm, norm_after] = numbers(node, [("norm_coefficient", 0.0), ("norm_coefficient_post", 0.0)]);
    optimiser(
        2,
        Box::new(move |rate, step, given| {
            let (x, gradient, first, second) = (given[0], given[1], given[2], given[3]);
            let gradient = norm * x + gradient;
            let first = alpha * first + (1.0 - alpha) * gradient;
            let second = beta * second + (1.0 - beta) * gradient * gradient;
            let power = |base: f64| base.powf(step as f64);
            let rate = if step > 0 { rate * (1.0 - power(beta)).sqrt() / (1.0 - power(alpha)) } else { rate };
            let next = x - rate * first / (second.sqrt() + epsilon);
            vec![(1.0 - norm_after) * next, first, second]
        }),
    )
}

fn momentum(node: &Node) -> TractResult<Kernel> {
    let [alpha, beta, norm] = numbers(node, [("alpha", 0.0), ("beta", 0.0), ("norm_coefficient", 0.0)]);
    let nesterov = match node.text("mode", "standard")?.as_str() {
        "standard" => false,
        "nesterov" => true,
        other => bail!("mode is {other:?}"),
    };
    optimiser(
        1,
        Box::new(move |rate, step, given| {
            let (x, gradient, momentum) = (given[0], given[1], given[2]);
            let gradient = norm * x + gradient;
            let momentum = alpha * momentum + if step > 0 { beta } else { 1.0 } * gradient;
            let change = if nesterov { gradient + alpha * momentum } else { momentum };
            vec![x - rate * change, momentum]
        }),
    )
}

fn numbers<const N: usize>(node: &Node, names: [(&str, f32); N]) -> [f64; N] {
    names.map(|(name, default)| f64::from(node.float(name, default)))
}

/// The tensors come one kind after the other: all that are trained, their gradients, then each accumulator's.
fn optimiser(accumulators: usize, rule: Rule) -> TractResult<Kernel> {
    let kinds = accumulators + 2;
    Ok(Box::new(move |arguments| {
        let tensors = arguments.tensors()?;
        let Some(([rate, step], rest)) = tensors.split_first_chunk::<2>() else { bail!("rate or step is missing") };
        ensure!(!rest.is_empty() && rest.len() % kinds == 0, "{} tensors are no multiple of {kinds}", rest.len());
        let ([rate], [step]) = (rate.to_f64s()?[..].try_into()?, step.to_i64s()?[..].try_into()?);
        let (rate, step): (f64, i64) = (rate, step);
        let count = rest.len() / kinds;
        let mut outputs: Vec<Vec<Value>> = vec![vec![]; kinds - 1];
        for index in 0..count {
            let own: Vec<&TensorValue> = (0..kinds).map(|kind| rest[kind * count + index]).collect();
            let same = own.iter().all(|tensor| tensor.shape() == own[0].shape());
            ensure!(same, "a tensor, its gradient and its accumulators differ in shape");
            let data = own.iter().map(|tensor| tensor.to_f64s()).collect::<TractResult<Vec<_>>>()?;
            let mut results: Vec<Vec<f64>> = vec![vec![]; kinds - 1];
            for place in 0..own[0].len() {
                let given: Vec<f64> = data.iter().map(|values| values[place]).collect();
                results.iter_mut().zip(rule(rate, step, &given)).for_each(|(all, new)| all.push(new));
            }
            for (output, result) in outputs.iter_mut().zip(results) {
                output.push(TensorValue::from_f64s(own[0].dtype(), own[0].shape(), result)?.into());
            }
        }
        Ok(outputs.concat())
    }))
}
