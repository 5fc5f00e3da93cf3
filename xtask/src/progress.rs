//! What a person sees while steps run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Runs a step, saying when it begins and how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("▸ {name}");
    let start = Instant::now();
    let result = work().with_context(|| format!("{name} failed"))?;
    println!("✓ {name}  {}", elapsed(start.elapsed()));
    Ok(result)
}

/// Says that a step had nothing to do.
pub fn unchanged(name: &str) {
    println!("· {name}  unchanged");
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
    fn durations_read_well() {
        assert_eq!(elapsed(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 05 s");
    }
}
