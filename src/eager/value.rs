//! What stands between operators: tensors, of every dtype that ONNX has, and sequences of them.

use std::sync::Arc;

use tract_onnx::prelude::{Datum, DatumType, IntoArcTensor, Tensor, TractResult, f16};
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::narrow;
use crate::Dtype;

/// A tensor with its ONNX dtype, or a sequence, or an optional that holds nothing.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Tensor(TensorValue),
    Sequence(Vec<Value>),
    Nothing,
}

/// A tensor. One of a dtype that tract lacks (bfloat16, float8, 4 and 2 bits) is held in a wider one, all its elements being
/// values of the narrow one: see [`Dtype::to_tract`].
#[derive(Clone, Debug)]
pub(crate) struct TensorValue {
    dtype: Dtype,
    tensor: Arc<Tensor>,
}

/// An element type of Rust's that a tensor may hold.
pub(crate) trait Element: Datum + Clone + Default + PartialEq {
    const DTYPE: Dtype;
}

macro_rules! element {
    ($($type:ty => $dtype:ident),*) => { $(impl Element for $type { const DTYPE: Dtype = Dtype::$dtype; })* };
}
element!(f32 => Float32, f64 => Float64, f16 => Float16, bool => Bool, String => String);
element!(i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64, u8 => Uint8, u16 => Uint16, u32 => Uint32, u64 => Uint64);

/// Runs `$body` with the Rust type of the elements that hold a dtype as `$type`.
macro_rules! with_element {
    ($dtype:expr, $type:ident => $body:expr) => {
        match $dtype.to_tract() {
            tract_onnx::prelude::DatumType::F32 => {
                type $type = f32;
                $body
            }
            tract_onnx::prelude::DatumType::F64 => {
                type $type = f64;
                $body
            }
            tract_onnx::prelude::DatumType::F16 => {
                type $type = tract_onnx::prelude::f16;
                $body
            }
            tract_onnx::prelude::DatumType::I8 => {
                type $type = i8;
                $body
            }
            tract_onnx::prelude::DatumType::I16 => {
                type $type = i16;
                $body
            }
            tract_onnx::prelude::DatumType::I32 => {
                type $type = i32;
                $body
            }
            tract_onnx::prelude::DatumType::I64 => {
                type $type = i64;
                $body
            }
            tract_onnx::prelude::DatumType::U8 => {
                type $type = u8;
                $body
            }
            tract_onnx::prelude::DatumType::U16 => {
                type $type = u16;
                $body
            }
            tract_onnx::prelude::DatumType::U32 => {
                type $type = u32;
                $body
            }
            tract_onnx::prelude::DatumType::U64 => {
                type $type = u64;
                $body
            }
            tract_onnx::prelude::DatumType::Bool => {
                type $type = bool;
                $body
            }
            _ => {
                type $type = String;
                $body
            }
        }
    };
}
pub(crate) use with_element;

impl Value {
    /// The tensor inside.
    ///
    /// # Errors
    /// Where it is a sequence or nothing.
    pub(crate) fn tensor(&self) -> TractResult<&TensorValue> {
        match self {
            Value::Tensor(tensor) => Ok(tensor),
            Value::Sequence(_) => bail!("expected a tensor, got a sequence"),
            Value::Nothing => bail!("expected a tensor, got an empty optional"),
        }
    }

    /// The sequence inside.
    ///
    /// # Errors
    /// Where it is none.
    pub(crate) fn sequence(&self) -> TractResult<&[Value]> {
        match self {
            Value::Sequence(values) => Ok(values),
            _ => bail!("expected a sequence"),
        }
    }
}

impl From<TensorValue> for Value {
    fn from(tensor: TensorValue) -> Value {
        Value::Tensor(tensor)
    }
}

impl TensorValue {
    /// A tensor of a Rust type's own dtype, row-major.
    ///
    /// # Errors
    /// Where `data` does not fill `shape`.
    pub(crate) fn new<T: Element>(shape: &[usize], data: Vec<T>) -> TractResult<TensorValue> {
        TensorValue::tagged(T::DTYPE, shape, data)
    }

    /// A scalar.
    pub(crate) fn scalar<T: Element>(value: T) -> TractResult<TensorValue> {
        TensorValue::new(&[], vec![value])
    }

    /// A tensor whose elements stand for those of `dtype`, which `T` must hold.
    ///
    /// # Errors
    /// Where `data` does not fill `shape`, or `T` does not hold `dtype`.
    pub(crate) fn tagged<T: Element>(dtype: Dtype, shape: &[usize], data: Vec<T>) -> TractResult<TensorValue> {
        ensure!(dtype.to_tract() == T::datum_type(), "{:?} does not hold {}", T::datum_type(), dtype.name());
        let count = data.len();
        let array = tract_onnx::prelude::tract_ndarray::ArrayD::from_shape_vec(shape, data)
            .map_err(|_| format_err!("{count} elements do not fill the shape {shape:?}"))?;
        Ok(TensorValue { dtype, tensor: Tensor::from(array).into_arc_tensor() })
    }

    /// What tract or a request made. `None`: its own dtype.
    ///
    /// # Errors
    /// Where tract's type is none of ONNX's.
    pub(crate) fn from_tract(dtype: Option<Dtype>, tensor: Arc<Tensor>) -> TractResult<TensorValue> {
        let own = Dtype::from_tract(tensor.datum_type())
            .ok_or_else(|| format_err!("{:?} is no type of ONNX's", tensor.datum_type()))?;
        let dtype = dtype.unwrap_or(own);
        let wanted = dtype.to_tract();
        let tensor = if tensor.datum_type() == wanted && tensor.is_plain_ram() {
            tensor
        } else {
            Arc::new(tensor.cast_to_dt(wanted)?.into_owned())
        };
        Ok(TensorValue { dtype, tensor })
    }

    /// Numbers rounded to `dtype`: to nearest, ties to even, for floats; towards zero and saturated, for integers. Booleans are
    /// whether it is not 0.
    ///
    /// # Errors
    /// As [`Self::tagged`], and for strings.
    pub(crate) fn from_f64s(dtype: Dtype, shape: &[usize], data: Vec<f64>) -> TractResult<TensorValue> {
        macro_rules! each {
            ($convert:expr) => {
                TensorValue::tagged(dtype, shape, data.into_iter().map($convert).collect())
            };
        }
        match dtype.to_tract() {
            DatumType::F64 => TensorValue::tagged(dtype, shape, data),
            DatumType::F32 => each!(|x| narrow::round(dtype, x)),
            DatumType::F16 => each!(f16::from_f64),
            DatumType::I8 => each!(|x| narrow::clamp(dtype, x) as i8),
            DatumType::U8 => each!(|x| narrow::clamp(dtype, x) as u8),
            DatumType::I16 => each!(|x| x as i16),
            DatumType::I32 => each!(|x| x as i32),
            DatumType::I64 => each!(|x| x as i64),
            DatumType::U16 => each!(|x| x as u16),
            DatumType::U32 => each!(|x| x as u32),
            DatumType::U64 => each!(|x| x as u64),
            DatumType::Bool => each!(|x| x != 0.0),
            _ => bail!("numbers are no {}", dtype.name()),
        }
    }

    pub(crate) fn dtype(&self) -> Dtype {
        self.dtype
    }

    pub(crate) fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    pub(crate) fn rank(&self) -> usize {
        self.tensor.rank()
    }

    /// The number of elements.
    pub(crate) fn len(&self) -> usize {
        self.tensor.len()
    }

    pub(crate) fn as_tract(&self) -> &Arc<Tensor> {
        &self.tensor
    }

    /// The elements, row-major.
    ///
    /// # Errors
    /// Where they are not held as `T`.
    pub(crate) fn slice<T: Element>(&self) -> TractResult<&[T]> {
        ensure!(self.tensor.datum_type() == T::datum_type(), "expected {}, got {}", T::DTYPE.name(), self.dtype.name());
        self.tensor.try_as_plain_ram()?.as_slice::<T>()
    }

    /// The only element.
    ///
    /// # Errors
    /// Where there is another number of them, or they are not held as `T`.
    pub(crate) fn item<T: Element>(&self) -> TractResult<T> {
        match self.slice::<T>()? {
            [one] => Ok(one.clone()),
            many => bail!("expected one element, got {}", many.len()),
        }
    }

    /// The same elements in another shape.
    ///
    /// # Errors
    /// Where they do not fill it.
    pub(crate) fn reshaped(&self, shape: &[usize]) -> TractResult<TensorValue> {
        if shape == self.shape() {
            return Ok(self.clone());
        }
        let count = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        ensure!(count == Some(self.len()), "{:?} can't become {shape:?}", self.shape());
        let tensor = self.tensor.as_ref().clone().into_shape(shape)?;
        Ok(TensorValue { dtype: self.dtype, tensor: tensor.into_arc_tensor() })
    }

    /// Every element as a double: exact but for 64-bit integers beyond 2^53.
    ///
    /// # Errors
    /// For strings.
    pub(crate) fn to_f64s(&self) -> TractResult<Vec<f64>> {
        macro_rules! each {
            ($type:ty, $convert:expr) => {
                self.slice::<$type>()?.iter().map($convert).collect()
            };
        }
        Ok(match self.tensor.datum_type() {
            DatumType::F32 => each!(f32, |&x| f64::from(x)),
            DatumType::F64 => self.slice::<f64>()?.to_vec(),
            DatumType::F16 => each!(f16, |x| x.to_f64()),
            DatumType::I8 => each!(i8, |&x| f64::from(x)),
            DatumType::I16 => each!(i16, |&x| f64::from(x)),
            DatumType::I32 => each!(i32, |&x| f64::from(x)),
            DatumType::I64 => each!(i64, |&x| x as f64),
            DatumType::U8 => each!(u8, |&x| f64::from(x)),
            DatumType::U16 => each!(u16, |&x| f64::from(x)),
            DatumType::U32 => each!(u32, |&x| f64::from(x)),
            DatumType::U64 => each!(u64, |&x| x as f64),
            DatumType::Bool => each!(bool, |&x| f64::from(u8::from(x))),
            _ => bail!("expected numbers, got {}", self.dtype.name()),
        })
    }

    /// Every element as a float: see [`Self::to_f64s`].
    ///
    /// # Errors
    /// For strings.
    pub(crate) fn to_f32s(&self) -> TractResult<Vec<f32>> {
        match self.tensor.datum_type() {
            DatumType::F32 => Ok(self.slice::<f32>()?.to_vec()),
            _ => Ok(self.to_f64s()?.into_iter().map(|x| x as f32).collect()),
        }
    }

    /// Every element as an integer.
    ///
    /// # Errors
    /// For strings and floats.
    pub(crate) fn to_i64s(&self) -> TractResult<Vec<i64>> {
        macro_rules! each {
            ($type:ty) => {
                self.slice::<$type>()?.iter().map(|&x| i64::from(x)).collect()
            };
        }
        Ok(match self.tensor.datum_type() {
            DatumType::I64 => self.slice::<i64>()?.to_vec(),
            DatumType::I32 => each!(i32),
            DatumType::I16 => each!(i16),
            DatumType::I8 => each!(i8),
            DatumType::U8 => each!(u8),
            DatumType::U16 => each!(u16),
            DatumType::U32 => each!(u32),
            DatumType::Bool => each!(bool),
            DatumType::U64 => self.slice::<u64>()?.iter().map(|&x| i64::try_from(x)).collect::<Result<_, _>>()?,
            _ => bail!("expected integers, got {}", self.dtype.name()),
        })
    }
}
