//! Counting tests from what `cargo test` and `node --test` print.

use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
}

impl Tally {
    /// Adds what one line of output counts, if it is a summary.
    pub fn read(&mut self, line: &str) {
        let line = without_colours(line);
        if let Some(rest) = line.trim().strip_prefix("test result: ") {
            self.read_cargo(rest);
        } else if let Some(rest) = line.strip_prefix("ℹ ") {
            self.read_node(rest);
        }
    }

    /// `ok. 16 passed; 0 failed; 0 ignored; …`
    fn read_cargo(&mut self, summary: &str) {
        for part in summary.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((count, "passed")) => self.passed += count.parse().unwrap_or(0),
                Some((count, "failed")) => self.failed += count.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    /// `pass 3`; a cancelled test did not pass.
    fn read_node(&mut self, summary: &str) {
        match summary.trim().split_once(' ') {
            Some(("pass", count)) => self.passed += count.parse().unwrap_or(0),
            Some(("fail" | "cancelled", count)) => self.failed += count.parse().unwrap_or(0),
            _ => {}
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Drops terminal colours: `ESC [ … m`.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' {
            chars.by_ref().find(|end| end.is_ascii_alphabetic());
        } else {
            plain.push(char);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn cargo_summaries_are_summed() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 16 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.13s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        assert_eq!(tally(output), Tally { passed: 19, failed: 2 });
    }

    #[test]
    fn node_summaries_are_summed_in_colour_too() {
        let output = "✔ adds (1 ms)\n\u{1b}[34mℹ tests 4\u{1b}[39m\n\u{1b}[34mℹ pass 2\u{1b}[39m\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n";
        assert_eq!(tally(output), Tally { passed: 2, failed: 2 });
    }
}
