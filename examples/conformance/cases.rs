//! The index of cases, and the tensors that it names.

use std::fs;
use std::path::Path;

use onnxlet::Value;
use serde::Deserialize;

use crate::compare::Elements;

/// `cases.json`.
#[derive(Deserialize)]
struct Index {
    cases: Vec<Case>,
}

/// One case of the suite.
#[derive(Clone, Deserialize)]
pub struct Case {
    /// Its folder's name in the suite: `test_abs`.
    pub name: String,
    /// `node`, `simple`, …
    pub suite: String,
    /// Empty for ONNX's own.
    pub domain: String,
    /// The operator under test.
    pub operator: String,
    /// The model's file.
    pub model: Option<String>,
    /// Inputs and what they must give.
    #[serde(default)]
    pub sets: Vec<Set>,
    /// Why it can't be run, where an input or output is no tensor.
    pub not_tensor: Option<String>,
}

/// One set of data.
#[derive(Clone, Deserialize)]
pub struct Set {
    /// In the order of the graph.
    pub inputs: Vec<Stored>,
    /// In the order of the graph.
    pub outputs: Vec<Stored>,
}

/// A tensor: its elements in a file, or texts.
#[derive(Clone, Deserialize)]
pub struct Stored {
    /// The graph's name for it.
    pub name: String,
    /// ONNX's name of the element type, in lower case.
    pub dtype: String,
    /// What the file holds instead, where numpy has no such type.
    pub stored: Option<String>,
    /// Its dimensions, outermost first.
    pub shape: Vec<u64>,
    file: Option<String>,
    texts: Option<Vec<String>>,
}

/// Reads the index.
///
/// # Errors
/// Which file is missing or not as expected.
pub fn read(folder: &Path) -> Result<Vec<Case>, String> {
    let path = folder.join("cases.json");
    let said = |problem: String| format!("{}: {problem}", path.display());
    let text = fs::read(&path).map_err(|e| said(e.to_string()))?;
    let index: Index = serde_json::from_slice(&text).map_err(|e| said(e.to_string()))?;
    Ok(index.cases)
}

impl Stored {
    /// What the file holds.
    pub fn stored(&self) -> &str {
        self.stored.as_deref().unwrap_or(&self.dtype)
    }

    /// Whether the elements may be NaN.
    pub fn is_float(&self) -> bool {
        self.dtype.starts_with("float") || self.dtype == "bfloat16"
    }

    fn bytes(&self, folder: &Path) -> Result<Vec<u8>, String> {
        let file = self.file.as_deref().ok_or_else(|| format!("{}: no file", self.name))?;
        fs::read(folder.join(file)).map_err(|e| format!("{file}: {e}"))
    }

    /// The elements, to compare with.
    ///
    /// # Errors
    /// A file that can't be read, or an unknown type.
    pub fn elements(&self, folder: &Path) -> Result<Elements, String> {
        if let Some(texts) = &self.texts {
            return Ok(Elements::Texts(texts.clone()));
        }
        let bytes = self.bytes(folder)?;
        macro_rules! read {
            ($type:ty, $variant:ident) => {
                Elements::$variant(numbers(&bytes, <$type>::from_le_bytes).map(|x| x.into()).collect())
            };
        }
        Ok(match self.stored() {
            "float32" => read!(f32, Floats),
            "float64" => read!(f64, Floats),
            "float16" => Elements::Floats(halves(&bytes).map(f64::from).collect()),
            "int8" => read!(i8, Ints),
            "int16" => read!(i16, Ints),
            "int32" => read!(i32, Ints),
            "int64" => read!(i64, Ints),
            "uint8" | "bool" => read!(u8, Ints),
            "uint16" => read!(u16, Ints),
            "uint32" => read!(u32, Ints),
            "uint64" => read!(u64, Ints),
            other => return Err(format!("{}: the type {other:?} is unknown here", self.name)),
        })
    }

    /// The value that a program would give: exactly these elements, in exactly this shape.
    ///
    /// # Errors
    /// As [`elements`](Self::elements).
    pub fn value(&self, folder: &Path) -> Result<Value, String> {
        let data = match &self.texts {
            Some(texts) => texts.clone().into(),
            None => data(self.stored(), self.bytes(folder)?)?,
        };
        Ok(Value::Map(vec![("data".into(), data), ("shape".into(), self.shape.clone().into())]))
    }
}

fn data(stored: &str, bytes: Vec<u8>) -> Result<Value, String> {
    macro_rules! read {
        ($type:ty) => {
            numbers(&bytes, <$type>::from_le_bytes).collect::<Vec<_>>().into()
        };
    }
    Ok(match stored {
        "float32" => read!(f32),
        "float64" => read!(f64),
        // A float32 holds every float16, and is narrowed to the same again.
        "float16" => halves(&bytes).collect::<Vec<_>>().into(),
        "int8" => read!(i8),
        "int16" => read!(i16),
        "int32" => read!(i32),
        "int64" => read!(i64),
        "uint8" => Value::Bytes(bytes),
        "uint16" => read!(u16),
        "uint32" => read!(u32),
        "uint64" => read!(u64),
        "bool" => bytes.iter().map(|&byte| byte != 0).collect::<Vec<_>>().into(),
        other => return Err(format!("the type {other:?} is unknown here")),
    })
}

fn numbers<const N: usize, T>(bytes: &[u8], from: fn([u8; N]) -> T) -> impl Iterator<Item = T> {
    bytes.as_chunks::<N>().0.iter().map(move |chunk| from(*chunk))
}

fn halves(bytes: &[u8]) -> impl Iterator<Item = f32> {
    numbers(bytes, u16::from_le_bytes).map(half)
}

/// The value of an IEEE binary16's bits.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::half;

    /// The bits are those of IEEE 754's own examples: smallest subnormal, smallest normal, one third, largest.
    #[test]
    fn halves_are_read_from_their_bits() {
        let expected = [(0x0001, 2f32.powi(-24)), (0x0400, 2f32.powi(-14)), (0x3555, 0.333_251_95), (0x7bff, 65504.0)];
        for (bits, value) in expected {
            assert_eq!((half(bits), half(bits | 0x8000)), (value, -value));
        }
        assert_eq!((half(0x7c00), half(0xfc00)), (f32::INFINITY, f32::NEG_INFINITY));
        assert!(half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
    }
}
