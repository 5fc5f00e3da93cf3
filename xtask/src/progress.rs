//! What a person sees while steps run.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

thread_local! {
    /// Whose lines this thread prints, where others print, too.
    static TELLER: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Does some work, beginning its lines with a name.
pub fn told_as<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let before = TELLER.replace(Some(name));
    let result = work();
    TELLER.set(before);
    result
}

/// What a line begins with.
pub fn teller() -> String {
    TELLER.get().map_or_else(String::new, |name| format!("{name} │ "))
}

/// Runs a step, saying when it begins and how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("{}▸ {name}", teller());
    let start = Instant::now();
    let result = work().with_context(|| format!("{name} failed"))?;
    println!("{}✓ {name}  {}", teller(), elapsed(start.elapsed()));
    Ok(result)
}

/// Says that a step had nothing to do.
pub fn unchanged(name: &str) {
    println!("{}· {name}  unchanged", teller());
}

/// A duration as a person says it.
pub fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_until_the_work_is_done() {
        assert_eq!(teller(), "");
        assert_eq!(told_as("page", || told_as("zoo", teller) + &teller()), "zoo │ page │ ");
        assert_eq!(teller(), "");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(elapsed(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 05 s");
    }
}
