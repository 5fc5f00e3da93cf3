//! The inner loops of networks, on plain slices of float32: images in channels-last layout, `[height, width, channels]`.
//!
//! Each has the same source for both SIMD builds and for native ones (`simd.rs`).

pub(crate) mod activation;
pub(crate) mod conv;
pub(crate) mod copy;
pub(crate) mod depthwise;
mod function;
pub(crate) mod pool;
pub(crate) mod reduce;
mod simd;
pub(crate) mod tile;
pub(crate) mod window;
pub(crate) mod zip;
