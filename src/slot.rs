//! The one model that a WebAssembly instance holds: what baking puts into the memory image.

use std::sync::OnceLock;

use crate::{Error, Model};

static SLOT: OnceLock<Result<Model, Error>> = OnceLock::new();

/// The instance's model: the one given to [`hold`], otherwise the bundled one, loaded now.
///
/// # Errors
/// Why there is none; the same every time.
pub fn held() -> Result<&'static Model, &'static Error> {
    SLOT.get_or_init(bundled).as_ref()
}

/// Gives the instance its model.
///
/// # Errors
/// [`Error::Model`] where it holds one already.
pub fn hold(model: Model) -> Result<(), Error> {
    SLOT.set(Ok(model)).map_err(|_| Error::Model("this instance holds a model already".into()))
}

#[cfg(feature = "bundled")]
fn bundled() -> Result<Model, Error> {
    Model::bundled()
}

#[cfg(not(feature = "bundled"))]
fn bundled() -> Result<Model, Error> {
    Err(Error::Model("no model is loaded, and this build bundles none".into()))
}
