//! Categories: OneHotEncoder, LabelEncoder, CategoryMapper.

use std::collections::HashMap;

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use crate::Dtype;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// A category as a map finds it: all NaN are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Int(i64),
    Text(String),
    Float(u64),
}

fn keys(tensor: &TensorValue) -> TractResult<Vec<Key>> {
    Ok(match tensor.dtype() {
        Dtype::String => tensor.slice::<String>()?.iter().cloned().map(Key::Text).collect(),
        dtype if dtype.is_float() => {
            let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { (x + 0.0).to_bits() };
            tensor.to_f64s()?.into_iter().map(|x| Key::Float(bits(x))).collect()
        }
        _ => tensor.to_i64s()?.into_iter().map(Key::Int).collect(),
    })
}

/// The attribute in its one of several types: `keys_strings`, `keys_int64s`, `keys_floats`, `keys_tensor`.
fn list(node: &Node, name: &str) -> TractResult<Option<TensorValue>> {
    if let Some(tensor) = node.tensor(&format!("{name}_tensor"))? {
        return Ok(Some(tensor));
    }
    if let Some(texts) = node.texts(&format!("{name}_strings"))?.filter(|list| !list.is_empty()) {
        return Ok(Some(TensorValue::new(&[texts.len()], texts)?));
    }
    if let Some(ints) = node.ints(&format!("{name}_int64s")).filter(|list| !list.is_empty()) {
        return Ok(Some(TensorValue::new(&[ints.len()], ints)?));
    }
    let floats = node.floats(&format!("{name}_floats")).filter(|list| !list.is_empty());
    floats.map(|floats| TensorValue::new(&[floats.len()], floats)).transpose()
}

/// What a map gives for each key, and for any other.
struct Map {
    places: HashMap<Key, usize>,
    values: TensorValue,
    default: TensorValue,
}

impl Map {
    fn new(from: &TensorValue, values: TensorValue, default: TensorValue) -> TractResult<Map> {
        ensure!(from.len() == values.len(), "{} keys for {} values", from.len(), values.len());
        ensure!(default.dtype() == values.dtype() && default.len() == 1, "the default is not one of the values' type");
        let mut places = HashMap::new();
        for (place, key) in keys(from)?.into_iter().enumerate() {
            // Of equal keys the last counts.
            places.insert(key, place);
        }
        Ok(Map { places, values, default })
    }

    fn apply(&self, input: &TensorValue) -> TractResult<TensorValue> {
        let places: Vec<Option<usize>> = keys(input)?.iter().map(|key| self.places.get(key).copied()).collect();
        macro_rules! each {
            ($type:ty) => {{
                let (values, default) = (self.values.slice::<$type>()?, self.default.item::<$type>()?);
                let value =
                    |place: &Option<usize>| place.map_or_else(|| default.clone(), |place| values[place].clone());
                TensorValue::new(input.shape(), places.iter().map(value).collect())
            }};
        }
        match self.values.dtype() {
            Dtype::String => each!(String),
            Dtype::Int64 => each!(i64),
            Dtype::Int32 => each!(i32),
            Dtype::Int16 => each!(i16),
            Dtype::Float32 => each!(f32),
            Dtype::Float64 => each!(f64),
            dtype => bail!("values of {} are not supported", dtype.name()),
        }
    }
}

pub(super) fn label_encoder(node: &Node) -> TractResult<Kernel> {
    if let Some(classes) = node.texts("classes_strings")? {
        return both_ways(node, classes);
    }
    let from = list(node, "keys")?.ok_or_else(|| format_err!("it has no keys"))?;
    let values = list(node, "values")?.ok_or_else(|| format_err!("it has no values"))?;
    let default = match (node.tensor("default_tensor")?, values.dtype()) {
        (Some(tensor), _) => tensor.reshaped(&[1])?,
        (None, Dtype::String) => TensorValue::new(&[1], vec![node.text("default_string", "_Unused")?])?,
        (None, Dtype::Float32) => TensorValue::new(&[1], vec![node.float("default_float", -0.0)])?,
        (None, Dtype::Int64) => TensorValue::new(&[1], vec![node.int("default_int64", -1)])?,
        (None, dtype) => TensorValue::from_f64s(dtype, &[1], vec![if dtype.is_float() { -0.0 } else { -1.0 }])?,
    };
    let map = Map::new(&from, values, default)?;
    // The last one's value counts in ONNX, the first one's in onnxruntime.
    ensure!(map.places.len() == from.len(), "a key is there twice");
    Ok(Box::new(move |arguments| one(map.apply(arguments.tensor(0)?)?)))
}

pub(super) fn category_mapper(node: &Node) -> TractResult<Kernel> {
    let texts = node.texts("cats_strings")?.unwrap_or_default();
    let ints = node.ints("cats_int64s").unwrap_or_default();
    let (texts, ints) = (TensorValue::new(&[texts.len()], texts)?, TensorValue::new(&[ints.len()], ints)?);
    two_maps(node, texts, ints)
}

/// The first version of LabelEncoder: texts to their places and back.
fn both_ways(node: &Node, classes: Vec<String>) -> TractResult<Kernel> {
    let places: Vec<i64> = (0..classes.len() as i64).collect();
    let (texts, ints) = (TensorValue::new(&[classes.len()], classes)?, TensorValue::new(&[places.len()], places)?);
    two_maps(node, texts, ints)
}

fn two_maps(node: &Node, texts: TensorValue, ints: TensorValue) -> TractResult<Kernel> {
    let default_text = TensorValue::new(&[1], vec![node.text("default_string", "_Unused")?])?;
    let default_int = TensorValue::new(&[1], vec![node.int("default_int64", -1)])?;
    let to_ints = Map::new(&texts, ints.clone(), default_int)?;
    let to_texts = Map::new(&ints, texts, default_text)?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        one(if input.dtype() == Dtype::String { to_ints.apply(input)? } else { to_texts.apply(input)? })
    }))
}

pub(super) fn one_hot_encoder(node: &Node) -> TractResult<Kernel> {
    let categories = match node.texts("cats_strings")?.filter(|list| !list.is_empty()) {
        Some(texts) => TensorValue::new(&[texts.len()], texts)?,
        None => {
            let ints = node.ints("cats_int64s").ok_or_else(|| format_err!("it has no categories"))?;
            TensorValue::new(&[ints.len()], ints)?
        }
    };
    let count = categories.len();
    let places: HashMap<Key, usize> = keys(&categories)?.into_iter().enumerate().map(|(at, key)| (key, at)).collect();
    let zeros = node.flag("zeros", 1);
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let given = match input.dtype().is_float() {
            // Numbers are compared as whole ones; NaN is none.
            true => {
                let whole = |x: f64| if x.is_nan() { Key::Float(x.to_bits()) } else { Key::Int(x as i64) };
                input.to_f64s()?.into_iter().map(whole).collect()
            }
            false => keys(input)?,
        };
        let size = given.len().checked_mul(count).filter(|size| *size < 1 << 28);
        let mut values = vec![0f32; size.ok_or_else(|| format_err!("{} × {count} is too large", given.len()))?];
        for (row, key) in given.iter().enumerate() {
            match places.get(key) {
                Some(place) => values[row * count + place] = 1.0,
                None => ensure!(zeros, "the category at {row} is unknown"),
            }
        }
        let mut shape = input.shape().to_vec();
        shape.push(count);
        one(TensorValue::new(&shape, values)?)
    }))
}
