//! The allocator of the WebAssembly builds, which makes them bakeable: what loading a model leaves alive lies together, and
//! nothing else is left of the load.
//!
//! The baker runs the same load twice, each time in a fresh instance. Both times every allocation gets a number and a record.
//! At the end of the first run the records tell which allocations survive. The second run makes the same allocations in the
//! same order, and those that will survive go into the arena: a stretch of memory from the first page after the engine's own
//! data on. Everything else lives in scratch memory above, so the image ends where the arena does.
//!
//! The second run takes scratch memory for survivors too: so every allocation that does not survive has the address that it
//! had in the first run, and code that looks at addresses (std seeds its hash maps with some) does the same again.
//!
//! Outside of a bake it is the system's allocator. What lies in the arena is then never freed, only left.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

mod scratch;
use scratch::Scratch;

/// Bytes of a page of memory.
const PAGE: usize = 65536;
/// Records, and so allocations, of one load.
const RECORDS: usize = 64 << 20;
/// Record of an allocation that the host says will survive.
const SURVIVES: u8 = 1;
/// Record of an allocation that has not been freed.
const ALIVE: u8 = 2;

#[global_allocator]
static ARENA: Arena = Arena::new();

/// Starts a bake in a fresh instance, with room for `reserve` bytes of survivors. Returns the address of the records, one byte
/// for each of up to 64 Mi allocations to come: the host sets the byte of each survivor to 1. Null when there is no memory.
pub(crate) fn begin(reserve: usize) -> *mut u8 {
    ARENA.begin(reserve)
}

/// Ends the bake. Returns the number of allocations: a record with bit 2 set is of one that is still alive.
pub(crate) fn end() -> usize {
    ARENA.end()
}

/// Where the arena ends: the image is the memory before it.
pub(crate) fn limit() -> usize {
    ARENA.next.get()
}

struct Arena {
    baking: Cell<bool>,
    start: Cell<usize>,
    /// Where the next survivor goes, and the end of the arena.
    next: Cell<usize>,
    /// The end of the arena's reserve, where the records begin.
    records: Cell<usize>,
    /// Allocations so far.
    count: Cell<usize>,
    scratch: Scratch,
}

// SAFETY: these builds have one thread; WebAssembly without atomics cannot have another.
unsafe impl Sync for Arena {}

impl Arena {
    const fn new() -> Self {
        Self {
            baking: Cell::new(false),
            start: Cell::new(0),
            next: Cell::new(0),
            records: Cell::new(0),
            count: Cell::new(0),
            scratch: Scratch::new(),
        }
    }

    fn begin(&self, reserve: usize) -> *mut u8 {
        let reserve = reserve.next_multiple_of(PAGE);
        let before = core::arch::wasm32::memory_grow(0, (reserve + RECORDS) / PAGE);
        if before == usize::MAX {
            return std::ptr::null_mut();
        }
        self.start.set(before * PAGE);
        self.next.set(before * PAGE);
        self.records.set(before * PAGE + reserve);
        self.scratch.begin(before * PAGE + reserve + RECORDS);
        self.baking.set(true);
        self.records.get() as *mut u8
    }

    /// The image must not tell anything of scratch memory, which it does not hold.
    fn end(&self) -> usize {
        self.baking.set(false);
        self.scratch.begin(0);
        self.count.take()
    }

    /// Whether a block lies in the arena.
    fn holds(&self, block: *mut u8) -> bool {
        (self.start.get()..self.next.get()).contains(&(block as usize))
    }

    /// The record of an allocation, or nothing when there is no room for it.
    fn record(&self, number: usize) -> Option<*mut u8> {
        (number < RECORDS).then(|| (self.records.get() + number) as *mut u8)
    }

    /// A block while baking.
    ///
    /// # Safety
    /// As for [`GlobalAlloc::alloc`], between [`begin`] and [`end`].
    unsafe fn bake(&self, layout: Layout) -> *mut u8 {
        let number = self.count.replace(self.count.get() + 1);
        let block = self.scratch.alloc(layout, number);
        let Some(record) = self.record(number).filter(|_| !block.is_null()) else {
            return std::ptr::null_mut();
        };
        // SAFETY: `begin` has grown the memory by all the records, and nothing else writes there.
        let survives = unsafe {
            *record |= ALIVE;
            *record & SURVIVES != 0
        };
        if survives { self.survivor(layout) } else { block }
    }

    /// A block in the arena, whose memory is still as fresh as it was grown: zero.
    fn survivor(&self, layout: Layout) -> *mut u8 {
        let block = self.next.get().next_multiple_of(layout.align());
        if block + layout.size() > self.records.get() {
            return std::ptr::null_mut();
        }
        self.next.set(block + layout.size());
        block as *mut u8
    }

    /// Frees a block while baking.
    ///
    /// # Safety
    /// As for [`GlobalAlloc::dealloc`], of a block that [`Arena::bake`] returned.
    unsafe fn unbake(&self, block: *mut u8, layout: Layout) {
        if self.holds(block) {
            // SAFETY: the caller frees the block, so its bytes may be written.
            unsafe { block.write_bytes(0, layout.size()) };
            return;
        }
        // SAFETY: a block that is not in the arena came from `scratch`.
        let number = unsafe { self.scratch.dealloc(block, layout) };
        if let Some(record) = self.record(number) {
            // SAFETY: as in `bake`.
            unsafe { *record &= !ALIVE };
        }
    }
}

// SAFETY: outside of a bake, calls go to the system's allocator with the caller's own arguments, except that blocks of the
// arena are never given to it: they are left, or copied from. Within a bake, blocks are fresh memory of the size and alignment
// asked for, from the arena or from `scratch`. All blocks of a bake that are not in the arena are gone with the instance.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.baking.get() {
            return unsafe { self.bake(layout) };
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !self.baking.get() {
            return unsafe { System.alloc_zeroed(layout) };
        }
        let block = unsafe { self.bake(layout) };
        if !block.is_null() {
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.baking.get() {
            unsafe { self.unbake(block, layout) };
        } else if !self.holds(block) {
            unsafe { System.dealloc(block, layout) };
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.baking.get() && !self.holds(block) {
            return unsafe { System.realloc(block, layout, size) };
        }
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                block.copy_to_nonoverlapping(moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
