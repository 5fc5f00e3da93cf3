#![no_main]

use libfuzzer_sys::fuzz_target;
use onnxlet_fuzz::{bounded::Bounded, card, wrapping::tolerated};

#[global_allocator]
static MEMORY: Bounded = Bounded::new(3 << 30);

fuzz_target!(|bytes: &[u8]| tolerated(card::run, bytes));
