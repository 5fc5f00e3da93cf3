//! How values lie in memory: the sizes of their axes as the model has them, and the order in which the axes are stored.

use tract_onnx::prelude::*;

use super::memory::Place;
use onnxlet_kernels::activation::Clamp;

/// A value of float32.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    pub(super) place: Place,
    pub(super) shape: Vec<usize>,
    /// Axes, the outermost in memory first. Those of size 1 may be anywhere.
    pub(super) order: Vec<usize>,
}

impl Dense {
    /// The axes that matter, in the order of memory.
    pub(super) fn significant(&self) -> Vec<usize> {
        significant(&self.order, &self.shape)
    }

    /// Elements from one place of each axis to the next; 0 for axes of size 1.
    pub(super) fn strides(&self) -> Vec<usize> {
        strides(&self.order, &self.shape)
    }

    /// Whether its axes are stored in this order.
    pub(super) fn is_in(&self, order: &[usize]) -> bool {
        self.significant() == significant(order, &self.shape)
    }
}

/// The axes of more than one place.
pub(super) fn significant(order: &[usize], shape: &[usize]) -> Vec<usize> {
    order.iter().copied().filter(|axis| shape[*axis] != 1).collect()
}

/// Elements from one place of each axis to the next; 0 for axes of size 1.
pub(super) fn strides(order: &[usize], shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![0; shape.len()];
    let mut stride = 1;
    for axis in order.iter().rev().filter(|axis| shape[**axis] != 1) {
        strides[*axis] = stride;
        stride *= shape[*axis];
    }
    strides
}

/// A value that a line between two limits, perhaps times the element, makes of each element of another, and that nothing has
/// computed yet: the kernel that makes the other value may do it.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) base: OutletId,
    pub(super) clamp: Clamp,
    pub(super) gated: Gated,
    /// The nodes whose work this is.
    pub(super) nodes: Vec<usize>,
}

/// Whether the line is multiplied with the element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gated {
    No,
    /// And this is added.
    Plus(f32),
}

/// What whole numbers carried as float32 are less: bytes their zero point, sums nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Centre {
    pub(super) zero: Zero,
    pub(super) dtype: DatumType,
}

/// A zero point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zero {
    Known(i32),
    /// That of each run: a value.
    Of(OutletId),
}

impl Centre {
    /// The least and largest byte, as carried. Those of which the zero point is not known may be both.
    pub(super) fn limits(self) -> [f32; 2] {
        let [low, high] = match self.dtype {
            DatumType::I8 => [-128, 127],
            DatumType::U8 => [0, 255],
            _ => return [f32::NEG_INFINITY, f32::INFINITY],
        };
        match self.zero {
            Zero::Known(zero) => [low - zero, high - zero].map(|limit| limit as f32),
            Zero::Of(_) => [-255.0, 255.0],
        }
    }

    pub(super) fn known(self) -> Option<i32> {
        if let Zero::Known(zero) = self.zero { Some(zero) } else { None }
    }
}

/// A value of which each element is a function of another's byte, and that nothing has computed yet: operators of one number, one
/// after the other, become a table of 256.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// Bytes, carried as float32.
    pub(super) base: OutletId,
    /// The function of all bytes in their order, as the operators themselves compute it.
    pub(super) values: Arc<Tensor>,
    /// Where they are bytes.
    pub(super) centre: Option<Centre>,
    /// The nodes whose work this is.
    pub(super) nodes: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Dense(Dense),
    Pending(Pending),
    /// A function of one byte.
    Function(Function),
    /// One that is not float32, kept as a tensor.
    Slot(usize),
    Constant(Arc<Tensor>),
}
