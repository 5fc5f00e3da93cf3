//! PNG, JPEG and WebP → RGBA.
//!
//! A room of its own, because not every prediction needs it: as a module beside the engine it is loaded when the first
//! encoded picture arrives. Natively and at the edge the engine links it. The same code, so the same pixels, everywhere.

mod decode;
#[cfg(feature = "js")]
mod js;

pub use decode::{Failure, Format, Rgba, decode};
