//! Which of the Worker's two WebAssembly modules answers.

use serde::Serialize;

/// What the code around the module knows of it; `/version` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Running {
    /// The module.
    pub module: Module,
    /// How often this isolate met a request that the lean module has no code for. The full module answered it, and has
    /// answered since.
    pub fallbacks: u32,
}

/// One of the two modules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Module {
    /// Without the code that the model was not seen to need.
    Lean,
    /// With all code.
    #[default]
    Full,
}
