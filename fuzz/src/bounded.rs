//! An allocator with a bound: what declares a size and is believed ends the process here, as it does in 32-bit memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts the bytes that are allocated, and has no more than `limit`.
pub struct Bounded {
    limit: usize,
    used: AtomicUsize,
}

impl Bounded {
    /// With no more than `limit` bytes at a time.
    pub const fn new(limit: usize) -> Self {
        Bounded { limit, used: AtomicUsize::new(0) }
    }

    /// Whether there is room for so many more bytes, which then count as used.
    fn takes(&self, more: usize) -> bool {
        let before = self.used.fetch_add(more, Relaxed);
        let fits = before.checked_add(more).is_some_and(|used| used <= self.limit);
        if !fits {
            self.used.fetch_sub(more, Relaxed);
        }
        fits
    }
}

#[allow(unsafe_code, reason = "an allocator is unsafe by its interface; the system's does the work")]
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !self.takes(layout.size()) {
            return std::ptr::null_mut();
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !self.takes(layout.size()) {
            return std::ptr::null_mut();
        }
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        self.used.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(memory, layout) }
    }
}
