//! TfIdfVectorizer: how often runs of words, or of numbers, stand in a row.

use std::collections::HashMap;

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use crate::Dtype;
use crate::eager::broadcast;
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
    words: Words,
    /// The column of each run, of the words' numbers.
    columns: HashMap<Vec<u32>, usize>,
    /// A column each.
    weights: Vec<f32>,
    width: usize,
}

/// The numbers of the words that the runs are made of.
enum Words {
    Ints(HashMap<i64, u32>),
    Texts(HashMap<String, u32>),
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
    let (words, columns) = pool(node, &indexes)?;
    let mut weights = node.floats("weights").unwrap_or_default();
    ensure!(
        weights.is_empty() || weights.len() == indexes.len(),
        "{} weights for {} runs",
        weights.len(),
        indexes.len()
    );
    // ONNX's prose gives a weight to each run of the pool; its own reference and onnxruntime to each column.
    weights.resize(width, 1.0);
    let most_skipped = size("max_skip_count", 0)?;
    let vectorizer = Vectorizer { lengths: shortest..=longest, most_skipped, measure, words, columns, weights, width };
    Ok(Box::new(move |arguments| one(vectorizer.run(arguments.tensor(0)?)?)))
}

/// Numbers for the pool's words, and the columns of its runs, those of one word first.
fn pool(node: &Node, indexes: &[usize]) -> TractResult<(Words, HashMap<Vec<u32>, usize>)> {
    let (words, numbered) = match node.texts("pool_strings")?.filter(|pool| !pool.is_empty()) {
        Some(texts) => {
            let (numbers, numbered) = number(texts);
            (Words::Texts(numbers), numbered)
        }
        None => {
            let (numbers, numbered) = number(node.ints("pool_int64s").unwrap_or_default());
            (Words::Ints(numbers), numbered)
        }
    };
    let starts = node.ints("ngram_counts").ok_or_else(|| format_err!("ngram_counts is missing"))?;
    let mut starts = starts.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>()?;
    starts.push(numbered.len());
    let mut columns = HashMap::new();
    let mut indexes = indexes.iter();
    for (length, range) in (1..).zip(starts.windows(2)) {
        let part = numbered.get(range[0]..range[1]).ok_or_else(|| format_err!("ngram_counts does not fit the pool"))?;
        ensure!(part.len() % length == 0, "the pool's runs of {length} are cut off");
        for run in part.chunks(length) {
            let column = indexes.next().ok_or_else(|| format_err!("ngram_indexes is too short"))?;
            ensure!(columns.insert(run.to_vec(), *column).is_none(), "a run is in the pool twice");
        }
    }
    Ok((words, columns))
}

/// The same number for the same word.
fn number<T: std::hash::Hash + Eq>(words: Vec<T>) -> (HashMap<T, u32>, Vec<u32>) {
    let mut numbers = HashMap::new();
    let mut numbered = vec![];
    for word in words {
        let next = numbers.len() as u32;
        numbered.push(*numbers.entry(word).or_insert(next));
    }
    (numbers, numbered)
}

impl Vectorizer {
    fn run(&self, input: &TensorValue) -> TractResult<TensorValue> {
        let words: Vec<Option<u32>> = match &self.words {
            Words::Texts(numbers) => input.slice::<String>()?.iter().map(|word| numbers.get(word).copied()).collect(),
            Words::Ints(_) if input.dtype() == Dtype::String => bail!("expected numbers, got texts"),
            Words::Ints(numbers) => input.to_i64s()?.iter().map(|word| numbers.get(word).copied()).collect(),
        };
        let (shape, row) = match input.shape() {
            [] => (vec![self.width], 1),
            [row] => (vec![self.width], *row),
            [count, row] => (vec![*count, self.width], *row),
            shape => bail!("expected rows, got shape {shape:?}"),
        };
        let mut values = vec![0.0; broadcast::count(&shape)?];
        if row > 0 && self.width > 0 {
            let rows = words.chunks(row).zip(values.chunks_mut(self.width));
            rows.for_each(|(words, counts)| self.row(words, counts));
        }
        TensorValue::new(&shape, values)
    }

    /// Fills in the columns of a row of words.
    fn row(&self, words: &[Option<u32>], counts: &mut [f32]) {
        let mut run = vec![];
        for length in self.lengths.clone().take_while(|length| *length <= words.len()) {
            // Runs of one word have nothing to skip.
            let most = if length == 1 { 0 } else { self.most_skipped };
            for step in 1..=most.saturating_add(1) {
                let Some(reach) = (length - 1).checked_mul(step).filter(|reach| *reach < words.len()) else { break };
                for first in 0..words.len() - reach {
                    run.clear();
                    run.extend((0..length).map_while(|at| words[first + at * step]));
                    if run.len() == length
                        && let Some(column) = self.columns.get(&run)
                    {
                        counts[*column] += 1.0;
                    }
                }
            }
        }
        for (count, weight) in counts.iter_mut().zip(&self.weights) {
            *count = match self.measure {
                Measure::Count => *count,
                Measure::Weight if *count > 0.0 => *weight,
                Measure::Weight => 0.0,
                Measure::Both => *count * weight,
            };
        }
    }
}
