//! Matrix products, and 1×1 convolutions, which tract writes as such.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::einsum::EinSum;

use super::Lowering;
use crate::network::step::{Convolve, Product, Work};
use crate::network::value::{Dense, Value, significant, strides};

/// The axes of a product of two values, by their places in `[left, right, output]`.
#[derive(Default)]
pub(super) struct Roles {
    /// In all three.
    pub(super) batch: Vec<[usize; 3]>,
    /// In the left and in the output.
    pub(super) free: Vec<[usize; 2]>,
    /// In the left and the right.
    pub(super) contracted: Vec<[usize; 2]>,
    /// In the right and the output.
    pub(super) columns: Vec<[usize; 2]>,
}

impl Lowering<'_> {
    pub(super) fn product(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        let Some(einsum) = node.op_as::<EinSum>() else { return Ok(None) };
        if einsum.q_params.is_some() || einsum.operating_dt != f32::datum_type() || node.inputs.len() != 2 {
            return Ok(None);
        }
        let [left, right] = [node.inputs[0], node.inputs[1]];
        if self.constant(left)?.is_some() {
            let Some(roles) = self.roles(node, einsum, [1, 0])? else { return Ok(None) };
            return self.with_constant(node, right, left, &roles);
        }
        let Some(roles) = self.roles(node, einsum, [0, 1])? else { return Ok(None) };
        if self.constant(right)?.is_some() && roles.batch.is_empty() {
            return self.with_constant(node, left, right, &roles);
        }
        self.matrices(node, [left, right], &roles).map(Some)
    }

    fn with_constant(
        &mut self,
        node: &TypedNode,
        outlet: OutletId,
        constant: OutletId,
        roles: &Roles,
    ) -> TractResult<Option<Value>> {
        match self.one_hot(node, outlet, constant, roles)? {
            Some(rows) => Ok(Some(rows)),
            None => self.weighted(node, outlet, constant, roles),
        }
    }

    /// What each axis is, with the inputs in this order. Those of size 1 have no role. Nothing for other kinds of axes.
    fn roles(&self, node: &TypedNode, einsum: &EinSum, order: [usize; 2]) -> TractResult<Option<Roles>> {
        let shapes =
            [self.shape(node.inputs[order[0]])?, self.shape(node.inputs[order[1]])?, self.shape(node.id.into())?];
        let mut roles = Roles::default();
        for axis in einsum.axes.iter_all_axes() {
            let places = [&axis.inputs[order[0]], &axis.inputs[order[1]], &axis.outputs[0]];
            if places.iter().any(|places| places.len() > 1) {
                return Ok(None);
            }
            // Where one side has a size of 1, it may be repeated along the axis: that is none of these roles.
            let sizes = places.iter().zip(&shapes).filter_map(|(places, shape)| Some(shape[*places.first()?]));
            let sizes: Vec<usize> = sizes.collect();
            if sizes.iter().all(|size| *size == 1) {
                continue;
            }
            if sizes.contains(&1) {
                return Ok(None);
            }
            match places.map(|places| places.first().copied()) {
                [Some(left), Some(right), Some(output)] => roles.batch.push([left, right, output]),
                [Some(left), None, Some(output)] => roles.free.push([left, output]),
                [Some(left), Some(right), None] => roles.contracted.push([left, right]),
                [None, Some(right), Some(output)] => roles.columns.push([right, output]),
                _ => return Ok(None),
            }
        }
        roles.batch.sort_by_key(|axis| axis[2]);
        roles.free.sort_by_key(|axis| axis[1]);
        roles.columns.sort_by_key(|axis| axis[1]);
        Ok(Some(roles))
    }

    /// A product with constant weights.
    fn weighted(
        &mut self,
        node: &TypedNode,
        outlet: OutletId,
        weights: OutletId,
        roles: &Roles,
    ) -> TractResult<Option<Value>> {
        if !roles.batch.is_empty() {
            return Ok(None);
        }
        let Some(tensor) = self.constant(weights)? else { return Ok(None) };
        let weight_shape = tensor.shape().to_vec();
        let mut input = self.dense(outlet)?;
        let is_free = |axis: &usize| roles.free.iter().any(|free| free[0] == *axis);
        let significant_axes = input.significant();
        let free = significant_axes.iter().take_while(|axis| is_free(axis)).count();
        if free < roles.free.len() {
            let rest = (0..input.shape.len()).filter(|axis| !is_free(axis));
            let order: Vec<usize> = roles.free.iter().map(|free| free[0]).chain(rest).collect();
            input = self.ordered(outlet, &order)?;
        }
        let stored = input.significant();
        let (free, contracted) = stored.split_at(roles.free.len());
        let natural = strides(&(0..weight_shape.len()).collect::<Vec<_>>(), &weight_shape);
        let to_right = |axis: &usize| roles.contracted.iter().find(|pair| pair[0] == *axis).map(|pair| pair[1]);
        let rows: Vec<usize> = contracted.iter().filter_map(to_right).collect();
        let columns: Vec<usize> = roles.columns.iter().map(|pair| pair[0]).collect();
        let offsets = |axes: &[usize]| offsets(axes, &weight_shape, &natural);
        let (rows, columns) = (offsets(&rows), offsets(&columns));
        let view = tensor.try_as_plain_ram()?;
        let numbers = view.as_slice::<f32>()?;
        let sizes = [rows.len(), columns.len()];
        let packed = self.pack(sizes, |row, column| numbers[rows[row] + columns[column]], |_| 0.0);
        let shape = self.shape(node.id.into())?;
        let to_output = |axis: &usize| roles.free.iter().find(|pair| pair[0] == *axis).map(|pair| pair[1]);
        let order = free.iter().filter_map(to_output).chain(roles.columns.iter().map(|pair| pair[1]));
        let order = completed(order.collect(), shape.len());
        let sizes: Vec<usize> = free.iter().map(|axis| input.shape[*axis]).collect();
        let (width, height) = (sizes.last().copied().unwrap_or(1), sizes.iter().rev().skip(1).product::<usize>());
        let place = self.buffer(shape.iter().product());
        let work = Convolve::product(input.place, [height, width], rows.len(), packed);
        self.push(Work::Convolve(Box::new(work)), place, None);
        Ok(Some(Value::Dense(Dense { place, shape, order })))
    }

    /// Products of two values, for each place of the batch's axes.
    fn matrices(&mut self, node: &TypedNode, inputs: [OutletId; 2], roles: &Roles) -> TractResult<Value> {
        let rest = |taken: &[usize], rank: usize| (0..rank).filter(|axis| !taken.contains(axis)).collect::<Vec<_>>();
        let batch = |side: usize| roles.batch.iter().map(move |axis| axis[side]);
        let pick = |pairs: &[[usize; 2]], side: usize| pairs.iter().map(|pair| pair[side]).collect::<Vec<_>>();
        let left: Vec<usize> = batch(0).chain(pick(&roles.free, 0)).chain(pick(&roles.contracted, 0)).collect();
        let right: Vec<usize> = batch(1).chain(pick(&roles.contracted, 1)).chain(pick(&roles.columns, 0)).collect();
        let ranks = [self.shape(inputs[0])?.len(), self.shape(inputs[1])?.len()];
        let left_order: Vec<usize> = left.iter().copied().chain(rest(&left, ranks[0])).collect();
        let right_order: Vec<usize> = right.iter().copied().chain(rest(&right, ranks[1])).collect();
        let left = self.ordered(inputs[0], &left_order)?;
        let right = self.ordered(inputs[1], &right_order)?;
        let size = |axes: &[usize], shape: &[usize]| axes.iter().map(|axis| shape[*axis]).product::<usize>();
        let count = size(&batch(0).collect::<Vec<_>>(), &left.shape);
        let [m, k] = [size(&pick(&roles.free, 0), &left.shape), size(&pick(&roles.contracted, 0), &left.shape)];
        let n = size(&pick(&roles.columns, 0), &right.shape);
        let shape = self.shape(node.id.into())?;
        let order = batch(2).chain(pick(&roles.free, 1)).chain(pick(&roles.columns, 1)).collect();
        let order = completed(order, shape.len());
        let place = self.buffer(shape.iter().product());
        let inputs = [left.place, right.place];
        self.push(Work::Product(Box::new(Product { inputs, count, sizes: [m, k, n] })), place, None);
        Ok(Value::Dense(Dense { place, shape, order }))
    }
}

/// The axes that are missing have a size of 1, and may be anywhere.
pub(super) fn completed(mut order: Vec<usize>, rank: usize) -> Vec<usize> {
    let missing: Vec<usize> = (0..rank).filter(|axis| !order.contains(axis)).collect();
    order.extend(missing);
    order
}

/// The elements at which the places along these axes lie, the last axis fastest.
fn offsets(axes: &[usize], shape: &[usize], strides: &[usize]) -> Vec<usize> {
    significant(axes, shape).iter().fold(vec![0], |offsets, axis| {
        offsets.iter().flat_map(|offset| (0..shape[*axis]).map(move |place| offset + place * strides[*axis])).collect()
    })
}
