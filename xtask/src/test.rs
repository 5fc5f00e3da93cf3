//! `cargo xtask test`: runs the suites, neighbours that may have company two at a time, and counts.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::progress::{self, elapsed};
use crate::project::Project;
use crate::suites::{Company, SUITES, Session, Suite};
use crate::tally::Tally;

/// What became of a suite.
struct Outcome {
    name: &'static str,
    tally: Tally,
    time: Duration,
    failure: Option<String>,
}

/// Suites that run at the same time, where they may.
const LANES: usize = 2;

/// Runs the chosen suites (none named: all). A failing suite does not stop the later ones.
pub fn test(project: &Project, only: &[String]) -> Result<ExitCode> {
    let chosen = choose(only)?;
    let session = Session::new(project);
    let start = Instant::now();
    let together = chosen.chunk_by(|one, next| [one, next].iter().all(|suite| suite.company == Company::Another));
    let outcomes: Vec<Outcome> = together.flat_map(|neighbours| run_all(neighbours, &session)).collect();
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

/// Runs neighbours, each in the first lane that is free.
fn run_all(suites: &[&'static Suite], session: &Session) -> Vec<Outcome> {
    if let [only] = suites {
        return vec![run(only, session)];
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![]));
    let lane = || loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        let Some(suite) = suites.get(place) else { return };
        let outcome = progress::told_as(suite.name, || run(suite, session));
        done.lock().unwrap_or_else(PoisonError::into_inner).push((place, outcome));
    };
    std::thread::scope(|scope| (0..LANES).for_each(|_| _ = scope.spawn(lane)));
    let mut outcomes = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn run(suite: &'static Suite, session: &Session) -> Outcome {
    println!("\n━━ {}: {}", suite.name, suite.about);
    let start = Instant::now();
    let mut tally = Tally::default();
    let failure = (suite.run)(session, &mut tally).err().map(|error| format!("{error:#}"));
    println!("━━ {} took {}", suite.name, elapsed(start.elapsed()));
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
    fn neighbours_run_at_the_same_time_and_are_told_in_their_order() {
        use std::sync::Barrier;
        static BOTH: Barrier = Barrier::new(2);
        static FIRST: Suite = Suite {
            name: "first",
            about: "",
            company: Company::Another,
            run: |_, tally| {
                BOTH.wait();
                tally.passed = 1;
                Ok(())
            },
        };
        static SECOND: Suite = Suite { name: "second", run: |_, _| bail!("{}", BOTH.wait().is_leader()), ..FIRST };
        let project = Project::find().unwrap();
        let outcomes = run_all(&[&FIRST, &SECOND], &Session::new(&project));
        let told: Vec<(&str, Tally)> = outcomes.iter().map(|outcome| (outcome.name, outcome.tally)).collect();
        let expected = [("first", Tally { passed: 1, failed: 0 }), ("second", Tally { passed: 0, failed: 1 })];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_suite_that_fails_uncounted_counts_as_one_failed_test() {
        const ALONE: Company = Company::Alone;
        static BROKEN: Suite = Suite { name: "broken", about: "", company: ALONE, run: |_, _| bail!("no") };
        static COUNTED: Suite = Suite {
            name: "counted",
            about: "",
            company: ALONE,
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
