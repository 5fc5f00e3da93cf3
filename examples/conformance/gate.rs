//! Holds outcomes against the list of cases that may be refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cases::Case;
use crate::run::{Outcome, Status};

/// Cases that don't pass, and what becomes of them instead.
pub struct Expected(BTreeMap<String, String>);

/// Reads `tests/conformance/expected.json`.
///
/// # Errors
/// A file that can't be read or is no such list.
pub fn read(file: &Path) -> Result<Expected, String> {
    let said = |problem: String| format!("{}: {problem}", file.display());
    let text = fs::read(file).map_err(|e| said(e.to_string()))?;
    Ok(Expected(serde_json::from_slice(&text).map_err(|e| said(e.to_string()))?))
}

impl Expected {
    /// What is wrong, one line each: a case that isn't listed must pass, one that is must be refused.
    pub fn problems(&self, outcomes: &[(Case, Outcome)]) -> Vec<String> {
        let problem = |(case, outcome): &(Case, Outcome)| {
            let listed = self.0.get(&case.name).map_or("pass", String::as_str);
            let status = outcome.status;
            let fits = status == Status::NotTensor || status.name() == listed;
            let allowed = matches!(status, Status::Pass | Status::Refused | Status::NotTensor);
            (!fits || !allowed)
                .then(|| format!("{}: expected {listed}, got {}: {}", case.name, status.name(), outcome.reason))
        };
        outcomes.iter().filter_map(problem).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, status: Status) -> (Case, Outcome) {
        let case = serde_json::json!({"name": name, "suite": "node", "domain": "", "operator": "Abs"});
        (serde_json::from_value(case).unwrap(), Outcome { status, reason: "why".into() })
    }

    #[test]
    fn only_what_is_listed_may_be_refused() {
        let expected = Expected([("listed".to_owned(), "refused".to_owned())].into());
        let fine = [outcome("a", Status::Pass), outcome("listed", Status::Refused), outcome("b", Status::NotTensor)];
        assert_eq!(expected.problems(&fine), [""; 0]);
        let bad = [outcome("a", Status::Refused), outcome("listed", Status::Pass), outcome("b", Status::Wrong)];
        assert_eq!(expected.problems(&bad).len(), 3);
        assert_eq!(expected.problems(&bad[..1]), ["a: expected pass, got refused: why"]);
    }

    /// Even a list can't excuse them.
    #[test]
    fn nothing_may_be_wrong_or_trapped() {
        for status in [Status::Wrong, Status::Trapped] {
            let expected = Expected([("a".to_owned(), status.name().to_owned())].into());
            assert_eq!(expected.problems(&[outcome("a", status)]).len(), 1);
        }
    }
}
