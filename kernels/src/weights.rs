//! Weights as a kernel takes them. Those that are whole numbers are kept small until a kernel first asks for them: what is in
//! memory before the first run is part of every baked module.

use std::sync::OnceLock;

/// A kernel's weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights(Form);

#[derive(Clone, Debug, PartialEq)]
enum Form {
    Floats(Vec<f32>),
    Bytes(Whole<i8>),
    Shorts(Whole<i16>),
}

/// Whole numbers, and the same as floats once they were asked for.
#[derive(Clone, Debug, PartialEq)]
struct Whole<T> {
    numbers: Box<[T]>,
    floats: OnceLock<Box<[f32]>>,
}

impl<T: Copy + Into<f32>> Whole<T> {
    fn new(numbers: Box<[T]>) -> Whole<T> {
        Whole { numbers, floats: OnceLock::new() }
    }

    fn floats(&self) -> &[f32] {
        self.floats.get_or_init(|| self.numbers.iter().map(|number| (*number).into()).collect())
    }
}

impl Weights {
    pub fn floats(floats: Vec<f32>) -> Weights {
        Weights(Form::Floats(floats))
    }

    /// Whole numbers, in a byte each where these hold them.
    pub fn whole(numbers: &[i16]) -> Weights {
        let bytes: Option<Box<[i8]>> = numbers.iter().map(|number| i8::try_from(*number).ok()).collect();
        Weights(match bytes {
            Some(bytes) => Form::Bytes(Whole::new(bytes)),
            None => Form::Shorts(Whole::new(numbers.into())),
        })
    }

    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Floats(floats) => floats.len(),
            Form::Bytes(whole) => whole.numbers.len(),
            Form::Shorts(whole) => whole.numbers.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As a kernel reads them.
    pub fn as_slice(&self) -> &[f32] {
        match &self.0 {
            Form::Floats(floats) => floats,
            Form::Bytes(whole) => whole.floats(),
            Form::Shorts(whole) => whole.floats(),
        }
    }

    /// Changes each, by its place.
    pub(crate) fn change(&mut self, change: impl Fn(usize, f32) -> f32) {
        let floats = self.as_slice().iter().enumerate().map(|(at, weight)| change(at, *weight)).collect();
        *self = Weights::floats(floats);
    }
}
