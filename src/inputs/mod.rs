//! A request: values by input name, and what the sender wants of the answer.

mod envelope;

use crate::value::Value;
use crate::{Error, Limits, Model};

/// The values of a request, by input name; not yet checked against the signature: [`Model::predict`] does that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    pub(crate) values: Vec<(String, Value)>,
}

/// What the sender wants of the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// How many labels to rank; the card's number unless given.
    pub top_k: Option<usize>,
    /// The outputs wanted, by name; all unless given.
    pub outputs: Option<Vec<String>>,
    /// How large the input may be.
    pub limits: Limits,
}

impl Inputs {
    /// Values by input name.
    pub fn named(values: impl IntoIterator<Item = (String, Value)>) -> Inputs {
        Inputs { values: values.into_iter().collect() }
    }

    /// Reads the JSON forms of a request: `{"inputs": …, "outputs": […], "top_k": 3}`, values by input name, or the bare
    /// value of the only input.
    ///
    /// # Errors
    /// [`Error::Malformed`] for what isn't JSON; [`Error::Invalid`] for unknown or missing names and bad options.
    pub fn from_json(model: &Model, body: &[u8]) -> Result<(Inputs, Options), Error> {
        envelope::open(model.signature(), model.card(), Value::from_json(body)?)
    }

    /// Takes a value as a whole request, in the same forms.
    ///
    /// # Errors
    /// As [`Inputs::from_json`].
    pub fn from_value(model: &Model, value: Value) -> Result<(Inputs, Options), Error> {
        envelope::open(model.signature(), model.card(), value)
    }

    /// An encoded picture (PNG, JPEG, WebP) for the model's only image input.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the model has no image input, or several.
    pub fn from_image(model: &Model, bytes: Vec<u8>) -> Result<Inputs, Error> {
        let images: Vec<&String> =
            model.card().inputs.iter().filter(|(_, card)| card.image.is_some()).map(|(name, _)| name).collect();
        match images.as_slice() {
            [name] => Ok(Inputs::named([((*name).clone(), Value::Encoded(bytes))])),
            [] => Err(Error::Unsupported("the model takes no images: its card describes none".into())),
            _ => Err(Error::Unsupported("the model takes several images: send them by name, as JSON".into())),
        }
    }
}
