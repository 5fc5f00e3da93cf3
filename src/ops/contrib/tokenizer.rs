//! Tokenizer: texts → their words, as scikit-learn's text models are exported.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::super::text::Longest;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// The marks of a text's beginning and end.
const MARKS: [&str; 2] = ["\u{2}", "\u{3}"];

enum Rule {
    /// What matches is a word.
    Words(Longest),
    /// What matches stands between words: first the first, then the second between what is left.
    Between(Vec<Longest>),
    Characters,
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let marks = node.flag("mark", 0);
    let pad = node.text("pad_value", "")?;
    let shortest = usize::try_from(node.int("mincharnum", 1))?;
    ensure!(shortest > 0, "mincharnum is 0");
    ensure!(node.texts("stopwords")?.is_none_or(|words| words.is_empty()), "stopwords is not supported");
    let rule = match (node.texts("separators")?, node.text("tokenexp", "")?.as_str()) {
        (Some(separators), _) if separators == [""] => Rule::Characters,
        (Some(separators), _) if separators.is_empty() => bail!("separators is empty"),
        (Some(separators), _) => {
            Rule::Between(separators.iter().map(|pattern| Longest::new(pattern)).collect::<TractResult<_>>()?)
        }
        (None, "") => bail!("it has neither separators nor tokenexp"),
        (None, ".") => Rule::Characters,
        (None, pattern) => Rule::Words(Longest::new(pattern)?),
    };
    ensure!(shortest == 1 || !matches!(rule, Rule::Characters), "characters are shorter than mincharnum {shortest}");
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let texts = input.slice::<String>()?;
        let rows = texts.iter().map(|text| rule.words(text, shortest)).collect::<TractResult<Vec<_>>>()?;
        let mut shape = input.shape().to_vec();
        let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
        if longest == 0 {
            // Without words there are no marks either.
            shape.push(0);
            return one(TensorValue::new::<String>(&shape, vec![])?);
        }
        let width = longest + if marks { 2 } else { 0 };
        ensure!(rows.len().saturating_mul(width) < 1 << 26, "{} × {width} words are too many", rows.len());
        let mut words = Vec::with_capacity(rows.len() * width);
        for row in rows {
            let end = words.len() + width;
            words.extend(marks.then(|| MARKS[0].to_owned()));
            words.extend(row.into_iter().map(str::to_owned));
            words.extend(marks.then(|| MARKS[1].to_owned()));
            words.resize(end, pad.clone());
        }
        shape.push(width);
        one(TensorValue::new(&shape, words)?)
    }))
}

impl Rule {
    fn words<'a>(&self, text: &'a str, shortest: usize) -> TractResult<Vec<&'a str>> {
        Ok(match self {
            Rule::Words(words) => matches(words, text, shortest),
            Rule::Between(separators) => {
                let mut words = vec![text];
                for separator in separators {
                    let parts = words.into_iter().map(|word| parts(separator, word, shortest));
                    words = parts.collect::<TractResult<Vec<_>>>()?.concat();
                }
                words
            }
            Rule::Characters => text.split("").filter(|character| !character.is_empty()).collect(),
        })
    }
}

fn is_word(text: &str, shortest: usize) -> bool {
    text.chars().count() >= shortest
}

/// The matches that are long enough. Behind one that is not, the search goes on at its second character.
fn matches<'a>(expression: &Longest, text: &'a str, shortest: usize) -> Vec<&'a str> {
    let mut words = vec![];
    let mut start = 0;
    while let Some(found) = expression.find_at(text, start) {
        let word = &text[found.clone()];
        if is_word(word, shortest) {
            words.push(word);
            start = found.end;
        } else if let Some(skipped) = text[found.start..].chars().next() {
            start = found.start + skipped.len_utf8();
        } else {
            break;
        }
    }
    words
}

/// What stands between the matches and is long enough.
fn parts<'a>(separator: &Longest, text: &'a str, shortest: usize) -> TractResult<Vec<&'a str>> {
    let mut words = vec![];
    let mut start = 0;
    while let Some(found) = separator.find_at(text, start) {
        ensure!(!found.is_empty(), "a separator matches nothing at all, which is not supported");
        words.push(&text[start..found.start]);
        start = found.end;
    }
    words.push(&text[start..]);
    words.retain(|word| is_word(word, shortest));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_work_one_after_the_other() {
        let between = Rule::Between(["ab", "ba"].map(|pattern| Longest::new(pattern).unwrap()).into());
        assert_eq!(between.words("cbabd", 1).unwrap(), ["cb", "d"]);
        assert_eq!(between.words("cbabd", 2).unwrap(), ["cb"]);
        assert!(Rule::Between(vec![Longest::new("x*").unwrap()]).words("axb", 1).is_err());
    }

    #[test]
    fn a_word_that_is_too_short_may_hold_the_beginning_of_another() {
        let words = Rule::Words(Longest::new("ab|bcde").unwrap());
        assert_eq!(words.words("abcde", 3).unwrap(), ["bcde"]);
        assert_eq!(words.words("abcde", 1).unwrap(), ["ab"]);
        assert_eq!(Rule::Characters.words("aé日", 1).unwrap(), ["a", "é", "日"]);
    }
}
