//! A value as it arrived, from whichever door.

mod json;
mod stack;

use crate::array::{Array, Data};

/// One value of a request, before it is known which input it is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers or texts.
    Array(Array),
    /// An array that can't be: ragged, too deep. The message says where.
    Broken(String),
    /// Named parts: a record, a shaped array, an image, an envelope.
    Map(Vec<(String, Value)>),
    /// Several values that aren't numbers or texts: records, images.
    List(Vec<Value>),
    /// Bytes: a picture where they begin like one and the input takes pictures, uint8 elements otherwise.
    Bytes(Vec<u8>),
    /// A picture in a file's form, whatever the bytes begin like.
    Encoded(Vec<u8>),
    /// Uncompressed RGBA, 8 bits a channel, row by row.
    Pixels(Pixels),
}

/// An uncompressed picture, as a canvas gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes a pixel: red, green, blue, alpha (not premultiplied).
    pub rgba: Vec<u8>,
}

macro_rules! from_vec {
    ($($type:ty => $variant:ident),*) => {
        $(impl From<Vec<$type>> for Value {
            /// A flat run of elements, which is folded to the input's shape.
            fn from(values: Vec<$type>) -> Value {
                Value::Array(Array::flat(Data::$variant(values)))
            }
        })*
    };
}
from_vec!(f32 => F32, f64 => F64, i8 => I8, i16 => I16, i32 => I32, i64 => I64, u16 => U16, u32 => U32, u64 => U64,
    bool => Bool, String => Text);

impl Value {
    /// What it is, in a message.
    pub(crate) fn kind(&self) -> String {
        match self {
            Value::Array(array) if array.shape.is_empty() => "a single value".into(),
            Value::Array(_) | Value::Broken(_) => "an array".into(),
            Value::Map(entries) => {
                let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).take(4).collect();
                format!("an object with {}", if keys.is_empty() { "no fields".into() } else { keys.join(", ") })
            }
            Value::List(_) => "a list of objects".into(),
            Value::Bytes(bytes) | Value::Encoded(bytes) => format!("{} bytes", bytes.len()),
            Value::Pixels(pixels) => format!("{}×{} pixels", pixels.width, pixels.height),
        }
    }

    /// The entry called `name`, of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }
}
