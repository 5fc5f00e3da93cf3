//! Weights that several steps have: kept once, however often the model has them.

use tract_onnx::prelude::Arc;

use crate::network::step::{Step, Work};
use onnxlet_kernels::conv::Packed;

/// Has steps with the same weights share them.
pub(super) fn share_weights(steps: &mut [Step]) {
    let mut seen: Vec<Arc<Packed>> = vec![];
    for step in steps {
        let Work::Convolve(work) = &mut step.work else { continue };
        for group in &mut work.groups {
            match seen.iter().find(|other| ***other == *group.packed) {
                Some(other) => group.packed = other.clone(),
                None => seen.push(group.packed.clone()),
            }
        }
    }
}
