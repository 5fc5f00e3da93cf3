//! Tokenizer: texts → their words, as scikit-learn's text models are exported.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::super::text::regex;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

/// The marks of a text's beginning and end.
const MARKS: [&str; 2] = ["\u{2}", "\u{3}"];

enum Rule {
    /// What matches is a word.
    Words(regex_lite::Regex),
    /// What matches stands between words.
    Between(regex_lite::Regex),
    Characters,
}

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    let marks = node.flag("mark", 0);
    let pad = node.text("pad_value", "")?;
    let shortest = usize::try_from(node.int("mincharnum", 1))?;
    ensure!(node.texts("stopwords")?.is_none_or(|words| words.is_empty()), "stopwords is not supported");
    let rule = match (node.texts("separators")?, node.text("tokenexp", "")?) {
        (_, expression) if !expression.is_empty() => Rule::Words(regex(&expression)?),
        (Some(separators), _) if separators == [""] => Rule::Characters,
        (Some(separators), _) if !separators.is_empty() => Rule::Between(regex(&separators.join("|"))?),
        _ => return Err(format_err!("it has neither separators nor tokenexp")),
    };
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let texts = input.slice::<String>()?;
        let rows: Vec<Vec<String>> = texts.iter().map(|text| rule.words(text, shortest)).collect();
        let extra = if marks { 2 } else { 0 };
        let width = rows.iter().map(Vec::len).max().unwrap_or(0) + extra;
        ensure!(rows.len().saturating_mul(width) < 1 << 26, "{} × {width} words are too many", rows.len());
        let mut words = vec![];
        for row in rows {
            let end = words.len() + width;
            words.extend(marks.then(|| MARKS[0].to_owned()));
            words.extend(row);
            words.extend(marks.then(|| MARKS[1].to_owned()));
            words.resize(end, pad.clone());
        }
        let mut shape = input.shape().to_vec();
        shape.push(width);
        one(TensorValue::new(&shape, words)?)
    }))
}

impl Rule {
    fn words(&self, text: &str, shortest: usize) -> Vec<String> {
        let long_enough = |word: &&str| word.chars().count() >= shortest;
        match self {
            Rule::Words(words) => {
                words.find_iter(text).map(|found| found.as_str()).filter(long_enough).map(Into::into).collect()
            }
            Rule::Between(between) => {
                between.split(text).filter(|word| !word.is_empty()).filter(long_enough).map(Into::into).collect()
            }
            Rule::Characters => text.chars().map(String::from).collect(),
        }
    }
}
