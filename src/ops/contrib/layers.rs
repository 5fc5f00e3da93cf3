//! Transformers' layers as onnxruntime fuses them: normalisation with a skip, Gelu's kinds, turned embeddings.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::ensure;

use crate::eager::node::{Build, Kernel, Node, one};
use crate::ops::nn::real::{Real, Rounding, broadcast, with_real, write};
use crate::ops::nn::{layer_norm, rotary};

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "SkipLayerNormalization" | "SkipSimplifiedLayerNormalization" => layer_norm::skip,
        "SimplifiedLayerNormalization" => layer_norm::rms,
        "RotaryEmbedding" => rotary::microsoft,
        "Gelu" | "BiasGelu" => gelu,
        "FastGelu" => fast_gelu,
        "QuickGelu" => quick_gelu,
        _ => return None,
    })
}

fn gelu(_: &Node) -> TractResult<Kernel> {
    biased(|x| 0.5 * x * (1.0 + erf(x * FRAC_1_SQRT_2)))
}

fn fast_gelu(_: &Node) -> TractResult<Kernel> {
    // The square root of 2/π.
    let slope = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
    biased(move |x| 0.5 * x * (1.0 + (slope * (x + 0.044715 * x.powi(3))).tanh()))
}

fn quick_gelu(node: &Node) -> TractResult<Kernel> {
    let alpha = f64::from(node.float("alpha", 1.702));
    biased(move |x| x / (1.0 + (-alpha * x).exp()))
}

/// A function of each element, plus the second input where it is given.
fn biased(function: impl Fn(f64) -> f64 + Send + Sync + 'static) -> TractResult<Kernel> {
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let bias = arguments.optional(1)?;
        with_real!(input.dtype(), T => {
            let mut data = T::read(input)?;
            if let Some(bias) = bias {
                ensure!(input.shape().ends_with(bias.shape()), "{:?} does not fit {:?}", bias.shape(), input.shape());
                let round = Rounding::of(input.dtype());
                let extra = broadcast(&T::read(bias)?, bias.shape(), input.shape())?;
                data.iter_mut().zip(extra).for_each(|(x, extra)| *x = round.round(*x + extra));
            }
            data.iter_mut().for_each(|x| *x = T::from_f64(function(x.to_f64())));
            one(write(input.dtype(), input.shape(), data)?)
        })
    }))
}

/// The error function: its series, and for large numbers the continued fraction of what is left to 1.
fn erf(x: f64) -> f64 {
    let size = x.abs();
    if size < 2.5 {
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term.abs() > 1e-17 * sum.abs() {
            n += 1.0;
            term *= -x * x / n;
            sum += term / (2.0 * n + 1.0);
        }
        return FRAC_2_SQRT_PI * sum;
    }
    if size.is_nan() || size > 6.0 {
        return if size.is_nan() { x } else { x.signum() };
    }
    let tail = (1..=60).rev().fold(0.0, |below, n| f64::from(n) / 2.0 / (size + below));
    x.signum() * (1.0 - (-size * size).exp() * FRAC_2_SQRT_PI / 2.0 / (size + tail))
}

#[cfg(test)]
mod tests {
    use super::erf;

    #[test]
    fn the_error_function_is_that_of_the_tables() {
        // Abramowitz and Stegun, table 7.1, and Wolfram's for 3.
        for (x, expected) in
            [(0.0, 0.0), (0.5, 0.5204998778), (1.0, 0.8427007929), (2.0, 0.9953222650), (3.0, 0.9999779095)]
        {
            assert!((erf(x) - expected).abs() < 1e-10, "{x}");
            assert_eq!(erf(-x), -erf(x));
        }
        // Where the two ways meet.
        assert!((erf(2.5 - 1e-12) - erf(2.5)).abs() < 1e-12);
    }
}
