//! Memory for what does not outlive a load: lists of free blocks by size, over pages that the snapshot does not take.

use std::alloc::Layout;
use std::cell::Cell;

use super::PAGE;

/// Before each block: the address of its slot and the number of its allocation, four bytes each.
const HEADER: usize = 8;
/// Two sizes of slots for every power of two.
const CLASSES: usize = 64;
/// Pages taken from the host at a time.
const GROWTH: usize = 16;

pub(super) struct Scratch {
    /// The first free slot of each class; its first word is the address of the next.
    free: [Cell<usize>; CLASSES],
    next: Cell<usize>,
    end: Cell<usize>,
}

impl Scratch {
    pub(super) const fn new() -> Self {
        Self { free: [const { Cell::new(0) }; CLASSES], next: Cell::new(0), end: Cell::new(0) }
    }

    /// Starts again at an address from which on memory is the scratch's own.
    pub(super) fn begin(&self, address: usize) {
        self.free.iter().for_each(|class| class.set(0));
        self.next.set(address);
        self.end.set(address);
    }

    /// A block for the allocation of that number; null when there is no memory.
    pub(super) fn alloc(&self, layout: Layout, number: usize) -> *mut u8 {
        let (class, size) = class(layout);
        let slot = match self.free[class].get() {
            0 => self.fresh(size),
            slot => {
                // SAFETY: a free slot's first word was written by `dealloc`.
                self.free[class].set(unsafe { *(slot as *const usize) });
                slot
            }
        };
        if slot == 0 {
            return std::ptr::null_mut();
        }
        let block = (slot + HEADER).next_multiple_of(layout.align().max(HEADER));
        // SAFETY: the slot has room for the header, the padding and the block.
        unsafe { *((block - HEADER) as *mut [usize; 2]) = [slot, number] };
        block as *mut u8
    }

    /// Frees a block and returns the number of its allocation.
    ///
    /// # Safety
    /// The block must be one of `alloc` with the same layout.
    pub(super) unsafe fn dealloc(&self, block: *mut u8, layout: Layout) -> usize {
        // SAFETY: `alloc` wrote the header, and a slot has room for a word.
        unsafe {
            let [slot, number] = *(block.sub(HEADER) as *const [usize; 2]);
            let (class, _) = class(layout);
            *(slot as *mut usize) = self.free[class].get();
            self.free[class].set(slot);
            number
        }
    }

    /// A slot that was never used, or 0 when there is no memory.
    fn fresh(&self, size: usize) -> usize {
        let slot = self.next.get();
        if slot + size > self.end.get() {
            let pages = (slot + size - self.end.get()).div_ceil(PAGE).max(GROWTH);
            let before = core::arch::wasm32::memory_grow(0, pages);
            if before == usize::MAX {
                return 0;
            }
            self.end.set((before + pages) * PAGE);
        }
        self.next.set(slot + size);
        slot
    }
}

/// The class of a layout's slots, and their size: a power of two, or three quarters of one.
fn class(layout: Layout) -> (usize, usize) {
    let needed = (layout.size() + HEADER + layout.align()).max(32);
    let power = needed.next_power_of_two();
    let class = power.trailing_zeros() as usize * 2;
    let less = power / 4 * 3;
    if needed <= less { (class - 1, less) } else { (class, power) }
}
