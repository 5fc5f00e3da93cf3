//! An engine in miniature, as Rust compiles it: strings, tables, vtables, a heap. `#![no_std]` keeps it small.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

trait Layer: Sync {
    fn name(&self) -> &'static [u8];
    fn weights(&self) -> &'static [u8];
}

struct Covered;
struct Uncovered;
struct Loaded;

impl Layer for Covered {
    fn name(&self) -> &'static [u8] {
        b"a layer that an example runs"
    }
    fn weights(&self) -> &'static [u8] {
        &[11, 22, 33, 44, 55, 66, 77, 88, 99, 110, 121, 132]
    }
}

impl Layer for Uncovered {
    fn name(&self) -> &'static [u8] {
        b"a layer that no example runs"
    }
    fn weights(&self) -> &'static [u8] {
        &[12, 23, 34, 45, 56, 67, 78, 89, 100, 111, 122, 133]
    }
}

impl Layer for Loaded {
    fn name(&self) -> &'static [u8] {
        b"a layer that only loading makes known"
    }
    fn weights(&self) -> &'static [u8] {
        &[13, 24, 35]
    }
}

static LAYERS: [&dyn Layer; 2] = [&Covered, &Uncovered];

/// What loading leaves in memory that can be written: a pointer to statics that no code names.
static mut PLAN: Option<&'static [u8]> = None;

#[inline(never)]
fn manifest() -> &'static [u8] {
    b"a manifest that only the image points to"
}

#[unsafe(no_mangle)]
pub extern "C" fn load() {
    let plan: &'static [u8] = if core::hint::black_box(true) { manifest() } else { Loaded.name() };
    unsafe { PLAN = Some(plan) };
}

/// The sum of a layer's name, of its weights and of the plan.
#[unsafe(no_mangle)]
pub extern "C" fn predict(layer: usize) -> u32 {
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    let plan = unsafe { PLAN }.unwrap_or_default();
    match LAYERS.get(layer) {
        Some(layer) => sum(layer.name()) + sum(layer.weights()) + sum(plan),
        None => 0,
    }
}
