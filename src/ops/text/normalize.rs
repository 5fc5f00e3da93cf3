//! StringNormalizer, StringConcat, StringSplit, RegexFullMatch.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::expression;
use crate::eager::broadcast;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

pub(super) fn normalizer(node: &Node) -> TractResult<Kernel> {
    let exact = node.flag("is_case_sensitive", 0);
    let Cases { lower, upper } = cases(&node.text("locale", "en_US")?)?;
    let change = match node.text("case_change_action", "NONE")?.as_str() {
        "NONE" => str::to_owned,
        "LOWER" => lower,
        "UPPER" => upper,
        other => bail!("case_change_action {other:?} is unknown"),
    };
    let comparable = move |text: &str| if exact { text.to_owned() } else { lower(text) };
    let stopwords = node.texts("stopwords")?.unwrap_or_default();
    let stopwords: Vec<String> = stopwords.iter().map(|word| comparable(word)).collect();
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let texts = input.slice::<String>()?.iter();
        let keeps = |text: &&String| stopwords.is_empty() || !stopwords.contains(&comparable(text));
        let mut kept: Vec<String> = texts.filter(keeps).map(|text| change(text)).collect();
        if kept.is_empty() && !stopwords.is_empty() {
            kept.push(String::new());
        }
        match input.shape() {
            shape if stopwords.is_empty() => one(TensorValue::new(shape, kept)?),
            [_] => one(TensorValue::new(&[kept.len()], kept)?),
            [1, _] => one(TensorValue::new(&[1, kept.len()], kept)?),
            shape => bail!("expected a row of texts, got shape {shape:?}"),
        }
    }))
}

/// What a locale makes of capital and small letters.
struct Cases {
    lower: fn(&str) -> String,
    upper: fn(&str) -> String,
}

fn cases(locale: &str) -> TractResult<Cases> {
    let language = locale.split(['_', '.', '-']).next().unwrap_or_default();
    Ok(match (locale, language) {
        // These know the letters of ASCII only.
        ("C" | "POSIX", _) => Cases { lower: str::to_ascii_lowercase, upper: str::to_ascii_uppercase },
        // The dots of i are letters of their own there.
        (_, "tr" | "az" | "lt") => bail!("the locale {locale:?} is not supported"),
        _ => Cases { lower: str::to_lowercase, upper: str::to_uppercase },
    })
}

pub(super) fn concat(_: &Node) -> TractResult<Kernel> {
    Ok(Box::new(|arguments| {
        let [a, b] = [arguments.tensor(0)?, arguments.tensor(1)?];
        let (left, right) = (a.slice::<String>()?, b.slice::<String>()?);
        let shape = broadcast::shape(&[a.shape(), b.shape()])?;
        let longest = |texts: &[String]| texts.iter().map(String::len).max().unwrap_or(0);
        broadcast::check_texts(broadcast::count(&shape)?, longest(left).saturating_add(longest(right)))?;
        let places = broadcast::places(a.shape(), &shape)?.into_iter().zip(broadcast::places(b.shape(), &shape)?);
        one(TensorValue::new(&shape, places.map(|(at, other)| format!("{}{}", left[at], right[other])).collect())?)
    }))
}

pub(super) fn regex_full_match(node: &Node) -> TractResult<Kernel> {
    let pattern = node.text("pattern", "")?;
    let whole = expression::whole(&pattern)?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let matches = input.slice::<String>()?.iter().map(|text| whole.is_match(text));
        one(TensorValue::new(input.shape(), matches.collect())?)
    }))
}

pub(super) fn split(node: &Node) -> TractResult<Kernel> {
    let delimiter = node.text("delimiter", "")?;
    let most = node.has("maxsplit").then(|| node.int("maxsplit", 0));
    let most = most.map(usize::try_from).transpose()?;
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let rows: Vec<Vec<&str>> = input.slice::<String>()?.iter().map(|text| pieces(text, &delimiter, most)).collect();
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let counts = rows.iter().map(|row| row.len() as i64).collect();
        let size = rows.len().checked_mul(width).filter(|size| *size < 1 << 26);
        ensure!(size.is_some(), "{} × {width} pieces are too many", rows.len());
        let padded = rows.iter().flat_map(|row| (0..width).map(|at| row.get(at).copied().unwrap_or("").to_owned()));
        let mut shape = input.shape().to_vec();
        shape.push(width);
        let pieces = TensorValue::new(&shape, padded.collect())?;
        Ok(vec![pieces.into(), TensorValue::new(input.shape(), counts)?.into()])
    }))
}

/// An empty delimiter is any run of white space.
fn pieces<'a>(text: &'a str, delimiter: &str, most: Option<usize>) -> Vec<&'a str> {
    if text.is_empty() {
        return vec![];
    }
    if !delimiter.is_empty() {
        return match most {
            Some(most) => text.splitn(most.saturating_add(1), delimiter).collect(),
            None => text.split(delimiter).collect(),
        };
    }
    let mut found = vec![];
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).filter(|_| most.is_none_or(|most| found.len() < most));
        let (piece, behind) = rest.split_at(end.unwrap_or(rest.len()));
        found.push(piece.trim_end());
        rest = behind.trim_start();
    }
    found
}
