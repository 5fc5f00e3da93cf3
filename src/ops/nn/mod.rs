//! Layers of networks: pooling, normalisation, attention, images, signals.

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        _ => return None,
    })
}
