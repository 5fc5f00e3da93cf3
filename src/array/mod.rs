//! Numbers and texts as they arrive, before anything is known of the input they are for.

mod builder;
mod cast;

pub(crate) use builder::ArrayBuilder;
pub(crate) use cast::{Element, cast};

/// A dense array of what arrived, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Its dimensions, outermost first.
    pub(crate) shape: Vec<usize>,
    /// Whether the sender said the shape, or its nesting did; a typed array alone says none.
    pub(crate) shaped: Shaped,
    /// Its elements.
    pub(crate) data: Data,
}

/// Where an array's shape comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shaped {
    /// Given beside the data: it must hold to the letter.
    Declared,
    /// Seen from the nesting; one flat run may still fill several dimensions.
    Nested,
}

/// The elements of an [`Array`]: of one kind as long as they were alike, otherwise one by one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    Bool(Vec<bool>),
    Text(Vec<String>),
    Mixed(Vec<Scalar>),
}

/// One element.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// Beyond `i64::MAX`.
    Big(u64),
    Float(f64),
    Text(String),
}

impl Data {
    pub(crate) fn len(&self) -> usize {
        match self {
            Data::F32(v) => v.len(),
            Data::F64(v) => v.len(),
            Data::I8(v) => v.len(),
            Data::I16(v) => v.len(),
            Data::I32(v) => v.len(),
            Data::I64(v) => v.len(),
            Data::U8(v) => v.len(),
            Data::U16(v) => v.len(),
            Data::U32(v) => v.len(),
            Data::U64(v) => v.len(),
            Data::Bool(v) => v.len(),
            Data::Text(v) => v.len(),
            Data::Mixed(v) => v.len(),
        }
    }

    /// The element at `index`, where it is a text.
    pub(crate) fn text(&self, index: usize) -> Option<&str> {
        match self {
            Data::Text(v) => v.get(index).map(String::as_str),
            _ => None,
        }
    }
}

impl Array {
    /// A flat run of elements: how a typed array arrives.
    pub(crate) fn flat(data: Data) -> Array {
        Array { shape: vec![data.len()], shaped: Shaped::Nested, data }
    }
}

/// `[3][0]`: where the element at `index` of an array of that `shape` stands; empty for a scalar.
pub(crate) fn position(shape: &[usize], index: usize) -> String {
    let mut rest = index;
    let mut path = vec![];
    for &dim in shape.iter().rev() {
        path.push(rest % dim.max(1));
        rest /= dim.max(1);
    }
    path.iter().rev().map(|i| format!("[{i}]")).collect()
}
