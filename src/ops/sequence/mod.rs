//! Sequences of tensors, and optional values.

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        _ => return None,
    })
}
