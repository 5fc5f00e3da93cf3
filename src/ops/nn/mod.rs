//! Layers of networks: pooling, normalisation, attention, images, signals.

mod attention;
mod heads;
pub(super) mod real;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "Attention" => attention::build,
        _ => return None,
    })
}
