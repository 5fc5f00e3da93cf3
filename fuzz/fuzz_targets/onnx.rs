#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use onnxlet_fuzz::{bounded::Bounded, mutate, onnx, wrapping::tolerated};

#[global_allocator]
static MEMORY: Bounded = Bounded::new(3 << 30);

fuzz_target!(|bytes: &[u8]| tolerated(onnx::run, bytes));

fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match mutate::model(&bytes[..size], seed) {
        Some(changed) if changed.len() <= max_size => {
            bytes[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        _ => fuzzer_mutate(bytes, size, max_size),
    }
});
