//! How deep a JSON body is nested, found before anything is parsed, so that each protocol has the same limit.

use super::problem::ProblemDetails;

/// Checks that arrays and objects lie at most `limit` levels deep. What isn't JSON at all is the parser's to tell.
///
/// # Errors
/// 413 beyond the limit.
pub(super) fn check(body: &[u8], limit: usize) -> Result<(), ProblemDetails> {
    // Most bodies open fewer than `limit` in all: counting those is several times as fast as following them.
    if body.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() <= limit || depth(body, limit) <= limit {
        return Ok(());
    }
    Err(ProblemDetails::too_nested(limit))
}

/// How deep `body` is, as far as `limit + 1`.
fn depth(body: &[u8], limit: usize) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
                if deepest > limit {
                    break;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_text(&mut bytes),
            _ => {}
        }
    }
    deepest
}

/// Moves behind the text that has begun.
fn skip_text<'a>(bytes: &mut impl Iterator<Item = &'a u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_where_they_are_levels() {
        for (text, deep) in [
            ("", 0),
            ("1", 0),
            ("[[],[]]", 2),
            (r#"{"a":[{"b":1}]}"#, 3),
            (r#"["[[[[", "\"[[[["]"#, 1),
            (r#"["\\", [[]]]"#, 3),
            ("]]]][", 1),
            ("\"[[[", 0),
            ("\"\\", 0),
        ] {
            assert_eq!(depth(text.as_bytes(), 64), deep, "{text}");
        }
    }

    #[test]
    fn the_limit_is_the_last_level_that_is_taken() {
        let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
        for limit in [1, 2, 64, 127] {
            assert!(check(nested(limit).as_bytes(), limit).is_ok());
            let problem = check(nested(limit + 1).as_bytes(), limit).unwrap_err();
            assert_eq!((problem.status.as_u16(), problem.code), (413, "too_large"));
            assert_eq!(problem.detail, format!("the JSON is nested too deeply: the limit is {limit} levels"));
        }
        assert!(check("[[]]".repeat(100).as_bytes(), 2).is_ok(), "many, but not deep");
    }

    #[test]
    fn what_the_highest_limit_takes_the_parser_takes() {
        let nested = ["[".repeat(127), "]".repeat(127)].concat();
        assert!(serde_json::from_str::<serde_json::Value>(&nested).is_ok());
    }
}
