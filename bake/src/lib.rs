//! Bakes a loaded model into its WebAssembly engine and trims the code that it does not run.
//!
//! The host runs the modules; this library makes them:
//!
//! 1. [`shorten_imports`] and [`describe_data`], once for each engine: give the output of wasm-bindgen's imports shorter names,
//!    and add what the linker knew of its statics.
//! 2. [`Engine::parse`] the engine and [`prepare`] it. The host instantiates the prepared module, runs its constructors
//!    ([`names::CONSTRUCTORS`]) once and first, loads the model and predicts some examples.
//! 3. [`snapshot`] what the instance then holds: the **full** module. Instantiating it is loading the model.
//! 4. [`instrument`] the full module. The host replays the examples in it; the instance's memory holds their [`Coverage`].
//! 5. [`trim`] the full module by that: the **lean** module. It answers as the full one does, or traps.
//!
//! `tests/node/` drives all of it on the real engine. Everything is deterministic: the same bytes in, the same bytes out.
#![warn(missing_docs)]

mod check;
mod constructors;
mod coverage;
mod engine;
mod error;
mod image;
mod imports;
mod instrument;
#[cfg(feature = "js")]
mod js;
mod linked;
mod live;
pub mod names;
mod prepare;
mod reach;
mod renumber;
mod report;
mod rewrite;
mod snapshot;
mod stack;
mod statics;
mod table;
mod trim;

pub use coverage::Coverage;
pub use engine::Engine;
pub use error::BakeError;
pub use imports::{Renamed, shorten_imports};
pub use instrument::{Instrumented, instrument};
pub use linked::describe_data;
pub use prepare::prepare;
pub use reach::Keep;
pub use report::{Report, Size};
pub use snapshot::{State, snapshot};
pub use statics::Statics;
pub use trim::{Plan, Trimmed, trim};
