//! A protocol's JSON request, field by field.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde_json::error::Category;

use super::super::call::Call;
use super::super::nesting;
use super::super::problem::ProblemDetails;

/// Reads a request.
///
/// # Errors
/// 400 for what isn't JSON; 413 where it is nested too deeply; 422 with the path of the first field that is missing or wrong.
pub(super) fn parse<T: DeserializeOwned>(call: &Call, body: &[u8]) -> Result<T, ProblemDetails> {
    nesting::check(body, call.service.config()?.max_nesting)?;
    serde_json::from_slice(body).map(|Object(request)| request).map_err(|error| match error.classify() {
        Category::Data => with_path::<T>(body).unwrap_or_else(|| ProblemDetails::invalid(".", error.to_string())),
        Category::Eof => ProblemDetails::malformed(format!("expected JSON, got a truncated document: {error}")),
        _ => ProblemDetails::malformed(format!("expected JSON, got something else: {error}")),
    })
}

/// What is wrong, once more with the field's path: keeping track of it would slow right requests down.
fn with_path<T: DeserializeOwned>(body: &[u8]) -> Option<ProblemDetails> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let error = serde_path_to_error::deserialize::<_, Object<T>>(&mut deserializer).err()?;
    Some(ProblemDetails::invalid(error.path().to_string(), error.inner().to_string()))
}

/// A `T` that is an object: serde would also take its fields from an array, one after the other, which no protocol means.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData)).map(Object)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// A whole number, or null. To JSON, `3.0` is one.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    deserializer.deserialize_any(Whole)
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a whole number of at least 0")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        // The cast is exact for whole numbers below 2^64.
        let is_whole = value.fract() == 0.0 && (0.0..18_446_744_073_709_551_616.0).contains(&value);
        if is_whole { Ok(Some(value as u64)) } else { Err(E::invalid_value(Unexpected::Float(value), &self)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Request {
        #[serde(default, deserialize_with = "whole")]
        count: Option<u64>,
    }

    fn read(text: &str) -> Result<Option<u64>, String> {
        let read = serde_json::from_str::<Object<Request>>(text);
        read.map(|Object(request)| request.count).map_err(|error| error.to_string())
    }

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        for (text, count) in [
            (r#"{"count": 3}"#, Some(3)),
            (r#"{"count": 3.0}"#, Some(3)),
            (r#"{"count": 1e3}"#, Some(1000)),
            (r#"{"count": 18446744073709551615}"#, Some(u64::MAX)),
            (r#"{"count": null}"#, None),
            ("{}", None),
        ] {
            assert_eq!(read(text), Ok(count), "{text}");
        }
        for text in ["-1", "0.5", "-0.5", "1e300", "18446744073709551616", "\"3\"", "true", "[3]"] {
            let error = read(&format!(r#"{{"count": {text}}}"#)).unwrap_err();
            assert!(error.contains("expected a whole number of at least 0"), "{text}: {error}");
        }
    }

    #[test]
    fn an_array_is_no_object() {
        assert!(read("[3]").unwrap_err().contains("expected an object"));
    }
}
