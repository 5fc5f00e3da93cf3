//! What quantised operators in tract's plans give: dtypes, sizes, and where these have the batch.

use tract_onnx::tract_core::broadcast::multi_broadcast;
use tract_onnx::tract_hir::internal::*;

use super::plan::Quantised;
use super::window::Attributes;
use crate::eager::node;

/// Dtypes and sizes of what the operator gives.
///
/// # Errors
/// Where they are not known here, or the inputs' don't fit.
pub(super) fn outputs(op: &Quantised, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
    let facts = Facts { op, inputs };
    let like = |dtype: DatumType, index: usize| TractResult::Ok(dtype.fact(facts.shape(index)?));
    let (float, whole) = (f32::datum_type(), i32::datum_type());
    Ok(tvec![match op.name() {
        ("QuantizeLinear", _) => {
            ensure!(facts.dtype(0)? == float && facts.dtype(1)? == float, "expected float32");
            like(facts.byte(2)?, 0)?
        }
        ("DequantizeLinear", _) => {
            ensure!(facts.dtype(1)? == float && !op.written.described(vec![]).has("output_dtype"), "expected float32");
            like(float, 0)?
        }
        ("DynamicQuantizeLinear", _) => {
            ensure!(facts.dtype(0)? == float && inputs.len() == 1, "expected float32");
            let byte = u8::datum_type();
            return Ok(tvec![like(byte, 0)?, float.scalar_fact(), byte.scalar_fact()]);
        }
        ("QLinearConv", _) => facts.byte(7)?.fact(facts.convolved(3)?),
        ("ConvInteger", _) => whole.fact(facts.convolved(1)?),
        ("ConvScaled", _) => float.fact(facts.convolved(1)?),
        ("QLinearMatMul", _) => facts.byte(7)?.fact(facts.multiplied(3)?),
        ("MatMulInteger", _) => whole.fact(facts.multiplied(1)?),
        ("QGemm", _) => {
            let dtype = if op.edge(7).is_some() { facts.byte(8)? } else { float };
            dtype.fact(facts.multiplied(3)?)
        }
        ("QLinearAdd" | "QLinearMul" | "Add" | "Mul", _) => {
            let shape = multi_broadcast(&[facts.shape(0)?, facts.shape(3)?])?;
            facts.byte(7)?.fact(shape)
        }
        ("QLinearSigmoid" | "QLinearLeakyRelu" | "QLinearSoftmax", _) => like(facts.byte(4)?, 0)?,
        ("QLinearGlobalAveragePool", _) => {
            ensure!(!op.written.described(vec![]).flag("channels_last", 0), "channels_last is not known here");
            let shape = facts.shape(0)?;
            ensure!(shape.len() > 2, "expected images");
            let one = |(axis, dim): (usize, TDim)| if axis < 2 { dim } else { 1.to_dim() };
            facts.byte(4)?.fact(shape.into_iter().enumerate().map(one).collect::<TVec<TDim>>())
        }
        ("Table", _) => {
            let of = |name: &str| usize::try_from(op.written.described(vec![]).int(name, 0));
            let (mut shape, rank) = (facts.shape(0)?, of("rank")?);
            while shape.len() < rank {
                shape.insert(0, 1.to_dim());
            }
            op.table(facts.dtype(0)?)?.datum_type().fact(shape)
        }
        (name, _) => bail!("{name} is not known here"),
    }])
}

struct Facts<'a> {
    op: &'a Quantised,
    inputs: &'a [&'a TypedFact],
}

impl Facts<'_> {
    fn fact(&self, index: usize) -> TractResult<&TypedFact> {
        let fact = self.op.edge(index).and_then(|edge| self.inputs.get(edge).copied());
        fact.ok_or_else(|| format_err!("input {index} is missing"))
    }

    fn dtype(&self, index: usize) -> TractResult<DatumType> {
        Ok(self.fact(index)?.datum_type)
    }

    fn shape(&self, index: usize) -> TractResult<TVec<TDim>> {
        Ok(self.fact(index)?.shape.to_tvec())
    }

    /// The dtype of a zero point.
    fn byte(&self, index: usize) -> TractResult<DatumType> {
        let dtype = self.dtype(index)?;
        ensure!(dtype == u8::datum_type() || dtype == i8::datum_type(), "expected bytes, got {dtype:?}");
        Ok(dtype)
    }

    fn sizes(&self, index: usize) -> TractResult<Vec<usize>> {
        self.fact(index)?.shape.iter().map(|dim| Ok(dim.to_usize()?)).collect()
    }

    /// Of images with the weights at `index`. The number of images may be open.
    fn convolved(&self, index: usize) -> TractResult<TVec<TDim>> {
        let (shape, weights) = (self.shape(0)?, self.sizes(index)?);
        ensure!(shape.len() > 2 && weights.len() == shape.len(), "expected images and as many axes of weights");
        ensure!(!weights.contains(&0), "there are no weights");
        let sizes = shape[2..].iter().map(|dim| Ok(dim.to_usize()?)).collect::<TractResult<Vec<_>>>()?;
        let node = self.op.written.described(vec![]);
        let attributes = Attributes::of(&node)?;
        ensure!(!node.flag("channels_last", 0), "channels_last is not known here");
        ensure!(shape[1] == (weights[1] * attributes.group).to_dim(), "channels for others' weights");
        ensure!(weights[0].is_multiple_of(attributes.group), "groups of unequal size");
        let axes = attributes.axes(&sizes, &weights[2..])?;
        let outputs = axes.iter().map(|axis| axis.output.to_dim());
        Ok([shape[0].clone(), weights[0].to_dim()].into_iter().chain(outputs).collect())
    }

    /// Of matrices with the one at `index`.
    fn multiplied(&self, index: usize) -> TractResult<TVec<TDim>> {
        let (mut shape, right) = (self.shape(0)?, self.sizes(index)?);
        let node = self.op.written.described(vec![]);
        let &[rows, columns] = &right[..] else { bail!("expected a matrix") };
        let [depth, columns] = if node.flag("transB", 0) { [columns, rows] } else { [rows, columns] };
        ensure!(!node.flag("transA", 0) && shape.len() >= 2, "transposed rows are not known here");
        ensure!(self.op.name().0 != "QGemm" || shape.len() == 2, "expected a matrix");
        ensure!(shape.last() == Some(&depth.to_dim()), "rows of another length than columns");
        if let Some(last) = shape.last_mut() {
            *last = columns.to_dim();
        }
        Ok(shape)
    }
}

/// Where the operator's result has the batch, if it leaves examples apart. `places` are where its inputs have it.
pub(super) fn carried(op: &Quantised, places: &[Option<usize>], inputs: &[&TypedFact], rank: usize) -> Option<usize> {
    let place = |index: usize| op.edge(index).and_then(|edge| places[edge]);
    let shifted = |index: usize| Some(place(index)? + rank - inputs[op.edge(index)?].rank());
    let others =
        |known: &[usize]| op.written.inputs.iter().all(|index| known.contains(index) || place(*index).is_none());
    match op.name().0 {
        "QuantizeLinear" | "DequantizeLinear" | "QLinearSigmoid" | "QLinearLeakyRelu" | "Table" if others(&[0]) => {
            shifted(0)
        }
        "QLinearConv"
        | "ConvInteger"
        | "ConvScaled"
        | "QLinearGlobalAveragePool"
        | "QLinearMatMul"
        | "QGemm"
        | "MatMulInteger"
            if others(&[0]) =>
        {
            place(0).filter(|place| *place == 0)
        }
        "QLinearSoftmax" if others(&[0]) => {
            let node = op.written.described(vec![]);
            let default = if node.int("opset", 0) < 13 { 1 } else { -1 };
            let along = node::axis(node.int("axis", default), rank).ok()?;
            place(0).filter(|place| *place == 0 && along > 0)
        }
        "QLinearAdd" | "QLinearMul" | "Add" | "Mul" if others(&[0, 3]) => match [shifted(0), shifted(3)] {
            [Some(left), Some(right)] => (left == right).then_some(left),
            [one, other] => one.or(other),
        },
        _ => None,
    }
}
