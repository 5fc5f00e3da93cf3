//! What the tests of the crate's public interface share.

use onnxlet::{Error, Inputs, Model, Options, Prediction};

/// A model of `models/` with its card.
pub fn model(name: &str) -> Model {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name);
    let onnx = std::fs::read(folder.join("model.onnx")).unwrap();
    let card = std::fs::read_to_string(folder.join("card.json")).unwrap();
    Model::load(&onnx, Some(&card)).unwrap()
}

/// The answer to a JSON body.
pub fn ask(model: &Model, body: &str) -> Result<Prediction, Error> {
    let (inputs, options) = Inputs::from_json(model, body.as_bytes())?;
    model.predict(inputs, &options)
}

/// The answer to a picture.
#[allow(dead_code)]
pub fn look(model: &Model, picture: &[u8]) -> Result<Prediction, Error> {
    model.predict(Inputs::from_image(model, picture.to_vec())?, &Options::default())
}
