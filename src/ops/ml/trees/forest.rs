//! Trees as flat lists, and the way of a row through them.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use crate::eager::value::Element;

/// What thresholds, weights and features are.
pub(super) trait Number: Element + Copy + PartialOrd + std::ops::Add<Output = Self> {
    fn of(value: f64) -> Self;
    fn to_f32(self) -> f32;
    fn to_f64(self) -> f64;
    fn is_missing(self) -> bool;
}

impl Number for f32 {
    fn of(value: f64) -> f32 {
        value as f32
    }
    fn to_f32(self) -> f32 {
        self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn is_missing(self) -> bool {
        self.is_nan()
    }
}

impl Number for f64 {
    fn of(value: f64) -> f64 {
        value
    }
    fn to_f32(self) -> f32 {
        self as f32
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn is_missing(self) -> bool {
        self.is_nan()
    }
}

/// How a node decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    AtMost,
    Less,
    AtLeast,
    Greater,
    Equal,
    NotEqual,
    Member,
}

impl Mode {
    /// # Errors
    /// For a name that is none of ONNX's.
    pub(super) fn of(name: &str) -> TractResult<Option<Mode>> {
        Ok(Some(match name {
            "LEAF" => return Ok(None),
            "BRANCH_LEQ" => Mode::AtMost,
            "BRANCH_LT" => Mode::Less,
            "BRANCH_GTE" => Mode::AtLeast,
            "BRANCH_GT" => Mode::Greater,
            "BRANCH_EQ" => Mode::Equal,
            "BRANCH_NEQ" => Mode::NotEqual,
            "BRANCH_MEMBER" => Mode::Member,
            other => bail!("nodes_modes: {other:?} is unknown"),
        }))
    }
}

/// A node: where it goes on, or what it weighs.
#[derive(Clone, Debug)]
pub(super) enum Entry<T> {
    Branch {
        feature: u32,
        threshold: T,
        mode: Mode,
        missing_is_true: bool,
        truth: u32,
        falsehood: u32,
    },
    /// A range of the weights.
    Leaf {
        first: u32,
        end: u32,
    },
}

/// What a leaf adds to a target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight<T> {
    pub(super) target: u32,
    pub(super) value: T,
}

/// All trees.
pub(super) struct Forest<T> {
    pub(super) entries: Vec<Entry<T>>,
    pub(super) roots: Vec<u32>,
    pub(super) weights: Vec<Weight<T>>,
    /// The sets of [`Mode::Member`], whose thresholds are their numbers.
    pub(super) sets: Vec<Vec<T>>,
}

impl<T: Number> Forest<T> {
    /// Checks that every way ends at a leaf, that features are there and targets are fewer than `targets`.
    ///
    /// # Errors
    /// What is wrong.
    pub(super) fn check(&self, targets: usize) -> TractResult<()> {
        let mut parents = vec![0u8; self.entries.len()];
        for entry in &self.entries {
            let Entry::Branch { truth, falsehood, feature, .. } = entry else { continue };
            ensure!(*feature < 1 << 28, "a node reads feature {feature}");
            for child in [truth, falsehood] {
                let Some(count) = parents.get_mut(*child as usize) else {
                    bail!("a node goes on at one that isn't there")
                };
                *count = count.saturating_add(1);
            }
        }
        // With one parent each, what begins at a root can't come back.
        ensure!(parents.iter().all(|count| *count <= 1), "a node has several parents");
        ensure!(self.roots.iter().all(|root| parents.get(*root as usize) == Some(&0)), "a tree has no root");
        ensure!(self.weights.iter().all(|weight| (weight.target as usize) < targets), "a leaf weighs for no target");
        Ok(())
    }

    /// How many features the trees read.
    pub(super) fn features(&self) -> usize {
        let feature = |entry: &Entry<T>| match entry {
            Entry::Branch { feature, .. } => *feature as usize + 1,
            Entry::Leaf { .. } => 0,
        };
        self.entries.iter().map(feature).max().unwrap_or(0)
    }

    /// Whether every row comes to a leaf that weighs for the target. Of a forest that is checked.
    pub(super) fn always_reaches(&self, target: usize) -> bool {
        self.roots.iter().any(|root| {
            let mut rest = vec![*root];
            while let Some(at) = rest.pop() {
                match &self.entries[at as usize] {
                    Entry::Branch { truth, falsehood, .. } => rest.extend([truth, falsehood]),
                    Entry::Leaf { first, end } => {
                        let weights = &self.weights[*first as usize..*end as usize];
                        if !weights.iter().any(|weight| weight.target as usize == target) {
                            return false;
                        }
                    }
                }
            }
            true
        })
    }

    /// What the leaf weighs that a row comes to.
    pub(super) fn leaf<X: Number + From<T>>(&self, root: u32, row: &[X]) -> &[Weight<T>] {
        let mut at = root;
        loop {
            match &self.entries[at as usize] {
                Entry::Leaf { first, end } => return &self.weights[*first as usize..*end as usize],
                Entry::Branch { feature, threshold, mode, missing_is_true, truth, falsehood } => {
                    let value = row[*feature as usize];
                    let holds = self.holds(*mode, value, *threshold) || *missing_is_true && value.is_missing();
                    at = if holds { *truth } else { *falsehood };
                }
            }
        }
    }

    fn holds<X: Number + From<T>>(&self, mode: Mode, value: X, threshold: T) -> bool {
        let limit = X::from(threshold);
        match mode {
            Mode::AtMost => value <= limit,
            Mode::Less => value < limit,
            Mode::AtLeast => value >= limit,
            Mode::Greater => value > limit,
            Mode::Equal => value == limit,
            Mode::NotEqual => value != limit,
            Mode::Member => {
                let set = self.sets.get(threshold.to_f32() as usize);
                set.is_some_and(|set| set.iter().any(|member| X::from(*member) == value))
            }
        }
    }
}
