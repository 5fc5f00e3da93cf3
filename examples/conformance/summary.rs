//! What doesn't pass, by operator and reason.

use std::collections::BTreeMap;

use crate::cases::Case;
use crate::run::{Outcome, Status};

/// Characters of a reason in a line.
const SHORT: usize = 140;

/// The beginning of a reason, in one line.
pub fn short(reason: &str) -> String {
    let line = reason.replace('\n', " ");
    if line.chars().count() <= SHORT { line } else { line.chars().take(SHORT).chain(['…']).collect() }
}

/// Prints a block per operator, the one with most cases first.
pub fn print(outcomes: &[(Case, Outcome)]) {
    let mut families: BTreeMap<String, BTreeMap<(&str, String), Vec<&str>>> = BTreeMap::new();
    for (case, outcome) in outcomes {
        if matches!(outcome.status, Status::Pass | Status::NotTensor) {
            continue;
        }
        let reasons = families.entry(family(case)).or_default();
        reasons.entry((outcome.status.name(), alike(&outcome.reason, &case.name))).or_default().push(&case.name);
    }
    let mut families: Vec<_> = families.into_iter().collect();
    let count = |reasons: &BTreeMap<_, Vec<&str>>| reasons.values().map(Vec::len).sum::<usize>();
    families.sort_by_key(|(_, reasons)| std::cmp::Reverse(count(reasons)));
    println!();
    for (family, reasons) in &families {
        println!("{:>4} {family}", count(reasons));
        for ((status, reason), names) in reasons {
            println!("       {} {status}: {reason}  ({}{})", names.len(), names[0], more(names.len()));
        }
    }
}

fn family(case: &Case) -> String {
    if case.domain.is_empty() { case.operator.clone() } else { format!("{}.{}", case.domain, case.operator) }
}

fn more(count: usize) -> &'static str {
    if count > 1 { ", …" } else { "" }
}

/// A reason without its numbers and the case's own names, so that like reasons fall together.
fn alike(reason: &str, name: &str) -> String {
    let base = name.split("_expanded").next().unwrap_or(name);
    let reason = reason.replace("the model cannot be loaded: ", "").replace(base, "…");
    let mut alike = String::with_capacity(reason.len());
    for char in short(&reason).chars() {
        if !char.is_ascii_digit() {
            alike.push(char);
        } else if !alike.ends_with('#') {
            alike.push('#');
        }
    }
    alike
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_differ_in_numbers_are_alike() {
        assert_eq!(alike("expected 12, got 3.5\nat 7", "test_a"), "expected #, got #.# at #");
        let reason = "the model cannot be loaded: node \"A_test_a_expanded_function_b\"";
        assert_eq!(alike(reason, "test_a_expanded"), "node \"A_…_expanded_function_b\"");
        assert_eq!(short(&"ü".repeat(200)).chars().count(), SHORT + 1);
    }
}
