//! Process groups that must end with us: a server and everything that it started.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What is running, for the handler of Ctrl-C.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Whether Ctrl-C is ending everything.
static ENDING: AtomicBool = AtomicBool::new(false);

/// How long a group may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// A program and its children. Dropped, all of them end.
pub struct Group {
    child: Child,
}

impl Group {
    /// Starts a program in a group of its own.
    pub fn start(command: &mut Command) -> Result<Group> {
        let shown = crate::process::show(command);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("`{shown}` could not be started"))?;
        running().push(child.id());
        Ok(Group { child })
    }

    /// The exit of the program, if it ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let ended = self.child.try_wait()?;
        // Not by itself: the handler of Ctrl-C is about to end this program, and nothing is wrong.
        while ended.is_some() && ENDING.load(Ordering::SeqCst) {
            sleep(PATIENCE);
        }
        Ok(ended)
    }

    fn wait_at_most(&mut self, patience: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < patience {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            sleep(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.child.id();
        running().retain(|running| *running != id);
        signal(id, "TERM");
        if !self.wait_at_most(PATIENCE) {
            signal(id, "KILL");
            self.wait_at_most(PATIENCE);
        }
        // The leader may have gone without its children.
        signal(id, "KILL");
    }
}

/// Makes Ctrl-C, and a polite kill, end every group before this program ends.
pub fn end_with_us() -> Result<()> {
    ctrlc::set_handler(|| {
        ENDING.store(true, Ordering::SeqCst);
        let ids = running().clone();
        for id in &ids {
            signal(*id, "TERM");
        }
        if !ids.is_empty() {
            sleep(Duration::from_secs(1));
        }
        for id in ids {
            signal(id, "KILL");
        }
        std::process::exit(130);
    })
    .context("Ctrl-C can't be handled here")
}

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends a signal to a whole group. That it is gone already is no error.
fn signal(group: u32, name: &str) {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("taskkill");
        command.args(["/T", "/F", "/PID", &group.to_string()]);
        command
    } else {
        let mut command = Command::new("kill");
        command.args([&format!("-{name}"), "--", &format!("-{group}")]);
        command
    };
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn children_of_a_dropped_group_end() {
        let marker = format!("31{}", std::process::id());
        let mut group = Group::start(Command::new("sh").args(["-c", &format!("sleep {marker} & wait")])).unwrap();
        while !sleeping(&marker) {
            assert!(group.ended().unwrap().is_none());
            sleep(Duration::from_millis(10));
        }
        drop(group);
        assert!(!sleeping(&marker));
    }

    fn sleeping(marker: &str) -> bool {
        let processes = crate::process::capture(Command::new("ps").args(["-eo", "args"])).unwrap();
        processes.lines().any(|line| line == format!("sleep {marker}"))
    }
}
