//! What fuzzing has found in bodies of requests, and a little of what it went through: nothing panics, within bounds of time
//! and memory. The rest is in the tests of the crate `onnxlet`.

#[path = "../../fuzz/src/bounded.rs"]
mod bounded;
#[path = "../../fuzz/src/codecs.rs"]
mod codecs;
#[path = "../../fuzz/src/models.rs"]
#[allow(dead_code, reason = "the targets of the other crate use the rest")]
mod models;
#[path = "../../fuzz/src/replay.rs"]
mod replay;
#[path = "../../fuzz/src/wrapping.rs"]
mod wrapping;

#[global_allocator]
static MEMORY: bounded::Bounded = bounded::Bounded::new(1 << 30);

#[test]
fn bodies_are_refused_or_answered() {
    replay::replay("codecs", codecs::run);
}
