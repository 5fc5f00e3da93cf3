//! The activations that recurrent layers name.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, format_err};

use super::real::Real;
use crate::eager::node::Node;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Activation {
    Relu,
    Tanh,
    Sigmoid,
    Affine(f64, f64),
    LeakyRelu(f64),
    ThresholdedRelu(f64),
    ScaledTanh(f64, f64),
    HardSigmoid(f64, f64),
    Elu(f64),
    Softsign,
    Softplus,
}

impl Activation {
    pub(super) fn of<T: Real>(self, x: T) -> T {
        let one = T::from_f64(1.0);
        let double = x.to_f64();
        T::from_f64(match self {
            Activation::Sigmoid => return one / (one + (-x).exp()),
            Activation::Tanh => return x.tanh(),
            Activation::Relu => double.max(0.0),
            Activation::Affine(alpha, beta) => alpha * double + beta,
            Activation::LeakyRelu(alpha) => {
                if double >= 0.0 {
                    double
                } else {
                    alpha * double
                }
            }
            Activation::ThresholdedRelu(alpha) => {
                if double > alpha {
                    double
                } else {
                    0.0
                }
            }
            Activation::ScaledTanh(alpha, beta) => alpha * (beta * double).tanh(),
            Activation::HardSigmoid(alpha, beta) => (alpha * double + beta).clamp(0.0, 1.0),
            Activation::Elu(alpha) => {
                if double >= 0.0 {
                    double
                } else {
                    alpha * double.exp_m1()
                }
            }
            Activation::Softsign => double / (1.0 + double.abs()),
            Activation::Softplus => double.max(0.0) + (-double.abs()).exp().ln_1p(),
        })
    }
}

/// The activations of a node, for each direction the same number; `default` where it names none.
///
/// # Errors
/// For a name or a number that is not known.
pub(super) fn listed(node: &Node, default: &[Activation], directions: usize) -> TractResult<Vec<Activation>> {
    let Some(names) = node.texts("activations")?.filter(|names| !names.is_empty()) else {
        return Ok(default.repeat(directions));
    };
    let wanted = default.len() * directions;
    if names.len() != wanted {
        bail!("activations are {names:?}, expected {wanted}");
    }
    let mut alphas = node.floats("activation_alpha").unwrap_or_default().into_iter();
    let mut betas = node.floats("activation_beta").unwrap_or_default().into_iter();
    // Those that take a number take the next one.
    let mut alpha = |default: f64| alphas.next().map_or(default, f64::from);
    let mut beta = |default: f64| betas.next().map_or(default, f64::from);
    let one = |name: &String| {
        Ok(match name.to_ascii_lowercase().as_str() {
            "relu" => Activation::Relu,
            "tanh" => Activation::Tanh,
            "sigmoid" => Activation::Sigmoid,
            "affine" => Activation::Affine(alpha(1.0), beta(0.0)),
            "leakyrelu" => Activation::LeakyRelu(alpha(0.01)),
            "thresholdedrelu" => Activation::ThresholdedRelu(alpha(1.0)),
            "scaledtanh" => Activation::ScaledTanh(alpha(1.0), beta(1.0)),
            "hardsigmoid" => Activation::HardSigmoid(alpha(0.2), beta(0.5)),
            "elu" => Activation::Elu(alpha(1.0)),
            "softsign" => Activation::Softsign,
            "softplus" => Activation::Softplus,
            _ => return Err(format_err!("the activation {name:?} is not known")),
        })
    };
    names.iter().map(one).collect()
}
