//! The allocator of the WebAssembly builds: it zeroes what it frees while a model is being baked, so that the memory image
//! holds the model and nothing else.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

static SCRUBBING: AtomicBool = AtomicBool::new(false);

/// Zeroes every block that is freed from now on.
pub(crate) fn begin() {
    SCRUBBING.store(true, Ordering::Relaxed);
}

/// Leaves freed blocks as they are again.
pub(crate) fn end() {
    SCRUBBING.store(false, Ordering::Relaxed);
}

struct Scrub;

#[global_allocator]
static ALLOCATOR: Scrub = Scrub;

// SAFETY: every call goes to the system's allocator with the caller's own arguments; before a block is freed, or moved by
// `realloc`, it still belongs to the caller, so its bytes may be written.
unsafe impl GlobalAlloc for Scrub {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe {
            if SCRUBBING.load(Ordering::Relaxed) {
                std::ptr::write_bytes(block, 0, layout.size());
            }
            System.dealloc(block, layout);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe {
            if !SCRUBBING.load(Ordering::Relaxed) {
                return System.realloc(block, layout, size);
            }
            // The system's would leave the old bytes behind when it moves the block.
            let moved = System.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                std::ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
