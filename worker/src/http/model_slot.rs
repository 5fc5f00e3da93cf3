//! The model, built once.

use std::sync::OnceLock;

use onnxlet::{Error, Model};

/// Builds a model when it is first needed and keeps it, or the reason why there is none.
#[derive(Debug)]
pub struct ModelSlot {
    build: fn() -> Result<Model, Error>,
    built: OnceLock<Result<Model, Error>>,
}

impl ModelSlot {
    /// A slot that `build` will fill.
    pub const fn new(build: fn() -> Result<Model, Error>) -> Self {
        ModelSlot { build, built: OnceLock::new() }
    }

    /// The model.
    ///
    /// # Errors
    /// What `build` said, every time: the bytes don't change, so trying again would not help.
    pub fn get(&self) -> Result<&Model, Error> {
        self.built.get_or_init(self.build).as_ref().map_err(Error::clone)
    }
}
