//! The export names that the bake reserves: how a host reaches what a snapshot needs.

/// Exported by a prepared engine that has constructors: call it once, first.
pub const CONSTRUCTORS: &str = "onnxlet:constructors";

/// Exported by a prepared engine that had a start function: call it once, before the constructors.
pub const START: &str = "onnxlet:start";

const PREFIX: &str = "onnxlet:";

/// Name under which a prepared engine exports the mutable global of that index.
#[must_use]
pub fn global(index: u32) -> String {
    format!("{PREFIX}global:{index}")
}

/// Name under which a prepared engine exports the table of that index.
#[must_use]
pub fn table(index: u32) -> String {
    format!("{PREFIX}table:{index}")
}

/// Name under which a prepared or instrumented engine exports its memory.
pub const MEMORY: &str = "onnxlet:memory";

pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with(PREFIX)
}
