//! The inner loops of networks, on plain slices of float32: images in channels-last layout, `[height, width, channels]`.
//!
//! Each has the same source for both SIMD builds and for native ones (`simd.rs`). A crate of its own since it is compiled for speed: the
//! rest of onnxlet is for size.

pub mod activation;
pub mod axis;
pub mod conv;
pub mod copy;
pub mod depthwise;
mod fours;
mod function;
mod packed;
pub mod pool;
pub mod reduce;
pub mod requantise;
mod simd;
mod sliding;
pub mod tile;
pub mod weights;
pub mod window;
mod winograd;
pub mod zip;
