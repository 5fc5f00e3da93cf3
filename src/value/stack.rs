//! Rows and columns: several values → one, and parts of one.

use super::Value;
use crate::array::{Array, ArrayBuilder, Data, Shaped};

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

    /// A single text.
    pub fn text(text: String) -> Value {
        Value::Array(Array { shape: vec![], shaped: Shaped::Nested, data: Data::Text(vec![text]) })
    }

    /// How many values lie side by side in it; `None` for a single one.
    pub fn rows(&self) -> Option<usize> {
        match self {
            Value::Array(Array { shape, .. }) => shape.first().copied(),
            Value::List(values) => Some(values.len()),
            _ => None,
        }
    }

    /// How many columns each row of an array has; `None` for anything else.
    pub fn width(&self) -> Option<usize> {
        match self {
            Value::Array(Array { shape, .. }) => shape.get(1).copied(),
            _ => None,
        }
    }

    /// The columns `at` of an array's rows, as rows of their own.
    pub fn columns(&self, at: &[usize]) -> Value {
        self.each_row(|builder, array, row| {
            builder.enter()?;
            at.iter().try_for_each(|column| builder.push_cell(array, row, *column))?;
            builder.leave();
            Ok(())
        })
    }

    /// The column `at` of an array's rows.
    pub fn column(&self, at: usize) -> Value {
        self.each_row(|builder, array, row| builder.push_cell(array, row, at))
    }

    fn each_row(&self, one: impl Fn(&mut ArrayBuilder, &Array, usize) -> Result<(), String>) -> Value {
        let Value::Array(array) = self else { return Value::Broken(format!("got {}", self.kind())) };
        let rows = || -> Result<Array, String> {
            let mut builder = ArrayBuilder::default();
            builder.enter()?;
            (0..array.shape.first().copied().unwrap_or(0)).try_for_each(|row| one(&mut builder, array, row))?;
            builder.leave();
            builder.finish()
        };
        rows().map_or_else(Value::Broken, Value::Array)
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
    fn columns_are_taken_in_the_order_asked_for() {
        let table = json("[[1, 2.5, 3], [4, 5, 6]]");
        assert_eq!((table.rows(), table.width()), (Some(2), Some(3)));
        assert_eq!(table.columns(&[2, 0]), json("[[3.0, 1.0], [6.0, 4.0]]"));
        assert_eq!(table.column(1), json("[2.5, 5]"));
        assert_eq!(json("[[\"a\", 1], [\"b\", 2]]").column(0), json("[\"a\", \"b\"]"));
        assert_eq!(json("[[[1, 2]], [[3, 4]]]").column(0), json("[[1, 2], [3, 4]]"));
        for (value, at) in [("[[1, 2]]", 2), ("[1, 2]", 0), ("1", 0), ("{}", 0), ("[]", 0)] {
            let column = json(value).column(at);
            assert!(matches!(column, Value::Broken(_)) || column.rows() == Some(0), "{value}: {column:?}");
        }
    }

    #[test]
    fn a_text_is_a_text() {
        assert_eq!(Value::text("a".into()), json("\"a\""));
        assert_eq!(json("\"a\"").as_text(), Some("a"));
        assert_eq!((json("[\"a\"]").as_text(), json("1").as_text(), json("{}").as_text()), (None, None, None));
    }
}
