//! Running other programs with errors that say what failed and what to do.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress;

/// Runs a program with this terminal; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("`{shown}` could not be started"))?;
    check(status, &shown)
}

/// Runs a program and returns what it wrote to stdout; its stderr is part of the error.
pub fn capture(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("`{shown}` could not be started"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` wrote something that is not UTF-8"))
}

/// Runs a program, passing its output on while handing each line of stdout to `each`.
pub fn run_watching(command: &mut Command, mut each: impl FnMut(&str)) -> Result<()> {
    let shown = show(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{shown}` could not be started"))?;
    let stdout = child.stdout.take().context("the program's stdout was not piped")?;
    pass_on(stdout, &mut each)?;
    let status = child.wait()?;
    check(status, &shown)
}

/// Copies lines to stdout. Programs may print bytes that are not UTF-8: those are shown replaced.
fn pass_on(from: impl Read, each: &mut impl FnMut(&str)) -> Result<()> {
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{}{text}", progress::teller());
        std::io::stdout().flush()?;
        each(text.trim_end());
        line.clear();
    }
    Ok(())
}

fn check(status: ExitStatus, shown: &str) -> Result<()> {
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Hands on the options that are switches, where they are given.
pub fn add_switches(command: &mut Command, switches: &[(&str, bool)]) {
    command.args(switches.iter().filter(|(_, given)| *given).map(|(name, _)| name));
}

/// Hands on the options that are numbers, where they are given.
pub fn add_numbers<T: std::fmt::Display>(command: &mut Command, numbers: &[(&str, Option<T>)]) {
    for (name, value) in numbers {
        if let Some(value) = value {
            command.arg(name).arg(value.to_string());
        }
    }
}

/// The command as a person would type it, shortened.
pub fn show(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_an_error_with_its_command_line() {
        let error = run(Command::new("cargo").arg("no-such-command-at-all").stderr(Stdio::null())).unwrap_err();
        assert!(error.to_string().contains("cargo no-such-command-at-all"), "{error}");
    }

    #[test]
    fn each_line_is_seen() {
        let mut lines = Vec::new();
        run_watching(Command::new("cargo").arg("--version"), |line| lines.push(line.to_owned())).unwrap();
        assert!(lines[0].starts_with("cargo "), "{lines:?}");
    }
}
