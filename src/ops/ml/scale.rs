//! What prepares numbers: Scaler, Normalizer, Imputer, Binarizer, FeatureVectorizer, ArrayFeatureExtractor.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::rows::rows;
use crate::Dtype;
use crate::eager::broadcast;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::{Element, TensorValue, with_element};

/// One value for all columns, or one a column.
fn at<T: Copy>(values: &[T], column: usize) -> T {
    if values.len() == 1 { values[0] } else { values[column] }
}

fn check(values: usize, columns: usize, name: &str) -> TractResult<()> {
    ensure!(values == 1 || values == columns, "{name} has {values} values for {columns} columns");
    Ok(())
}

pub(super) fn scaler(node: &Node) -> TractResult<Kernel> {
    let or = |name: &str, default: f32| {
        let values = node.floats(name).filter(|values| !values.is_empty());
        values.unwrap_or_else(|| vec![default])
    };
    let (offset, scale) = (or("offset", 0.0), or("scale", 1.0));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let columns = input.shape().last().copied().unwrap_or(1);
        check(offset.len(), columns, "offset")?;
        check(scale.len(), columns, "scale")?;
        let mut values = input.to_f32s()?;
        for row in values.chunks_mut(columns.max(1)) {
            row.iter_mut().enumerate().for_each(|(column, x)| *x = (*x - at(&offset, column)) * at(&scale, column));
        }
        one(TensorValue::new(input.shape(), values)?)
    }))
}

pub(super) fn normalizer(node: &Node) -> TractResult<Kernel> {
    let norm = node.text("norm", "MAX")?;
    let size: fn(&[f32]) -> f32 = match norm.as_str() {
        "MAX" => |row| row.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        "L1" => |row| row.iter().map(|x| x.abs()).sum(),
        "L2" => |row| row.iter().map(|x| x * x).sum::<f32>(),
        other => bail!("norm {other:?} is unknown"),
    };
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let (_, columns) = rows(input)?;
        let mut values = input.to_f32s()?;
        for row in values.chunks_mut(columns.max(1)) {
            let size = size(row);
            if size == 0.0 {
                continue;
            }
            // The sign of each element outlives the square root's rounding in the reference.
            if norm == "L2" {
                row.iter_mut().for_each(|x| *x = ((*x * *x) / size).sqrt().copysign(*x));
            } else {
                row.iter_mut().for_each(|x| *x /= size);
            }
        }
        one(TensorValue::new(input.shape(), values)?)
    }))
}

pub(super) fn imputer(node: &Node) -> TractResult<Kernel> {
    let ints = node.ints("imputed_value_int64s").filter(|values| !values.is_empty());
    let floats = node.floats("imputed_value_floats").filter(|values| !values.is_empty());
    let replaced_int = node.int("replaced_value_int64", 0);
    let replaced = node.float("replaced_value_float", 0.0);
    ensure!(ints.is_some() || floats.is_some(), "it has no imputed values");
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let columns = input.shape().last().copied().unwrap_or(1);
        match (input.dtype(), &ints, &floats) {
            (Dtype::Int64, Some(imputed), _) => {
                check(imputed.len(), columns, "imputed_value_int64s")?;
                let values = input.slice::<i64>()?.iter().enumerate();
                let replace =
                    |(index, x): (usize, &i64)| if *x == replaced_int { at(imputed, index % columns) } else { *x };
                one(TensorValue::new(input.shape(), values.map(replace).collect())?)
            }
            (dtype, _, Some(imputed)) if dtype.is_float() => {
                check(imputed.len(), columns, "imputed_value_floats")?;
                let is_missing = |x: f64| if replaced.is_nan() { x.is_nan() } else { x == f64::from(replaced) };
                let values = input.to_f64s()?.into_iter().enumerate();
                let replace = |(index, x): (usize, f64)| match is_missing(x) {
                    true => f64::from(at(imputed, index % columns)),
                    false => x,
                };
                one(TensorValue::from_f64s(dtype, input.shape(), values.map(replace).collect())?)
            }
            (dtype, _, _) => bail!("it has no imputed values for {}", dtype.name()),
        }
    }))
}

pub(super) fn binarizer(node: &Node) -> TractResult<Kernel> {
    let threshold = f64::from(node.float("threshold", 0.0));
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let values = input.to_f64s()?.into_iter().map(|x| f64::from(u8::from(x > threshold)));
        one(TensorValue::from_f64s(input.dtype(), input.shape(), values.collect())?)
    }))
}

pub(super) fn feature_vectorizer(node: &Node) -> TractResult<Kernel> {
    let widths = node.ints("inputdimensions").ok_or_else(|| format_err!("inputdimensions is missing"))?;
    let widths = widths.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Box::new(move |arguments| {
        let inputs = arguments.tensors()?;
        ensure!(inputs.len() == widths.len(), "{} inputs for {} inputdimensions", inputs.len(), widths.len());
        let count = inputs.first().map_or(Ok(0), |input| rows(input).map(|(count, _)| count))?;
        let total = widths.iter().try_fold(0usize, |sum, width| sum.checked_add(*width));
        let total = total.ok_or_else(|| format_err!("inputdimensions {widths:?} are too large"))?;
        let mut values = vec![0.0; broadcast::count(&[count, total])?];
        let mut first = 0;
        for (input, width) in inputs.into_iter().zip(&widths) {
            let (own, columns) = rows(input)?;
            ensure!(own == count, "inputs have {count} and {own} rows");
            let given = input.to_f32s()?;
            for row in 0..count {
                for column in 0..columns.min(*width) {
                    values[row * total + first + column] = given[row * columns + column];
                }
            }
            first += width;
        }
        one(TensorValue::new(&[count, total], values)?)
    }))
}

pub(super) fn array_feature_extractor(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let input = arguments.tensor(0)?;
        let places = arguments.tensor(1)?.to_i64s()?;
        let columns = input.shape().last().copied().unwrap_or(1);
        let mut shape = input.shape().to_vec();
        match shape.last_mut() {
            Some(last) => *last = places.len(),
            None => shape.push(places.len()),
        }
        if input.rank() == 1 {
            shape.insert(0, 1);
        }
        with_element!(input.dtype(), T => one(extracted::<T>(input, &places, columns, &shape)?))
    }))
}

fn extracted<T: Element>(
    input: &TensorValue,
    places: &[i64],
    columns: usize,
    shape: &[usize],
) -> TractResult<TensorValue> {
    let mut values = vec![];
    for row in input.slice::<T>()?.chunks(columns.max(1)) {
        for place in places {
            let value = usize::try_from(*place).ok().and_then(|place| row.get(place));
            values.push(value.ok_or_else(|| format_err!("there is no column {place} of {columns}"))?.clone());
        }
    }
    TensorValue::tagged(input.dtype(), shape, values)
}
