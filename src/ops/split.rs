//! Split for tract's plans: tract's leaves out what the sizes don't fill, and splits unevenly before ONNX did (opset 18). What
//! can't be checked when a model is loaded is refused here, and `eager` checks it at each call.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::array;

use super::{Made, made_by_tract};

/// The maker of Split: tract's where any size will do.
pub(super) fn in_plans(context: &ParsingContext, node: &NodeProto) -> Made {
    let attribute = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
    let sizes = attribute("split").map(|attribute| attribute.ints.clone()).filter(|sizes| !sizes.is_empty());
    let axis = attribute("axis").map_or(0, |attribute| attribute.i);
    if context.onnx_operator_set_version >= 18 && sizes.is_none() && node.input.len() == 1 {
        return made_by_tract(context, node);
    }
    Ok((expand(CheckedSplit { axis, outputs: node.output.len(), sizes }), vec![]))
}

#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct CheckedSplit {
    axis: i64,
    outputs: usize,
    /// Where the attribute says them.
    sizes: Option<Vec<i64>>,
}

impl CheckedSplit {
    /// The parts of an axis; `input` says them where it is given.
    fn parts(&self, size: &TDim, input: Option<&Tensor>) -> TractResult<Vec<usize>> {
        let sizes = match input {
            Some(input) => Some(input.cast_to::<i64>()?.try_as_plain_ram()?.as_slice::<i64>()?.to_vec()),
            None => self.sizes.clone(),
        };
        let size = size.to_usize()?;
        let Some(sizes) = sizes else {
            let even = size.is_multiple_of(self.outputs.max(1));
            ensure!(even, "expected a size that {} can share, got {size}", self.outputs);
            return Ok(vec![size / self.outputs.max(1); self.outputs]);
        };
        let parts = sizes.iter().map(|part| usize::try_from(*part)).collect::<Result<Vec<_>, _>>()?;
        let fits = parts.len() == self.outputs && parts.iter().sum::<usize>() == size;
        ensure!(fits, "{size} can't be split into {sizes:?}");
        Ok(parts)
    }

    fn axis(&self, rank: usize) -> TractResult<usize> {
        crate::eager::node::axis(self.axis, rank)
    }
}

impl Expansion for CheckedSplit {
    fn name(&self) -> StaticName {
        "CheckedSplit".into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.outputs)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_output_arity(outputs, self.outputs)?;
        for output in outputs {
            s.equals(&inputs[0].datum_type, &output.datum_type)?;
            s.equals(&inputs[0].rank, &output.rank)?;
        }
        let shape_of = move |s: &mut Solver<'r>, shape: TVec<TDim>, input: Option<&Tensor>| {
            let axis = self.axis(shape.len())?;
            for (output, part) in outputs.iter().zip(self.parts(&shape[axis], input)?) {
                let mut shape = shape.clone();
                shape[axis] = part.to_dim();
                s.equals(&output.shape, shape)?;
            }
            Ok(())
        };
        match inputs {
            [data] => s.given(&data.shape, move |s, shape| shape_of(s, shape, None)),
            [data, sizes, ..] => {
                s.given_2(&data.shape, &sizes.value, move |s, shape, sizes| shape_of(s, shape, Some(&sizes)))
            }
            [] => bail!("there is nothing to split"),
        }
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let sizes = match inputs.get(1) {
            Some(sizes) => Some(model.outlet_fact(*sizes)?.konst.clone().context("sizes that are not constant")?),
            None => None,
        };
        let shape = &model.outlet_fact(inputs[0])?.shape;
        let axis = self.axis(shape.rank())?;
        let parts = self.parts(&shape[axis], sizes.as_deref())?;
        array::Split::new(axis as isize, self.outputs, Some(parts)).wire(prefix, model, &inputs[..1])
    }
}
