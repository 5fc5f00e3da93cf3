//! Several values → one, with an axis before theirs.

use super::Value;
use crate::array::{Array, ArrayBuilder};

impl Value {
    /// Several examples' values as one batch: arrays of one shape become an array with one more axis, anything else a list.
    /// What doesn't fit together is refused where it meets the input that it is for.
    pub fn stack(values: Vec<Value>) -> Value {
        let arrays = values.iter().filter(|value| matches!(value, Value::Array(_))).count();
        if let Some(Value::Broken(problem)) = values.iter().find(|value| matches!(value, Value::Broken(_))) {
            return Value::Broken(problem.clone());
        }
        match arrays {
            0 if !values.is_empty() => Value::List(values),
            all if all == values.len() => stacked(&values).unwrap_or_else(Value::Broken),
            _ => Value::Broken("got objects beside numbers or texts".into()),
        }
    }

    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Array(Array { shape, data, .. }) if shape.is_empty() => data.text(0),
            _ => None,
        }
    }
}

fn stacked(values: &[Value]) -> Result<Value, String> {
    let mut builder = ArrayBuilder::default();
    builder.enter()?;
    for value in values {
        if let Value::Array(array) = value {
            builder.push_array(array)?;
        }
    }
    builder.leave();
    Ok(Value::Array(builder.finish()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        Value::from_json(text.as_bytes()).unwrap()
    }

    fn stack(texts: &[&str]) -> Value {
        Value::stack(texts.iter().map(|text| json(text)).collect())
    }

    #[test]
    fn a_stack_is_what_the_same_rows_in_json_are() {
        for rows in [
            &["[1, 2]", "[3, 4]"][..],
            &["[1, 2]", "[0.5, 4]"],
            &["1", "2.5"],
            &["[[1], [2]]", "[[3], [4]]"],
            &["[]", "[]"],
            &["\"a\"", "\"b\""],
            &["[true]", "[null]"],
            &["[18446744073709551615]", "[1]"],
            &["{\"a\": 1}", "{\"b\": 2}"],
            &[],
        ] {
            assert_eq!(stack(rows), json(&format!("[{}]", rows.join(","))), "{rows:?}");
        }
    }

    #[test]
    fn what_does_not_fit_together_says_so() {
        for rows in [&["[1, 2]", "[3]"][..], &["1", "[1]"], &["[[1], 2]", "[1]"], &["{}", "1"]] {
            assert!(matches!(stack(rows), Value::Broken(_)), "{rows:?}");
        }
    }

    #[test]
    fn a_text_is_a_text() {
        assert_eq!(json("\"a\"").as_text(), Some("a"));
        assert_eq!((json("[\"a\"]").as_text(), json("1").as_text(), json("{}").as_text()), (None, None, None));
    }
}
