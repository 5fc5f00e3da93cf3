//! What fuzzing has found, and a little of what it went through: nothing panics, within bounds of time and memory.
//! The worker's part is in its own tests.

#[path = "../fuzz/src/bounded.rs"]
mod bounded;
#[path = "../fuzz/src/card.rs"]
mod card;
#[path = "../fuzz/src/inputs.rs"]
mod inputs;
#[path = "../fuzz/src/models.rs"]
#[allow(dead_code, reason = "the targets of the other crate use the rest")]
mod models;
#[path = "../fuzz/src/onnx.rs"]
mod onnx;
#[path = "../fuzz/src/replay.rs"]
mod replay;
#[path = "../fuzz/src/wrapping.rs"]
mod wrapping;

use replay::replay;

#[global_allocator]
static MEMORY: bounded::Bounded = bounded::Bounded::new(3 << 30);

#[test]
fn models_are_refused_or_answer() {
    replay("onnx", onnx::run);
}

#[test]
fn cards_are_refused_or_agree() {
    replay("card", card::run);
}

#[test]
fn requests_are_refused_or_answered() {
    replay("inputs", inputs::run);
}

#[test]
fn what_is_hostile_is_told_why() {
    for (name, reason) in [
        ("hostile-input_of_2_to_the_40", "the input \"x\" is too large: f32[1099511627776]"),
        ("hostile-input_that_overflows", "the input \"x\" is too large"),
        ("hostile-cycle", "reads \"b\", which nothing before it makes"),
        ("hostile-output_made_twice", "makes \"y\", which is made before it"),
        ("hostile-two_inputs_of_a_name", "there are two inputs \"x\""),
        ("hostile-missing_weight", "reads \"w\", which nothing before it makes"),
        ("hostile-weight_outside", "are outside the model, in \"/etc/passwd\""),
        ("hostile-constant_outside", "are outside the model, in \"/etc/passwd\""),
        ("hostile-constant_outside_in_a_branch", "are outside the model, in \"/etc/passwd\""),
        ("hostile-function_that_calls_itself", "the function \"F\" calls itself"),
        ("hostile-functions_that_call_each_other", "calls itself"),
        ("hostile-functions_that_double_a_weight", "are too many"),
        ("hostile-branches_of_other_outputs", "the branches of If"),
        ("hostile-texts_of_raw_bytes", "the texts of \"w\" are raw bytes"),
        ("hostile-branches_nested_too_deep", "are not a whole ONNX model"),
    ] {
        let path = format!("{}/fuzz/regressions/onnx/{name}", env!("CARGO_MANIFEST_DIR"));
        let error = onnxlet::Model::load(&std::fs::read(path).unwrap(), None).unwrap_err().to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
}
