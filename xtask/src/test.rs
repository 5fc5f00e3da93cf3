//! `cargo xtask test`: runs the suites one after another and counts.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::progress::elapsed;
use crate::project::Project;
use crate::suites::{SUITES, Session, Suite};
use crate::tally::Tally;

/// What became of a suite.
struct Outcome {
    name: &'static str,
    tally: Tally,
    time: Duration,
    failure: Option<String>,
}

/// Runs the chosen suites (none named: all). A failing suite does not stop the later ones.
pub fn test(project: &Project, only: &[String]) -> Result<ExitCode> {
    let chosen = choose(only)?;
    let session = Session::new(project);
    let start = Instant::now();
    let outcomes: Vec<Outcome> = chosen.into_iter().map(|suite| run(suite, &session)).collect();
    Ok(report(&outcomes, start.elapsed()))
}

fn choose(only: &[String]) -> Result<Vec<&'static Suite>> {
    for name in only {
        if !SUITES.iter().any(|suite| suite.name == name) {
            let names: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
            bail!("--only {name}: there is no such suite; the suites are: {}", names.join(", "));
        }
    }
    Ok(SUITES.iter().filter(|suite| only.is_empty() || only.iter().any(|name| name == suite.name)).collect())
}

fn run(suite: &'static Suite, session: &Session) -> Outcome {
    println!("\n━━ {}: {}", suite.name, suite.about);
    let start = Instant::now();
    let mut tally = Tally::default();
    let failure = (suite.run)(session, &mut tally).err().map(|error| format!("{error:#}"));
    if let Some(failure) = &failure {
        eprintln!("✗ {}: {failure}", suite.name);
        // A suite that fails without saying how many tests did, failed once.
        tally.failed = tally.failed.max(1);
    }
    Outcome { name: suite.name, tally, time: start.elapsed(), failure }
}

/// Prints the table and the count. The count is the last line.
fn report(outcomes: &[Outcome], time: Duration) -> ExitCode {
    let mut total = Tally::default();
    println!("\n━━ all suites, {}", elapsed(time));
    for outcome in outcomes {
        total += outcome.tally;
        let mark = if succeeded(outcome) { "✓" } else { "✗" };
        let Tally { passed, failed } = outcome.tally;
        println!("{mark} {:<10} {passed:>5} passed {failed:>4} failed  {}", outcome.name, elapsed(outcome.time));
        if let Some(failure) = &outcome.failure {
            println!("    {}", failure.lines().next().unwrap_or_default());
        }
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if outcomes.iter().all(succeeded) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn succeeded(outcome: &Outcome) -> bool {
    outcome.tally.failed == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_suite_is_named_with_those_that_exist() {
        let error = choose(&["nope".to_owned()]).err().unwrap().to_string();
        assert!(error.contains("nope") && error.contains("accuracy"), "{error}");
        assert_eq!(choose(&[]).unwrap().len(), SUITES.len());
        assert_eq!(choose(&["page".to_owned()]).unwrap().len(), 1);
    }

    #[test]
    fn a_suite_that_fails_uncounted_counts_as_one_failed_test() {
        static BROKEN: Suite = Suite { name: "broken", about: "", run: |_, _| bail!("no") };
        static COUNTED: Suite = Suite {
            name: "counted",
            about: "",
            run: |_, tally| {
                tally.failed = 3;
                bail!("no")
            },
        };
        let project = Project::find().unwrap();
        let session = Session::new(&project);
        assert_eq!(run(&BROKEN, &session).tally, Tally { passed: 0, failed: 1 });
        assert_eq!(run(&COUNTED, &session).tally, Tally { passed: 0, failed: 3 });
    }
}
