//! The model that the build included (`ONNXLET_MODEL`, see `build.rs`).

use crate::{Error, Model};

const ONNX: &[u8] = include_bytes!(env!("ONNXLET_MODEL_ONNX"));
const CARD: &str = include_str!(env!("ONNXLET_MODEL_CARD"));

impl Model {
    /// The bundled model.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn bundled() -> Result<Model, Error> {
        Model::load(ONNX, Some(CARD))
    }
}
