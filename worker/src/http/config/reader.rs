//! Reads variables, and collects what is wrong with them.

use std::ops::RangeInclusive;

use onnxlet::Problem;

use super::variables::{Kind, Variable};

/// Reads variables; `variable` gives a variable's text, or nothing where it isn't set. Bindings have as text what
/// JavaScript writes them as in JSON, which is an object.
pub(super) struct Reader<F> {
    variable: F,
    pub(super) problems: Vec<Problem>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    pub(super) fn new(variable: F) -> Self {
        Reader { variable, problems: Vec::new() }
    }

    /// The variable's value, or `default` where it isn't set or makes no sense. `parse`'s error says what is wrong, where
    /// that is more than that it isn't what was expected.
    pub(super) fn read<T>(&mut self, which: &Variable, default: T, parse: impl Fn(&str) -> Result<T, Wrong>) -> T {
        let Some(text) = (self.variable)(which.name) else { return default };
        match parse(text.trim()) {
            Ok(value) => value,
            Err(wrong) => {
                let got = match (wrong, which.kind) {
                    (Wrong::Because(why), _) => why,
                    (Wrong::Value, Kind::Secret) => "something else".into(),
                    (Wrong::Value, _) => format!("{text:?}"),
                };
                self.problems.push(Problem::new(which.name, format!("expected {}, got {got}", which.expected)));
                default
            }
        }
    }

    /// A number in `range`.
    pub(super) fn number(&mut self, which: &Variable, default: u64, range: RangeInclusive<u64>) -> u64 {
        self.read(which, default, |text| text.parse().ok().filter(|number| range.contains(number)).ok_or(Wrong::Value))
    }

    /// Sees that a binding, where there is one, is none of the texts and numbers that `[vars]` holds.
    pub(super) fn binding(&mut self, which: &Variable) {
        let is_object = |text: &str| if text.starts_with('{') { Ok(()) } else { Err(Wrong::Value) };
        self.read(which, (), is_object);
    }
}

/// Why a value makes no sense.
pub(super) enum Wrong {
    /// It is not what was expected; that is all there is to say.
    Value,
    /// This is what came instead, in words that may be shown.
    Because(String),
}
