//! The service described for machines: an OpenAPI 3.1 document, made for the model from the same [`Endpoint`]s that the
//! router is made from.
//!
//! The types here are our own and few: crates of OpenAPI types own each word as a `String` and lack `const`, while these are
//! data that a trimmed module holds once.
//!
//! [`Endpoint`]: super::endpoint::Endpoint

mod document;
pub(super) mod examples;
pub(super) mod operation;
pub(super) mod prediction;
mod refusals;
pub(super) mod rows;
pub(super) mod tags;
pub(super) mod tensor;
pub(super) mod value;

pub(super) use document::write;
