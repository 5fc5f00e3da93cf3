//! What arrived → elements of the dtype that the model wants, exactly or not at all.

use tract_onnx::prelude::f16;

use super::{Array, Data, Scalar, position};

/// An element type that arriving numbers can become. Each conversion is exact, or rounds once (floats), or says why not.
pub(crate) trait Element: Sized + Clone {
    const NAME: &'static str;
    fn from_float(value: f64) -> Option<Self>;
    fn from_int(value: i64) -> Option<Self>;
    fn from_big(value: u64) -> Option<Self>;
    /// The vector itself where it is already of this type.
    fn same(data: Data) -> Result<Vec<Self>, Data> {
        Err(data)
    }
}

macro_rules! integer {
    ($type:ty, $name:literal, $variant:ident) => {
        impl Element for $type {
            const NAME: &'static str = $name;
            fn from_float(value: f64) -> Option<Self> {
                // Beyond 2^53 a double no longer tells neighbours apart: what arrives may not be what was meant.
                let whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
                if whole { <$type>::try_from(value as i64).ok() } else { None }
            }
            fn from_int(value: i64) -> Option<Self> {
                <$type>::try_from(value).ok()
            }
            fn from_big(value: u64) -> Option<Self> {
                <$type>::try_from(value).ok()
            }
            fn same(data: Data) -> Result<Vec<Self>, Data> {
                match data {
                    Data::$variant(values) => Ok(values),
                    other => Err(other),
                }
            }
        }
    };
}
integer!(i8, "an int8", I8);
integer!(i16, "an int16", I16);
integer!(i32, "an int32", I32);
integer!(i64, "an int64", I64);
integer!(u8, "a uint8", U8);
integer!(u16, "a uint16", U16);
integer!(u32, "a uint32", U32);
integer!(u64, "a uint64", U64);

/// A finite number stays finite, or it does not fit.
fn finite<T>(value: f64, narrow: T, is_finite: bool) -> Option<T> {
    if is_finite || !value.is_finite() { Some(narrow) } else { None }
}

impl Element for f32 {
    const NAME: &'static str = "a float32";
    fn from_float(value: f64) -> Option<Self> {
        finite(value, value as f32, (value as f32).is_finite())
    }
    fn from_int(value: i64) -> Option<Self> {
        Some(value as f32)
    }
    fn from_big(value: u64) -> Option<Self> {
        Some(value as f32)
    }
    fn same(data: Data) -> Result<Vec<Self>, Data> {
        if let Data::F32(values) = data { Ok(values) } else { Err(data) }
    }
}

impl Element for f64 {
    const NAME: &'static str = "a float64";
    fn from_float(value: f64) -> Option<Self> {
        Some(value)
    }
    fn from_int(value: i64) -> Option<Self> {
        Some(value as f64)
    }
    fn from_big(value: u64) -> Option<Self> {
        Some(value as f64)
    }
    fn same(data: Data) -> Result<Vec<Self>, Data> {
        if let Data::F64(values) = data { Ok(values) } else { Err(data) }
    }
}

impl Element for f16 {
    const NAME: &'static str = "a float16";
    fn from_float(value: f64) -> Option<Self> {
        let narrow = f16::from_f64(value);
        finite(value, narrow, narrow.is_finite())
    }
    fn from_int(value: i64) -> Option<Self> {
        Self::from_float(value as f64)
    }
    fn from_big(value: u64) -> Option<Self> {
        Self::from_float(value as f64)
    }
}

impl Element for bool {
    const NAME: &'static str = "a bool";
    fn from_float(value: f64) -> Option<Self> {
        match value {
            0.0 => Some(false),
            1.0 => Some(true),
            _ => None,
        }
    }
    fn from_int(value: i64) -> Option<Self> {
        Self::from_float(value as f64)
    }
    fn from_big(_: u64) -> Option<Self> {
        None
    }
    fn same(data: Data) -> Result<Vec<Self>, Data> {
        if let Data::Bool(values) = data { Ok(values) } else { Err(data) }
    }
}

/// The elements of `array` as `T`; `null` is the JSON form of NaN where `nan` is given.
///
/// # Errors
/// A message naming the first element that isn't a `T`, and where it stands.
pub(crate) fn cast<T: Element>(array: Array, nan: Option<T>) -> Result<Vec<T>, String> {
    let shape = array.shape;
    let data = match T::same(array.data) {
        Ok(values) => return Ok(values),
        Err(data) => data,
    };
    match data {
        Data::F32(v) => all(&shape, v, |&x| T::from_float(f64::from(x))),
        Data::F64(v) => all(&shape, v, |&x| T::from_float(x)),
        Data::I8(v) => all(&shape, v, |&x| T::from_int(i64::from(x))),
        Data::I16(v) => all(&shape, v, |&x| T::from_int(i64::from(x))),
        Data::I32(v) => all(&shape, v, |&x| T::from_int(i64::from(x))),
        Data::I64(v) => all(&shape, v, |&x| T::from_int(x)),
        Data::U8(v) => all(&shape, v, |&x| T::from_int(i64::from(x))),
        Data::U16(v) => all(&shape, v, |&x| T::from_int(i64::from(x))),
        Data::U32(v) => all(&shape, v, |&x| T::from_int(i64::from(x))),
        Data::U64(v) => all(&shape, v, |&x| T::from_big(x)),
        Data::Bool(v) => all(&shape, v, |_| None),
        Data::Text(v) => all(&shape, v, |_| None),
        Data::Mixed(v) => all(&shape, v, |scalar| match scalar {
            Scalar::Int(x) => T::from_int(*x),
            Scalar::Big(x) => T::from_big(*x),
            Scalar::Float(x) => T::from_float(*x),
            Scalar::Null => nan.clone(),
            Scalar::Bool(_) | Scalar::Text(_) => None,
        }),
    }
}

fn all<S: Show, T: Element>(shape: &[usize], values: Vec<S>, one: impl Fn(&S) -> Option<T>) -> Result<Vec<T>, String> {
    let mut cast = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        match one(value) {
            Some(element) => cast.push(element),
            None => {
                let at = position(shape, index);
                let at = if at.is_empty() { at } else { format!(" at {at}") };
                return Err(format!("expected {}, got {}{at}", T::NAME, value.show()));
            }
        }
    }
    Ok(cast)
}

/// How a value is written in a message: short whatever arrived.
pub(crate) trait Show {
    fn show(&self) -> String;
}

macro_rules! show_number {
    ($($type:ty),*) => { $(impl Show for $type {
        fn show(&self) -> String {
            format!("{self:?}")
        }
    })* };
}
show_number!(f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, bool);

impl Show for String {
    fn show(&self) -> String {
        let mut short: String = self.chars().take(24).collect();
        if short.len() < self.len() {
            short.push('…');
        }
        format!("the text {short:?}")
    }
}

impl Show for Scalar {
    fn show(&self) -> String {
        match self {
            Scalar::Null => "null".into(),
            Scalar::Bool(x) => x.show(),
            Scalar::Int(x) => x.show(),
            Scalar::Big(x) => x.show(),
            Scalar::Float(x) => x.show(),
            Scalar::Text(x) => x.show(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(values: &[f64]) -> Array {
        Array::flat(Data::F64(values.to_vec()))
    }

    #[test]
    fn numbers_fit_exactly_or_are_refused() {
        assert_eq!(cast::<i8>(floats(&[1.0, -128.0]), None), Ok(vec![1, -128]));
        assert_eq!(cast::<i8>(floats(&[1.0, 128.0]), None), Err("expected an int8, got 128.0 at [1]".into()));
        assert_eq!(cast::<i64>(floats(&[1.5]), None), Err("expected an int64, got 1.5 at [0]".into()));
        assert_eq!(cast::<f32>(floats(&[1e300]), None), Err("expected a float32, got 1e300 at [0]".into()));
        assert_eq!(cast::<f32>(floats(&[f64::INFINITY]), None), Ok(vec![f32::INFINITY]));
        assert!(cast::<f16>(floats(&[70000.0]), None).is_err());
        let big = Array::flat(Data::Mixed(vec![Scalar::Big(u64::MAX)]));
        assert_eq!(cast::<u64>(big.clone(), None), Ok(vec![u64::MAX]));
        assert!(cast::<i64>(big, None).is_err());
    }

    #[test]
    fn null_is_nan_only_where_allowed() {
        let array = || Array::flat(Data::Mixed(vec![Scalar::Float(1.0), Scalar::Null]));
        assert_eq!(cast::<f32>(array(), None), Err("expected a float32, got null at [1]".into()));
        assert!(cast::<f32>(array(), Some(f32::NAN)).unwrap()[1].is_nan());
    }
}
