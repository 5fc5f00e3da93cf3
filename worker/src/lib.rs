//! The Cloudflare Worker: a model behind HTTP routes. As WebAssembly it holds none until one is baked into it.
//!
//! [`http`] holds everything that can be said without a platform and is tested natively; `platform` (wasm only)
//! connects it to the Workers runtime.

#![warn(missing_docs)]

pub mod http;
#[cfg(target_arch = "wasm32")]
mod platform;
