//! JSON → [`Card`], with the path of whatever is wrong.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Card, Invert};
use crate::Error;

impl Card {
    /// Reads a card from JSON.
    ///
    /// # Errors
    /// [`Error::Card`] with the path of the first bad or unknown field.
    pub fn parse(json: &str) -> Result<Card, Error> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let card: Card = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|e| Error::Card { path: e.path().to_string(), message: e.inner().to_string() })?;
        deserializer.end().map_err(|e| Error::Card { path: ".".into(), message: e.to_string() })?;
        Ok(card)
    }

    /// The card of a model that came without one.
    pub fn nameless() -> Card {
        Card { name: "model".into(), version: "0.0.0".into(), ..Card::default() }
    }
}

impl Serialize for Invert {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Invert::No => serializer.serialize_bool(false),
            Invert::Yes => serializer.serialize_bool(true),
            Invert::Auto => serializer.serialize_str("auto"),
        }
    }
}

impl<'de> Deserialize<'de> for Invert {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Invert, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Invert;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("true, false or \"auto\"")
            }
            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Invert, E> {
                Ok(if yes { Invert::Yes } else { Invert::No })
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Invert, E> {
                match text {
                    "auto" => Ok(Invert::Auto),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(json: &str) -> String {
        match Card::parse(json) {
            Err(Error::Card { path, .. }) => path,
            other => panic!("expected a card error, got {other:?}"),
        }
    }

    #[test]
    fn a_bad_field_is_named_by_its_path() {
        assert_eq!(path_of(r#"{"name": "a", "inputs": {"x": {"image": {"width": "wide"}}}}"#), "inputs.x.image.width");
        assert_eq!(path_of(r#"{"name": "a", "outputs": {"y": {"lables": []}}}"#), "outputs.y.lables");
        assert_eq!(path_of(r#"{"name": "a"} trailing"#), ".");
    }

    #[test]
    fn a_card_survives_the_round_trip() {
        let json = include_str!("../../models/digits/card.json");
        let card = Card::parse(json).unwrap();
        assert_eq!(Card::parse(&serde_json::to_string(&card).unwrap()).unwrap(), card);
    }
}
