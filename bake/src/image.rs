//! A memory image written as data segments.

use std::ops::Range;

use wasm_encoder::{ConstExpr, DataSection};

/// V8 refuses a module with more data segments than this.
const MOST_SEGMENTS: usize = 100_000;

/// Zeros shorter than this are written rather than skipped. A segment's header takes about ten bytes and compresses
/// badly, zeros compress to nothing: the download is smallest around this gap.
const GAP: usize = 64;

/// The ranges of a memory that hold something, gaps of zeros skipped, few enough for every host.
pub(crate) fn segments(memory: &[u8]) -> Vec<Range<usize>> {
    let mut gap = GAP;
    loop {
        let found = occupied(memory, gap);
        if found.len() <= MOST_SEGMENTS {
            return found;
        }
        gap *= 2;
    }
}

/// Ranges without `gap` zeros or more in a row, each beginning and ending with a byte that is not zero.
fn occupied(memory: &[u8], gap: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = next_nonzero(memory, at) {
        let end = memory[start..].iter().position(|&byte| byte == 0).map_or(memory.len(), |n| start + n);
        match ranges.last_mut() {
            Some(last) if start - last.end < gap => last.end = end,
            _ => ranges.push(start..end),
        }
        at = end;
    }
    ranges
}

fn next_nonzero(memory: &[u8], from: usize) -> Option<usize> {
    const WORD: usize = 16;
    let mut at = from;
    while let Some(word) = memory.get(at..at + WORD) {
        if word != [0; WORD] {
            break;
        }
        at += WORD;
    }
    memory[at..].iter().position(|&byte| byte != 0).map(|n| at + n)
}

/// The data section that fills a fresh memory with an image.
pub(crate) fn data_section(memory: &[u8], segments: &[Range<usize>]) -> DataSection {
    let mut section = DataSection::new();
    for range in segments {
        let address = u32::try_from(range.start).unwrap_or(u32::MAX);
        let offset = ConstExpr::i32_const(address.cast_signed());
        section.active(0, &offset, memory[range.clone()].iter().copied());
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_shorter_than_the_limit_are_written() {
        let mut memory = vec![0; 200];
        memory[10] = 1;
        memory[20] = 1;
        memory[100] = 1;
        assert_eq!(occupied(&memory, 16), [10..21, 100..101]);
    }

    #[test]
    fn a_gap_of_exactly_the_limit_is_skipped() {
        let mut memory = vec![0; 32];
        memory[0] = 1;
        memory[9] = 1;
        assert_eq!(occupied(&memory, 8), [0..1, 9..10]);
        assert_eq!(occupied(&memory, 9), vec![0..10; 1]);
    }

    #[test]
    fn an_empty_memory_has_no_segments() {
        assert!(segments(&[0; 65536]).is_empty());
    }

    #[test]
    fn every_byte_that_is_not_zero_is_covered_and_the_rest_reads_back() {
        // A fixed sequence that looks random: bursts of bytes between gaps of every size.
        let mut state = 1u32;
        let mut memory = vec![0u8; 65536];
        for byte in &mut memory {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 29 == 0 {
                *byte = state.to_be_bytes()[1];
            }
        }
        for gap in [1, 2, 7, 64, 1024] {
            let mut copy = vec![0; memory.len()];
            for range in occupied(&memory, gap) {
                copy[range.clone()].copy_from_slice(&memory[range]);
            }
            assert_eq!(copy, memory, "gap {gap}");
        }
    }

    #[test]
    fn a_memory_too_scattered_gets_wider_gaps() {
        let mut memory = vec![0; 128 * (MOST_SEGMENTS + 1)];
        for at in (0..memory.len()).step_by(128) {
            memory[at] = 1;
        }
        assert_eq!(segments(&memory).len(), 1);
    }
}
