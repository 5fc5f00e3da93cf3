//! An array → a tensor of the input's dtype.

use tract_onnx::prelude::{Datum, Tensor, f16, tract_ndarray};

use super::{Misfit, Target, shape};
use crate::array::{Array, Data, Element, cast, position};
use crate::eager::narrow;
use crate::{Dtype, Error};

/// The tensor of `target` that holds `array`.
///
/// # Errors
/// What was expected and what came.
pub(super) fn make(target: &Target, array: Array) -> Result<Tensor, Misfit> {
    let shape = shape::resolve(target.spec, &array)?;
    let sizes: Vec<u64> = shape.iter().map(|&size| size as u64).collect();
    target.check_size(&sizes)?;
    let array = Array { shape, ..array };
    if let Some(range) = narrow::range(target.spec.dtype) {
        within(target, &array, range)?;
    }
    match target.spec.dtype.carrier() {
        Dtype::Float32 if target.spec.dtype != Dtype::Float32 => rounded(target, array),
        Dtype::Float32 => float(target, array, f32::NAN, |x| x.is_finite()),
        Dtype::Float64 => float(target, array, f64::NAN, |x| x.is_finite()),
        Dtype::Float16 => float(target, array, f16::NAN, |x| x.is_finite()),
        Dtype::Int8 => exact::<i8>(array),
        Dtype::Int16 => exact::<i16>(array),
        Dtype::Int32 => exact::<i32>(array),
        Dtype::Int64 => exact::<i64>(array),
        Dtype::Uint8 => exact::<u8>(array),
        Dtype::Uint16 => exact::<u16>(array),
        Dtype::Uint32 => exact::<u32>(array),
        Dtype::Uint64 => exact::<u64>(array),
        Dtype::Bool => exact::<bool>(array),
        // A carrier is none of the others.
        _ => text(array),
    }
}

/// Refuses whole numbers beyond a range of 4 or 2 bits.
fn within(target: &Target, array: &Array, (lowest, highest): (i8, i8)) -> Result<(), Misfit> {
    let values = cast::<i16>(array.clone(), None)?;
    match values.iter().position(|value| !(i16::from(lowest)..=i16::from(highest)).contains(value)) {
        None => Ok(()),
        Some(index) => {
            let (at, value, name) = (position(&array.shape, index), values[index], target.spec.dtype.name());
            let message = format!("expected {lowest} to {highest} ({name}), got {value} at {at}");
            Err(Misfit::Problem(message))
        }
    }
}

/// Floats of a dtype that is held as float32, rounded to it.
fn rounded(target: &Target, array: Array) -> Result<Tensor, Misfit> {
    let mut tensor = float(target, array, f32::NAN, |x| x.is_finite())?;
    let engine = |e: tract_onnx::prelude::TractError| Misfit::Fatal(Error::Engine(format!("{e:#}")));
    let mut plain = tensor.try_as_plain_ram_mut().map_err(engine)?;
    for value in plain.as_slice_mut::<f32>().map_err(engine)? {
        *value = narrow::round(target.spec.dtype, f64::from(*value));
    }
    Ok(tensor)
}

fn exact<T: Element + Datum>(array: Array) -> Result<Tensor, Misfit> {
    let shape = array.shape.clone();
    into_tensor(shape, cast::<T>(array, None)?)
}

fn float<T: Element + Datum>(
    target: &Target,
    array: Array,
    nan: T,
    is_finite: impl Fn(&T) -> bool,
) -> Result<Tensor, Misfit> {
    let shape = array.shape.clone();
    if target.card.is_some_and(|card| card.allow_nan) {
        return into_tensor(shape, cast(array, Some(nan))?);
    }
    let values = cast::<T>(array, None)?;
    if let Some(index) = values.iter().position(|value| !is_finite(value)) {
        let at = position(&shape, index);
        let message = format!("expected finite numbers, got {} at {at}; the card can say allow_nan", values[index]);
        return Err(Misfit::Problem(message));
    }
    into_tensor(shape, values)
}

fn text(array: Array) -> Result<Tensor, Misfit> {
    match array.data {
        Data::Text(texts) => into_tensor(array.shape, texts),
        other if other.len() == 0 => into_tensor(array.shape, Vec::<String>::new()),
        _ => Err(Misfit::Problem("expected texts".into())),
    }
}

fn into_tensor<T: Datum>(shape: Vec<usize>, values: Vec<T>) -> Result<Tensor, Misfit> {
    let array = tract_ndarray::ArrayD::from_shape_vec(shape, values);
    // The shape was resolved from the number of elements: they agree.
    array.map(Tensor::from).map_err(|e| Misfit::Fatal(Error::Engine(e.to_string())))
}
