//! JSON → [`Value`], streaming: numbers go straight into one flat vector.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Value;
use crate::Error;
use crate::array::ArrayBuilder;

impl Value {
    /// Reads a whole JSON document.
    ///
    /// # Errors
    /// [`Error::Malformed`] with line and column.
    pub fn from_json(body: &[u8]) -> Result<Value, Error> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::Malformed("expected JSON, got an empty body".into()));
        }
        serde_json::from_slice(body).map_err(|e| Error::Malformed(format!("expected JSON, got {}", plain(&e))))
    }
}

/// serde_json's message, without its advice to programmers.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match error.classify() {
        serde_json::error::Category::Eof => format!("a truncated document: {text}"),
        _ => format!("something else: {text}"),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        let mut builder = ArrayBuilder::default();
        let mut objects = vec![];
        deserializer.deserialize_any(Nested { builder: &mut builder, objects: &mut objects })?;
        Ok(match (objects.len(), builder.finish()) {
            (0, Ok(array)) => Value::Array(array),
            (0, Err(problem)) => Value::Broken(problem),
            (_, Ok(array)) if array.shape.is_empty() => match objects.pop() {
                Some(object) => object,
                None => Value::List(objects),
            },
            (count, Ok(array)) if array.shape == [count] && array.data.len() == 0 => Value::List(objects),
            (_, Ok(_)) => Value::Broken("got objects beside single values or deeper arrays".into()),
            (_, Err(problem)) => Value::Broken(problem),
        })
    }
}

/// Reads one JSON value into the array being built, or, if it is an object, into the list of objects.
struct Nested<'a> {
    builder: &'a mut ArrayBuilder,
    objects: &'a mut Vec<Value>,
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.builder.push_null();
        Ok(())
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.builder.push_bool(value);
        Ok(())
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.builder.push_int(value);
        Ok(())
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(int) => self.builder.push_int(int),
            Err(_) => self.builder.push_big(value),
        }
        Ok(())
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.builder.push_float(value);
        Ok(())
    }
    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.visit_string(value.to_owned())
    }
    fn visit_string<E: de::Error>(self, value: String) -> Result<(), E> {
        self.builder.push_text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.builder.enter().map_err(de::Error::custom)?;
        loop {
            let row = Nested { builder: self.builder, objects: self.objects };
            if seq.next_element_seed(row)?.is_none() {
                break;
            }
        }
        self.builder.leave();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut entries: Vec<(String, Value)> = vec![];
        let mut keys = HashSet::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if !keys.insert(key.clone()) {
                return Err(de::Error::custom(format!("the key {key:?} stands twice")));
            }
            entries.push((key, value));
        }
        self.builder.push_object();
        self.objects.push(Value::Map(entries));
        Ok(())
    }
}
