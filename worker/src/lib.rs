//! The Cloudflare Worker: onnxlet's bundled model behind HTTP routes.
//!
//! [`http`] holds everything that can be said without a platform and is tested natively; `platform` (wasm only)
//! connects it to the Workers runtime.

#![warn(missing_docs)]

pub mod http;
#[cfg(target_arch = "wasm32")]
mod platform;
