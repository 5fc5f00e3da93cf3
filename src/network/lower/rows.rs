//! Products of one-hot vectors: rows of the other factor. Exporters write an embedding as `Equal(ids, [0, 1, 2, …])`, as float32, times its table.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;

use super::product::{Roles, completed};
use super::{Lowering, Weights};
use crate::network::rows::Rows;
use crate::network::step::Work;
use crate::network::value::{Dense, Value};

impl Lowering<'_> {
    /// The product of a value that compares whole numbers with consecutive ones, and of a constant matrix.
    pub(super) fn one_hot(
        &mut self,
        node: &TypedNode,
        outlet: OutletId,
        matrix: OutletId,
        roles: &Roles,
    ) -> TractResult<Option<Value>> {
        let ([contracted], [columns]) = (&roles.contracted[..], &roles.columns[..]) else { return Ok(None) };
        let Some((numbers, first)) = self.compared(outlet, contracted[0])? else { return Ok(None) };
        // In the order in which the numbers lie.
        if !roles.batch.is_empty() || !roles.free.is_sorted() {
            return Ok(None);
        }
        let (Value::Slot(slot), Some(matrix)) = (self.value(numbers)?, self.constant(matrix)?) else { return Ok(None) };
        let [rows, width] = [contracted[1], columns[0]].map(|axis| matrix.shape()[axis]);
        let elements = super::floats(&matrix)?;
        // Nothing times infinity would not be nothing.
        if rows * width != elements.len() || elements.iter().any(|element| !element.is_finite()) {
            return Ok(None);
        }
        let by_columns = contracted[1] > columns[0];
        let element =
            |row: usize, column: usize| elements[if by_columns { column * rows + row } else { row * width + column }];
        let count = if self.weights == Weights::Packed { (rows + 1) * width } else { 0 };
        let table = (0..count).map(|at| if at < rows * width { element(at / width, at % width) } else { 0.0 });
        let work = Rows { numbers: slot, first, table: table.collect(), width };
        let shape = self.shape(node.id.into())?;
        let order = completed(roles.free.iter().map(|free| free[1]).chain([columns[1]]).collect(), shape.len());
        let place = self.buffer(shape.iter().product());
        self.push(Work::Rows(work), place, None);
        Ok(Some(Value::Dense(Dense { place, shape, order })))
    }

    /// The whole numbers that a value of zeros and ones compares with consecutive ones along an axis, and the first of these.
    fn compared(&self, outlet: OutletId, axis: usize) -> TractResult<Option<(OutletId, i64)>> {
        let cast = self.model.node(outlet.node);
        if cast.op_as::<Cast>().is_none_or(|cast| cast.to != f32::datum_type()) {
            return Ok(None);
        }
        let equal = self.model.node(cast.inputs[0].node);
        let is_equal = equal.op_as::<TypedBinOp>().is_some_and(|op| op.0.name() == "Eq");
        let [left, right] = equal.inputs[..] else { return Ok(None) };
        for (numbers, others) in [(left, right), (right, left)] {
            let Some(Value::Constant(tensor)) = self.values.get(&others).filter(|_| is_equal) else { continue };
            let (shape, whole) = (self.shape(numbers)?, self.shape(outlet)?);
            let is_same = |at: usize| at == axis && shape[at] == 1 || at != axis && shape[at] == whole[at];
            let along = tensor.shape().get(axis) == Some(&tensor.len()) && tensor.len() == whole[axis];
            let is_integer =
                tensor.datum_type().is_integer() && self.model.outlet_fact(numbers)?.datum_type.is_integer();
            if !along || !is_integer || shape.len() != whole.len() || !(0..shape.len()).all(is_same) {
                continue;
            }
            let tensor = tensor.cast_to::<i64>()?;
            let view = tensor.try_as_plain_ram()?;
            if let [first, ..] = *view.as_slice::<i64>()?
                && view.as_slice::<i64>()?.iter().zip(first..).all(|(number, expected)| *number == expected)
            {
                return Ok(Some((numbers, first)));
            }
        }
        Ok(None)
    }
}
