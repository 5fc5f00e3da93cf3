//! Pools.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::{MaxPool, PoolSpec, SumPool};

use super::Lowering;
use super::conv::Geometry;
use crate::network::step::Work;
use crate::network::value::Value;
use onnxlet_kernels::pool::Pool;

impl Lowering<'_> {
    pub(super) fn pooling(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let (spec, kind) = if let Some(pool) = node.op_as::<MaxPool>() {
            (&pool.pool_spec, Pool::Max)
        } else if let Some(pool) = node.op_as::<SumPool>() {
            let elements: usize = pool.pool_spec.kernel_shape.iter().product();
            let pads = pool.pool_spec.computed_padding(self.image(node, &pool.pool_spec)?.as_slice());
            // How many elements a window has depends on where it is.
            if pool.normalize && !pool.count_include_pad && pads.iter().any(|side| side.pad_before + side.pad_after > 0)
            {
                return Ok(None);
            }
            (&pool.pool_spec, Pool::Sum { scale: if pool.normalize { 1.0 / elements as f32 } else { 1.0 } })
        } else {
            return Ok(None);
        };
        let fill = if kind == Pool::Max { f32::NEG_INFINITY } else { 0.0 };
        let Some(geometry) = self.geometry(node, spec, fill)? else { return Ok(None) };
        let taps = geometry.taps().collect();
        let Geometry { input, images, windows, output, .. } = geometry;
        let channels = spec.output_channels;
        self.push(Work::Pool { input, images, windows, taps, channels, kind }, output.place, None);
        Ok(Some(Value::Dense(output)))
    }

    fn image(&self, node: &TypedNode, spec: &PoolSpec) -> TractResult<Vec<usize>> {
        let shape = self.shape(node.inputs[0])?;
        Ok(spec.data_format.shape(&shape)?.hw_dims().to_vec())
    }
}
