//! The engine's statics (constants, and what can be written) as the linker placed them, and which of them a lean module can reach.

use std::{collections::BTreeSet, ops::Range};

use wasm_encoder::Encode;
use wasmparser::BinaryReader;

use crate::BakeError;

/// Name of the custom section that carries the description inside the engine.
pub(crate) const SECTION: &str = "onnxlet.statics";

/// Pointers lie at multiples of this.
pub(crate) const WORD: u32 = 4;

/// Pieces of statics, each reachable only through an address inside of it or through a reference that the linker noted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statics {
    /// Disjoint, in order of address.
    pieces: Vec<Range<u32>>,
    /// References that the linker noted in code: (address, index of the piece), in order. No other constant is an address.
    code: Vec<(u32, u32)>,
    /// References in data that don't point into the piece they refer to, likewise.
    outside: Vec<(u32, u32)>,
}

/// A reference that the linker noted: the address written, and the range of the symbol that it refers to.
pub(crate) type Reference = (u32, Range<u32>);

impl Statics {
    /// From the symbols' ranges, those that may never be dropped, and all references, in code and in data.
    pub(crate) fn new(symbols: Vec<Range<u32>>, pinned: &[Range<u32>], code: &[Reference], data: &[Reference]) -> Self {
        let mut pieces = joined(symbols);
        let pinned: BTreeSet<u32> =
            pinned.iter().filter_map(|range| piece_at(&pieces, range.start)).map(|index| pieces[index].start).collect();
        pieces.retain(|piece| !pinned.contains(&piece.start));
        let noted = |references: &[Reference]| -> BTreeSet<(u32, u32)> {
            let piece = |(address, symbol): &Reference| {
                let index = piece_at(&pieces, symbol.start)?;
                Some((*address, u32::try_from(index).unwrap_or(u32::MAX)))
            };
            references.iter().filter_map(piece).collect()
        };
        let code = noted(code).into_iter().collect();
        let leads_outside = |(address, piece): &(u32, u32)| !pieces[*piece as usize].contains(address);
        let outside = noted(data).into_iter().filter(leads_outside).collect();
        Self { pieces, code, outside }
    }

    pub(crate) fn ranges(&self) -> &[Range<u32>] {
        &self.pieces
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.pieces.len().encode(&mut out);
        let mut at = 0;
        for piece in &self.pieces {
            (piece.start - at).encode(&mut out);
            (piece.end - piece.start).encode(&mut out);
            at = piece.end;
        }
        for references in [&self.code, &self.outside] {
            references.len().encode(&mut out);
            let mut last = 0;
            for (address, piece) in references {
                (address - last).encode(&mut out);
                piece.encode(&mut out);
                last = *address;
            }
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BakeError> {
        let mut reader = BinaryReader::new(bytes, 0);
        let mut statics = Self::default();
        let mut at = 0u32;
        for _ in 0..reader.read_var_u32()? {
            let start = at.saturating_add(reader.read_var_u32()?);
            at = start.saturating_add(reader.read_var_u32()?);
            statics.pieces.push(start..at);
        }
        for references in [&mut statics.code, &mut statics.outside] {
            let mut address = 0u32;
            for _ in 0..reader.read_var_u32()? {
                address = address.saturating_add(reader.read_var_u32()?);
                references.push((address, reader.read_var_u32()?));
            }
        }
        Ok(statics)
    }

    /// Zeroes the pieces of a memory image that neither code nor anything else in the image can reach.
    ///
    /// `code` are the constants in code, of which those are addresses that the linker noted. `words` and the image are searched
    /// conservatively: every aligned word outside of the pieces, and of pieces found so far, counts as an address.
    pub(crate) fn scrub(
        &self,
        memory: &mut [u8],
        code: impl IntoIterator<Item = u32>,
        words: impl IntoIterator<Item = u32>,
    ) {
        let mut search = Search { data: self, reached: vec![false; self.pieces.len()], work: Vec::new() };
        for constant in code {
            search.noted(&self.code, constant);
        }
        for word in words {
            search.address(word);
        }
        let mut at = 0;
        for piece in &self.pieces {
            search.words(memory, at..piece.start as usize);
            at = piece.end as usize;
        }
        search.words(memory, at..memory.len());
        while let Some(piece) = search.work.pop() {
            let piece = &self.pieces[piece];
            search.words(memory, piece.start as usize..piece.end as usize);
        }
        for (piece, reached) in self.pieces.iter().zip(search.reached) {
            let range = piece.start as usize..(piece.end as usize).min(memory.len());
            if !reached && let Some(bytes) = memory.get_mut(range) {
                bytes.fill(0);
            }
        }
    }
}

struct Search<'d> {
    data: &'d Statics,
    reached: Vec<bool>,
    work: Vec<usize>,
}

impl Search<'_> {
    fn address(&mut self, address: u32) {
        if let Some(piece) = piece_at(&self.data.pieces, address) {
            self.piece(piece);
        }
        self.noted(&self.data.outside, address);
    }

    fn noted(&mut self, references: &[(u32, u32)], address: u32) {
        let first = references.partition_point(|(value, _)| *value < address);
        for (_, piece) in references[first..].iter().take_while(|(value, _)| *value == address) {
            self.piece(*piece as usize);
        }
    }

    fn piece(&mut self, piece: usize) {
        if let Some(reached @ false) = self.reached.get_mut(piece) {
            *reached = true;
            self.work.push(piece);
        }
    }

    /// Takes every aligned word that overlaps a range as an address.
    fn words(&mut self, memory: &[u8], range: Range<usize>) {
        let word = WORD as usize;
        let start = range.start / word * word;
        let end = range.end.next_multiple_of(word).min(memory.len());
        for word in memory.get(start..end).unwrap_or_default().chunks_exact(word) {
            if let &[a, b, c, d] = word {
                self.address(u32::from_le_bytes([a, b, c, d]));
            }
        }
    }
}

/// The piece that an address lies in.
fn piece_at(pieces: &[Range<u32>], address: u32) -> Option<usize> {
    let after = pieces.partition_point(|piece| piece.start <= address);
    let index = after.checked_sub(1)?;
    pieces[index].contains(&address).then_some(index)
}

/// Ranges in order, those that overlap made one: the linker lays equal constants over each other.
fn joined(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(words: &[(usize, u32)]) -> Vec<u8> {
        let mut memory = vec![0xff; 64];
        for (address, word) in words {
            memory[*address..*address + 4].copy_from_slice(&word.to_le_bytes());
        }
        memory
    }

    fn pieces() -> Statics {
        Statics::new(vec![8..16, 16..20, 24..32, 26..40], &[], &[(39, 24..32), (24, 16..20)], &[(60, 16..20)])
    }

    fn live(memory: &[u8]) -> Vec<bool> {
        pieces().pieces.iter().map(|piece| memory[piece.start as usize] != 0).collect()
    }

    #[test]
    fn ranges_that_overlap_are_one_piece() {
        assert_eq!(pieces().pieces, [8..16, 16..20, 24..40]);
    }

    #[test]
    fn nothing_is_left_of_data_that_nobody_refers_to() {
        let mut image = memory(&[]);
        pieces().scrub(&mut image, [], []);
        assert_eq!(live(&image), [false, false, false]);
        assert_eq!(image[20..24], [0xff; 4], "what is no piece stays");
    }

    #[test]
    fn a_constant_in_code_keeps_the_piece_that_the_linker_noted_for_it() {
        let mut image = memory(&[]);
        pieces().scrub(&mut image, [39], []);
        assert_eq!(live(&image), [false, false, true]);
    }

    #[test]
    fn a_constant_in_code_that_the_linker_did_not_note_keeps_nothing() {
        let mut image = memory(&[]);
        pieces().scrub(&mut image, [8, 17, 25], []);
        assert_eq!(live(&image), [false, false, false]);
    }

    #[test]
    fn a_constant_at_the_end_of_a_piece_keeps_that_one_and_not_the_next() {
        let mut image = memory(&[]);
        pieces().scrub(&mut image, [24], []);
        assert_eq!(live(&image), [false, true, false]);
    }

    #[test]
    fn an_address_in_data_outside_of_its_piece_keeps_it_where_the_linker_noted_it() {
        let mut image = memory(&[(52, 60)]);
        pieces().scrub(&mut image, [], []);
        assert_eq!(live(&image), [false, true, false]);
    }

    #[test]
    fn the_value_of_a_global_may_point_into_any_piece() {
        let mut image = memory(&[]);
        pieces().scrub(&mut image, [], [17]);
        assert_eq!(live(&image), [false, true, false]);
    }

    #[test]
    fn a_word_of_the_image_keeps_a_piece_and_that_piece_others() {
        let mut image = memory(&[(48, 30), (28, 12)]);
        pieces().scrub(&mut image, [], []);
        assert_eq!(live(&image), [true, false, true]);
    }

    #[test]
    fn a_word_in_dropped_data_keeps_nothing() {
        let mut image = memory(&[(28, 12)]);
        pieces().scrub(&mut image, [], []);
        assert_eq!(live(&image), [false, false, false]);
    }

    #[test]
    fn pinned_data_is_never_dropped_and_what_it_holds_counts() {
        let data = Statics::new(vec![8..16, 16..20], &vec![8..16; 1], &[], &[]);
        let mut image = memory(&[(8, 16)]);
        data.scrub(&mut image, [], []);
        assert_eq!(image[8..12], 16u32.to_le_bytes());
        assert_eq!(image[16..20], [0xff; 4]);
    }

    #[test]
    fn a_description_reads_back() {
        assert_eq!(Statics::decode(&pieces().encode()), Ok(pieces()));
        assert!(Statics::decode(&[200]).is_err());
    }
}
