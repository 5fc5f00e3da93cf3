//! A model's cases, as `tests/zoo/cases.py` writes them.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Failure;

/// What a model is asked, and what onnxruntime answers.
pub struct Case {
    pub name: String,
    pub inputs: Vec<Tensor>,
    pub outputs: Vec<Tensor>,
}

/// A named tensor.
pub struct Tensor {
    pub name: String,
    pub dtype: String,
    pub shape: Vec<usize>,
    pub data: Data,
    /// The classes of its last axis, where ZipMap names them.
    pub labels: Option<Vec<String>>,
}

/// A tensor's elements, row-major.
pub enum Data {
    /// float32 or float64.
    Floats(Vec<f64>),
    /// int64 or int32.
    Integers(Vec<i64>),
    Texts(Vec<String>),
}

/// Reads `cases.json` and the files that it names.
pub fn read(folder: &Path) -> Result<Vec<Case>, Failure> {
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("cases.json"))?)?;
    let tensors = |list: &Value| -> Result<Vec<Tensor>, Failure> {
        list.as_array().ok_or("no list of tensors")?.iter().map(|entry| tensor(folder, entry)).collect()
    };
    let case = |case: &Value| {
        Ok(Case { name: text(&case["name"])?, inputs: tensors(&case["inputs"])?, outputs: tensors(&case["outputs"])? })
    };
    cases.iter().map(case).collect()
}

fn text(value: &Value) -> Result<String, Failure> {
    Ok(value.as_str().ok_or_else(|| format!("expected a text, got {value}"))?.to_owned())
}

fn tensor(folder: &Path, entry: &Value) -> Result<Tensor, Failure> {
    let dtype = text(&entry["dtype"])?;
    let texts = |value: &Value| value.as_array().ok_or("no list of texts")?.iter().map(text).collect();
    let data = if dtype == "string" {
        Data::Texts(texts(&entry["data"])?)
    } else {
        numbers(&dtype, &fs::read(folder.join(text(&entry["file"])?))?)?
    };
    let shape = serde_json::from_value(entry["shape"].clone())?;
    let labels = entry.get("labels").map(texts).transpose()?;
    Ok(Tensor { name: text(&entry["name"])?, dtype, shape, data, labels })
}

/// Raw little-endian elements.
fn numbers(dtype: &str, bytes: &[u8]) -> Result<Data, Failure> {
    fn each<const N: usize, T>(bytes: &[u8], read: fn([u8; N]) -> T) -> Vec<T> {
        bytes.as_chunks::<N>().0.iter().map(|&element| read(element)).collect()
    }
    Ok(match dtype {
        "float32" => Data::Floats(each(bytes, |element| f32::from_le_bytes(element).into())),
        "float64" => Data::Floats(each(bytes, f64::from_le_bytes)),
        "int64" => Data::Integers(each(bytes, i64::from_le_bytes)),
        "int32" => Data::Integers(each(bytes, |element| i32::from_le_bytes(element).into())),
        other => return Err(format!("elements of {other} can't be read").into()),
    })
}

impl Case {
    /// The inputs as a request's JSON, where null is NaN.
    pub fn request(&self) -> Vec<u8> {
        let value = |tensor: &Tensor| match &tensor.data {
            Data::Floats(values) => json!(values),
            Data::Integers(values) => json!(values),
            Data::Texts(values) => json!(values),
        };
        let named = self.inputs.iter().map(|tensor| {
            (tensor.name.clone(), json!({"data": value(tensor), "shape": tensor.shape, "dtype": tensor.dtype}))
        });
        json!({"inputs": Value::Object(named.collect::<Map<_, _>>())}).to_string().into_bytes()
    }
}
