//! GELU by its approximation, whatever the order of its operators: x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::math::{PowConst, Square, Tanh};

use super::Lowering;
use super::elementwise::binary;
use crate::network::step::Work;
use crate::network::value::{Dense, Value};
use onnxlet_kernels::activation::Activation;
use onnxlet_kernels::zip::Binary;

/// What 1, x, x^2 and x^3 are multiplied with.
type Powers = [f64; 4];

const ROOT: f64 = 0.797_884_560_802_865_4;
const GELU: Expression =
    Expression { plain: [0.0, 0.5, 0.0, 0.0], gated: [0.0, 0.5, 0.0, 0.0], inner: [0.0, ROOT, 0.0, ROOT * 0.044_715] };

/// Of the numbers above, as float32 and multiplied with each other.
const TOLERANCE: f64 = 1e-6;

/// Operators that are looked at: GELU has ten.
const MOST: usize = 40;

/// plain + gated * tanh(inner), of one x.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Expression {
    plain: Powers,
    gated: Powers,
    inner: Powers,
}

impl Expression {
    fn of(plain: Powers) -> Expression {
        Expression { plain, gated: [0.0; 4], inner: [0.0; 4] }
    }

    fn is_plain(&self) -> bool {
        self.gated == [0.0; 4]
    }

    fn add(self, other: Expression) -> Option<Expression> {
        let sum = |a: Powers, b: Powers| std::array::from_fn(|power| a[power] + b[power]);
        if !self.is_plain() && !other.is_plain() && self.inner != other.inner {
            return None;
        }
        let inner = if self.is_plain() { other.inner } else { self.inner };
        Some(Expression { plain: sum(self.plain, other.plain), gated: sum(self.gated, other.gated), inner })
    }

    fn mul(self, other: Expression) -> Option<Expression> {
        let (factor, rest) = if self.is_plain() { (self.plain, other) } else { (other.plain, self) };
        if !self.is_plain() && !other.is_plain() {
            return None;
        }
        Some(Expression { plain: product(factor, rest.plain)?, gated: product(factor, rest.gated)?, inner: rest.inner })
    }

    fn to_the(self, power: f32) -> Option<Expression> {
        let times = [2.0, 3.0].iter().position(|number| *number == power)?;
        (0..=times).try_fold(self, |product, _| product.mul(self))
    }

    fn is_near(&self, other: &Expression) -> bool {
        let near = |a: &f64, b: &f64| (a - b).abs() <= TOLERANCE * b.abs();
        let all = |a: &Powers, b: &Powers| a.iter().zip(b).all(|(a, b)| near(a, b));
        all(&self.plain, &other.plain) && all(&self.gated, &other.gated) && all(&self.inner, &other.inner)
    }
}

/// Nothing where it has higher powers.
fn product(a: Powers, b: Powers) -> Option<Powers> {
    let mut product = [0.0; 4];
    for (left, a) in a.iter().enumerate().filter(|(_, a)| **a != 0.0) {
        for (right, b) in b.iter().enumerate().filter(|(_, b)| **b != 0.0) {
            *product.get_mut(left + right)? += a * b;
        }
    }
    Some(product)
}

impl Lowering<'_> {
    /// The product that makes GELU of a value, as one step: those on the way are left out if nothing else reads them.
    pub(super) fn gelu(&mut self, node: &TypedNode) -> TractResult<Option<Value>> {
        if !node.inputs.iter().any(|input| self.has_tanh(*input, 3)) {
            return Ok(None);
        }
        let mut bases = node.inputs.to_vec();
        for input in &node.inputs {
            let factors = &self.model.node(input.node).inputs;
            bases.extend(factors.iter().filter(|_| self.binary(*input) == Some(Binary::Mul)));
        }
        for base in bases {
            let mut left = MOST;
            let found = self.expression(node.id.into(), base, &mut left)?;
            if !found.is_some_and(|found| found.is_near(&GELU)) || self.shape(base)? != self.shape(node.id.into())? {
                continue;
            }
            let input = self.dense(base)?;
            let place = self.buffer(input.place.length);
            self.push(Work::Map { input: input.place, function: Activation::GeluTanh }, place, None);
            return Ok(Some(Value::Dense(Dense { place, ..input })));
        }
        Ok(None)
    }

    fn binary(&self, outlet: OutletId) -> Option<Binary> {
        self.model.node(outlet.node).op_as::<TypedBinOp>().and_then(binary)
    }

    fn has_tanh(&self, outlet: OutletId, depth: usize) -> bool {
        let node = self.model.node(outlet.node);
        let is_tanh = node.op_as::<ElementWiseOp>().is_some_and(|op| op.0.is::<Tanh>());
        let inner = depth > 0 && node.op_is::<TypedBinOp>();
        is_tanh || inner && node.inputs.iter().any(|input| self.has_tanh(*input, depth - 1))
    }

    /// A value as an expression of another, if it is one. No more than `left` operators are looked at.
    fn expression(&self, outlet: OutletId, base: OutletId, left: &mut usize) -> TractResult<Option<Expression>> {
        if outlet == base {
            return Ok(Some(Expression::of([0.0, 1.0, 0.0, 0.0])));
        }
        // The product itself has no value yet.
        if self.values.contains_key(&outlet)
            && let Some(tensor) = self.constant(outlet)?
        {
            let number = super::floats(&tensor)?.first().copied().filter(|_| tensor.len() == 1);
            return Ok(number.map(|number| Expression::of([number.into(), 0.0, 0.0, 0.0])));
        }
        if *left == 0 {
            return Ok(None);
        }
        *left -= 1;
        let node = self.model.node(outlet.node);
        if let Some(op) = node.op_as::<ElementWiseOp>() {
            let Some(x) = self.expression(node.inputs[0], base, left)? else { return Ok(None) };
            let power = op.0.downcast_ref::<PowConst>().map(|op| op.exponent);
            return Ok(match () {
                () if op.0.is::<Square>() => x.to_the(2.0),
                () if power.is_some() => power.and_then(|power| x.to_the(power)),
                () if op.0.is::<Tanh>() && x.is_plain() => {
                    Some(Expression { plain: [0.0; 4], gated: [1.0, 0.0, 0.0, 0.0], inner: x.plain })
                }
                () => None,
            });
        }
        let (Some(function @ (Binary::Add | Binary::Mul)), [a, b]) = (self.binary(outlet), &node.inputs[..]) else {
            return Ok(None);
        };
        let Some(a) = self.expression(*a, base, left)? else { return Ok(None) };
        let Some(b) = self.expression(*b, base, left)? else { return Ok(None) };
        Ok(if function == Binary::Add { a.add(b) } else { a.mul(b) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_multiplied_out() {
        let number = |number: f64| Expression::of([number, 0.0, 0.0, 0.0]);
        let x = Expression::of([0.0, 1.0, 0.0, 0.0]);
        let cube = x.mul(x).unwrap().mul(x).unwrap();
        assert_eq!(cube, Expression::of([0.0, 0.0, 0.0, 1.0]));
        assert_eq!(cube.mul(x), None);
        let inner = x.add(cube.mul(number(0.044_715)).unwrap()).unwrap().mul(number(ROOT)).unwrap();
        let tanh = Expression { plain: [0.0; 4], gated: [1.0, 0.0, 0.0, 0.0], inner: inner.plain };
        let gate = tanh.add(number(1.0)).unwrap();
        let gelu = x.mul(number(0.5)).unwrap().mul(gate).unwrap();
        assert!(gelu.is_near(&GELU));
        assert!(!x.mul(gate).unwrap().is_near(&GELU));
        assert_eq!(gate.mul(gate), None);
    }
}
