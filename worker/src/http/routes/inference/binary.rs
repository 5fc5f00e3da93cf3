//! Tensors as bytes: little-endian elements, row-major; a text is its length (32 bits) and its bytes.

use half::f16;
use onnxlet::Dtype;
use onnxlet::{Elements, Value};

/// The elements of a tensor of this dtype.
///
/// # Errors
/// A message where the bytes are no whole number of elements, or no such elements.
pub(super) fn read(dtype: Dtype, bytes: &[u8]) -> Result<Value, String> {
    Ok(match dtype.carrier() {
        Dtype::Float16 => each(bytes, f16::from_le_bytes)?.into_iter().map(f16::to_f32).collect::<Vec<_>>().into(),
        Dtype::Float32 => each(bytes, f32::from_le_bytes)?.into(),
        Dtype::Float64 => each(bytes, f64::from_le_bytes)?.into(),
        Dtype::Int8 => each(bytes, i8::from_le_bytes)?.into(),
        Dtype::Int16 => each(bytes, i16::from_le_bytes)?.into(),
        Dtype::Int32 => each(bytes, i32::from_le_bytes)?.into(),
        Dtype::Int64 => each(bytes, i64::from_le_bytes)?.into(),
        Dtype::Uint8 => Value::Bytes(bytes.to_vec()),
        Dtype::Uint16 => each(bytes, u16::from_le_bytes)?.into(),
        Dtype::Uint32 => each(bytes, u32::from_le_bytes)?.into(),
        Dtype::Uint64 => each(bytes, u64::from_le_bytes)?.into(),
        Dtype::Bool => bools(bytes)?.into(),
        // A carrier is none of the others.
        _ => texts(bytes)?.into(),
    })
}

fn each<T, const N: usize>(bytes: &[u8], one: fn([u8; N]) -> T) -> Result<Vec<T>, String> {
    let (elements, rest) = bytes.as_chunks::<N>();
    if rest.is_empty() {
        return Ok(elements.iter().map(|bytes| one(*bytes)).collect());
    }
    Err(format!("binary_data_size: expected a multiple of the {N} bytes of an element, got {}", bytes.len()))
}

fn bools(bytes: &[u8]) -> Result<Vec<bool>, String> {
    let one = |(index, byte): (usize, &u8)| match byte {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(format!("expected the bytes 0 and 1, got {other} at [{index}]")),
    };
    bytes.iter().enumerate().map(one).collect()
}

fn texts(mut bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut texts = Vec::new();
    while !bytes.is_empty() {
        let index = texts.len();
        let cut = || format!("the element at [{index}] is cut off: {} bytes are left", bytes.len());
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| cut())?;
        let (text, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        let text =
            std::str::from_utf8(text).map_err(|error| format!("the element at [{index}] is not UTF-8: {error}"))?;
        texts.push(text.to_string());
        bytes = rest;
    }
    Ok(texts)
}

/// Appends the elements to `bytes`.
pub(super) fn write(elements: Elements, bytes: &mut Vec<u8>) {
    match elements {
        Elements::F16(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::F32(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::F64(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::I8(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::I16(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::I32(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::I64(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::U8(values) => bytes.extend(values),
        Elements::U16(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::U32(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::U64(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Elements::Bool(values) => bytes.extend(values.iter().map(|value| u8::from(*value))),
        Elements::Text(values) => write_texts(values, bytes),
    }
}

/// Appends texts to `bytes`.
pub(super) fn write_texts(texts: &[String], bytes: &mut Vec<u8>) {
    for text in texts {
        // No text in memory is longer than 32 bits can say, where memory has 32.
        bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_there_and_back() {
        let texts = ["", "é", "long ".repeat(100).as_str()].map(String::from);
        let mut bytes = Vec::new();
        write_texts(&texts, &mut bytes);
        assert_eq!(read(Dtype::String, &bytes), Ok(Value::from(texts.to_vec())));
    }

    #[test]
    fn bytes_that_are_no_such_elements_are_told() {
        for (dtype, bytes, message) in [
            (
                Dtype::Float32,
                &[0, 0, 0][..],
                "binary_data_size: expected a multiple of the 4 bytes of an element, got 3",
            ),
            (Dtype::Bool, &[0, 2], "expected the bytes 0 and 1, got 2 at [1]"),
            (Dtype::String, &[1, 0, 0], "the element at [0] is cut off: 3 bytes are left"),
            (Dtype::String, &[255, 255, 255, 255], "the element at [0] is cut off: 4 bytes are left"),
            (Dtype::String, &[0, 0, 0, 0, 2, 0, 0, 0, 65], "the element at [1] is cut off: 5 bytes are left"),
        ] {
            assert_eq!(read(dtype, bytes), Err(message.to_string()));
        }
        assert!(read(Dtype::String, &[1, 0, 0, 0, 255]).unwrap_err().contains("not UTF-8"));
    }
}
