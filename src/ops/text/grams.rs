//! TfIdfVectorizer: how often runs of words, or of numbers, stand in a row.

use std::collections::HashMap;

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use crate::Dtype;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

#[derive(Clone, Copy)]
enum Measure {
    Count,
    Weight,
    Both,
}

struct Vectorizer {
    lengths: std::ops::RangeInclusive<usize>,
    most_skipped: usize,
    measure: Measure,
    /// The column of each run.
    columns: HashMap<Vec<Word>, usize>,
    weights: Vec<f32>,
    width: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Word {
    Int(i64),
    Text(String),
}

pub(super) fn vectorizer(node: &Node) -> TractResult<Kernel> {
    let size = |name: &str, default: i64| usize::try_from(node.int(name, default)).map_err(|_| format_err!("{name}"));
    let (shortest, longest) = (size("min_gram_length", 1)?, size("max_gram_length", 1)?);
    ensure!(shortest >= 1 && longest >= shortest, "min_gram_length is {shortest}, max_gram_length {longest}");
    let measure = match node.text("mode", "TF")?.as_str() {
        "TF" => Measure::Count,
        "IDF" => Measure::Weight,
        "TFIDF" => Measure::Both,
        other => bail!("mode {other:?} is unknown"),
    };
    let indexes = node.ints("ngram_indexes").ok_or_else(|| format_err!("ngram_indexes is missing"))?;
    let indexes = indexes.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>()?;
    let width = indexes.iter().max().map_or(0, |most| most + 1);
    ensure!(width < 1 << 24, "ngram_indexes reaches {width}");
    let columns = pool(node, &indexes)?;
    let given = node.floats("weights").unwrap_or_default();
    ensure!(given.is_empty() || given.len() == indexes.len(), "{} weights for {} runs", given.len(), indexes.len());
    let mut weights = vec![1.0; width];
    for (column, weight) in indexes.iter().zip(given) {
        weights[*column] = weight;
    }
    let most_skipped = size("max_skip_count", 0)?;
    let vectorizer = Vectorizer { lengths: shortest..=longest, most_skipped, measure, columns, weights, width };
    Ok(Box::new(move |arguments| one(vectorizer.run(arguments.tensor(0)?)?)))
}

/// The pool's runs, those of one word first.
fn pool(node: &Node, indexes: &[usize]) -> TractResult<HashMap<Vec<Word>, usize>> {
    let words: Vec<Word> = match node.texts("pool_strings")?.filter(|pool| !pool.is_empty()) {
        Some(texts) => texts.into_iter().map(Word::Text).collect(),
        None => node.ints("pool_int64s").unwrap_or_default().into_iter().map(Word::Int).collect(),
    };
    let starts = node.ints("ngram_counts").ok_or_else(|| format_err!("ngram_counts is missing"))?;
    let mut starts = starts.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>()?;
    starts.push(words.len());
    let mut columns = HashMap::new();
    let mut indexes = indexes.iter();
    for (length, range) in (1..).zip(starts.windows(2)) {
        let part = words.get(range[0]..range[1]).ok_or_else(|| format_err!("ngram_counts does not fit the pool"))?;
        ensure!(part.len() % length == 0, "the pool's runs of {length} are cut off");
        for run in part.chunks(length) {
            let column = indexes.next().ok_or_else(|| format_err!("ngram_indexes is too short"))?;
            columns.insert(run.to_vec(), *column);
        }
    }
    Ok(columns)
}

impl Vectorizer {
    fn run(&self, input: &TensorValue) -> TractResult<TensorValue> {
        let words: Vec<Word> = match input.dtype() {
            Dtype::String => input.slice::<String>()?.iter().cloned().map(Word::Text).collect(),
            _ => input.to_i64s()?.into_iter().map(Word::Int).collect(),
        };
        let (shape, row) = match input.shape() {
            [] => (vec![self.width], 1),
            [row] => (vec![self.width], *row),
            [count, row] => (vec![*count, self.width], *row),
            shape => bail!("expected rows, got shape {shape:?}"),
        };
        let mut values = vec![];
        match row {
            0 => values.resize(shape.iter().product(), 0.0),
            _ => words.chunks(row).for_each(|row| values.extend(self.row(row))),
        }
        TensorValue::new(&shape, values)
    }

    fn row(&self, words: &[Word]) -> Vec<f32> {
        let mut counts = vec![0f32; self.width];
        for length in self.lengths.clone() {
            // Runs of one word have nothing to skip.
            let most = if length == 1 { 0 } else { self.most_skipped };
            for step in 1..=most + 1 {
                for first in 0..words.len() {
                    if first + (length - 1) * step >= words.len() {
                        break;
                    }
                    let run: Vec<Word> = (0..length).map(|at| words[first + at * step].clone()).collect();
                    if let Some(column) = self.columns.get(&run) {
                        counts[*column] += 1.0;
                    }
                }
            }
        }
        let measured = |(count, weight): (&f32, &f32)| match self.measure {
            Measure::Count => *count,
            Measure::Weight if *count > 0.0 => *weight,
            Measure::Weight => 0.0,
            Measure::Both => count * weight,
        };
        counts.iter().zip(&self.weights).map(measured).collect()
    }
}
