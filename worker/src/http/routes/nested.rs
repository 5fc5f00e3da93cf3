//! Outputs as nested arrays, the way that TensorFlow Serving and MLflow write them.

use onnxlet::{Elements, NamedTensor};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

/// A tensor, or one row of it, as nested arrays; NaN and infinities, which JSON lacks, as `null`.
pub(super) struct Nested<'a> {
    tensor: &'a NamedTensor,
    row: Option<usize>,
}

impl<'a> Nested<'a> {
    /// All of a tensor.
    pub fn whole(tensor: &'a NamedTensor) -> Self {
        Nested { tensor, row: None }
    }

    /// What lies at `row` of its first axis.
    pub fn row(tensor: &'a NamedTensor, row: usize) -> Self {
        Nested { tensor, row: Some(row) }
    }

    fn part<T: Serialize, S: Serializer>(&self, elements: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        match (self.row, self.tensor.shape()) {
            (Some(row), [_, shape @ ..]) => {
                let stride: usize = shape.iter().product();
                let values = elements.get(row * stride..(row + 1) * stride).unwrap_or_default();
                Axes { shape, values }.serialize(serializer)
            }
            (_, shape) => Axes { shape, values: elements }.serialize(serializer),
        }
    }
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.tensor.elements() {
            Elements::F16(values) => {
                let wide: Vec<f32> = values.iter().map(|value| value.to_f32()).collect();
                self.part(&wide, serializer)
            }
            Elements::F32(values) => self.part(values, serializer),
            Elements::F64(values) => self.part(values, serializer),
            Elements::I8(values) => self.part(values, serializer),
            Elements::I16(values) => self.part(values, serializer),
            Elements::I32(values) => self.part(values, serializer),
            Elements::I64(values) => self.part(values, serializer),
            Elements::U8(values) => self.part(values, serializer),
            Elements::U16(values) => self.part(values, serializer),
            Elements::U32(values) => self.part(values, serializer),
            Elements::U64(values) => self.part(values, serializer),
            Elements::Bool(values) => self.part(values, serializer),
            Elements::Text(values) => self.part(values, serializer),
        }
    }
}

/// Elements under these axes, outermost first.
struct Axes<'a, T> {
    shape: &'a [usize],
    values: &'a [T],
}

impl<T: Serialize> Serialize for Axes<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.shape {
            [] => self.values.first().serialize(serializer),
            [_] => self.values.serialize(serializer),
            [length, shape @ ..] => {
                let stride: usize = shape.iter().product();
                let mut rows = serializer.serialize_seq(Some(*length))?;
                for row in 0..*length {
                    let values = self.values.get(row * stride..(row + 1) * stride).unwrap_or_default();
                    rows.serialize_element(&Axes { shape, values })?;
                }
                rows.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_become_brackets() {
        let json = |shape: &[usize], values: &[f32]| serde_json::to_string(&Axes { shape, values }).unwrap();
        assert_eq!(json(&[], &[1.5]), "1.5");
        assert_eq!(json(&[2], &[1.0, f32::NAN]), "[1.0,null]");
        assert_eq!(json(&[2, 1, 2], &[1.0, 2.0, 3.0, 4.0]), "[[[1.0,2.0]],[[3.0,4.0]]]");
        assert_eq!(json(&[2, 0], &[]), "[[],[]]");
    }
}
