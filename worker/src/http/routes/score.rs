//! A score in the fewest digits.

use std::fmt;

use serde::{Serialize, Serializer};

/// A score, written in the fewest digits that tell it from its neighbours: those of a float32 where it is one.
pub(super) struct Score(pub f64);

impl Score {
    fn narrow(&self) -> Option<f32> {
        let narrow = self.0 as f32;
        (f64::from(narrow) == self.0).then_some(narrow)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.narrow() {
            Some(narrow) => narrow.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.narrow() {
            Some(narrow) => serializer.serialize_f32(narrow),
            None => serializer.serialize_f64(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float32_is_written_as_one() {
        for (score, text) in [(f64::from(0.9f32), "0.9"), (0.9, "0.9"), (0.1 + 0.2, "0.30000000000000004"), (2.0, "2")]
        {
            assert_eq!(Score(score).to_string(), text);
        }
        assert_eq!(serde_json::to_string(&Score(f64::from(0.9f32))).unwrap(), "0.9");
    }
}
