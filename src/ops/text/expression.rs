//! Regular expressions as RE2 reads them, which is what ONNX's operators ask for.

use regex_lite::Regex;
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

/// The expression whose match is the whole text.
///
/// # Errors
/// As [`regex`].
pub(in super::super) fn whole(pattern: &str) -> TractResult<Regex> {
    regex(&format!("^(?:{pattern})$"))
}

/// # Errors
/// Where the pattern is none, or uses what is not supported.
fn regex(pattern: &str) -> TractResult<Regex> {
    let read = read(pattern)?;
    let refused = |reason: &str| format_err!("the pattern {pattern:?}: {reason}");
    ensure!(!read.ignores_case || pattern.is_ascii(), refused("capitals beyond ASCII are not supported"));
    Regex::new(&read.translated).map_err(|e| refused(&e.to_string()))
}

/// An expression of which the first match counts, and of several at the same place the longest.
pub(in super::super) struct Longest {
    alternatives: Vec<Regex>,
}

impl Longest {
    /// # Errors
    /// As [`regex`], and where backtracking may stop at a match that is not the longest: among nested alternatives, and
    /// behind groups that may repeat. Characters that may repeat are all taken by the first that can, which leaves the most.
    pub(in super::super) fn new(pattern: &str) -> TractResult<Longest> {
        let read = read(pattern)?;
        ensure!(!read.is_ambiguous, "the longest match of the pattern {pattern:?} is not supported");
        let flags = read.alternatives.len() > 1 && read.has_flags;
        ensure!(!flags, "flags before alternatives are not supported: {pattern:?}");
        let alternatives = read.alternatives.into_iter().map(|range| regex(pattern.get(range).unwrap_or_default()));
        Ok(Longest { alternatives: alternatives.collect::<TractResult<_>>()? })
    }

    /// The first match that starts at `start` or later.
    pub(in super::super) fn find_at(&self, text: &str, start: usize) -> Option<std::ops::Range<usize>> {
        let found = self.alternatives.iter().filter_map(|regex| Some(regex.find_at(text, start)?.range()));
        found.min_by_key(|range| (range.start, std::cmp::Reverse(range.end)))
    }
}

/// What a look at a pattern tells.
struct Read {
    /// With RE2's white space, which has no vertical tab.
    translated: String,
    alternatives: Vec<std::ops::Range<usize>>,
    is_ambiguous: bool,
    has_flags: bool,
    ignores_case: bool,
}

fn read(pattern: &str) -> TractResult<Read> {
    let mut read = Read {
        translated: String::new(),
        alternatives: vec![],
        is_ambiguous: false,
        has_flags: false,
        ignores_case: false,
    };
    let (mut depth, mut first, mut in_class) = (0usize, 0, false);
    let mut chars = pattern.char_indices().peekable();
    while let Some((place, char)) = chars.next() {
        let next = chars.peek().map(|(_, char)| *char);
        match char {
            '\\' => {
                chars.next();
                match (next, in_class) {
                    (Some('s'), true) => read.translated.push_str(r"\t\n\f\r "),
                    (Some('s'), false) => read.translated.push_str(r"[\t\n\f\r ]"),
                    (Some('S'), false) => read.translated.push_str(r"[^\t\n\f\r ]"),
                    (Some('S'), true) => bail!(r"the pattern {pattern:?}: \S among others is not supported"),
                    _ => read.translated.extend([char].into_iter().chain(next)),
                }
                continue;
            }
            '[' if !in_class => {
                in_class = true;
                // A bracket that closes stands for itself at the beginning.
                read.translated.push(char);
                while let Some((_, char)) = chars.next_if(|(at, char)| *char == '^' && *at == place + 1 || *char == ']')
                {
                    read.translated.push(char);
                    if char == ']' {
                        break;
                    }
                }
                continue;
            }
            '[' if next == Some(':') => {
                read.translated.push(char);
                while let Some((_, char)) = chars.next_if(|(_, char)| *char != ']') {
                    read.translated.push(char);
                }
                read.translated.extend(chars.next().map(|(_, char)| char));
                continue;
            }
            ']' => in_class = false,
            _ if in_class => {}
            '(' => {
                depth += 1;
                if next == Some('?') {
                    let flags = pattern[place + 2..].split([':', ')', '<']).next().unwrap_or_default();
                    read.has_flags |= !["", "P"].contains(&flags);
                    read.ignores_case |= flags.contains('i');
                    // Not a repetition.
                    read.translated.push(char);
                    read.translated.extend(chars.next().map(|(_, char)| char));
                    continue;
                }
            }
            ')' => {
                depth = depth.saturating_sub(1);
                read.is_ambiguous |= next.is_some_and(|next| "?*+{".contains(next));
            }
            '|' if depth == 0 => {
                read.alternatives.push(first..place);
                first = place + 1;
            }
            '|' => read.is_ambiguous = true,
            '*' | '+' | '?' | '}' => read.is_ambiguous |= next == Some('?'),
            _ => {}
        }
        read.translated.push(char);
    }
    read.alternatives.push(first..pattern.len());
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_alternatives_the_longest_counts() {
        let longest = Longest::new("ab|a[b-d]+|[|]").unwrap();
        assert_eq!(longest.find_at("xabcd|", 0), Some(1..5));
        assert_eq!(longest.find_at("xabcd|", 5), Some(5..6));
        assert!(Longest::new("(ab?)(bc)?").is_err());
        assert!(Longest::new("x(a|b)").is_err());
        assert!(Longest::new("a+?").is_err());
        assert!(Longest::new(r"(?:a\|b)[)?|]").is_ok());
    }

    #[test]
    fn white_space_has_no_vertical_tab() {
        assert!(whole(r"a\sb[\s]").unwrap().is_match("a b\t"));
        assert!(!whole(r"a\sb").unwrap().is_match("a\u{b}b"));
        assert!(whole(r"a\Sb").unwrap().is_match("a\u{b}b"));
        assert!(whole(r"[]\]a]+[^]][[:alpha:]]").unwrap().is_match("]axx"));
        assert!(whole("(?i)é").is_err());
    }
}
