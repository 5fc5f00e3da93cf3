//! wrangler: the Worker in workerd on this machine, and the rehearsal of a deployment.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::files;
use crate::groups::Group;
use crate::node::Node;
use crate::process;
use crate::project::Project;

/// How long workerd may take to answer.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Where a server's log lines go.
pub enum Log {
    Terminal,
    File(PathBuf),
}

/// The Worker and the site, being served.
pub struct Server {
    group: Group,
    port: u16,
}

impl Server {
    /// Starts `wrangler dev` and waits until `/readyz` answers.
    pub fn start(project: &Project, node: &Node, port: u16, log: &Log) -> Result<Server> {
        ensure_free(port)?;
        let mut command = wrangler(project, node);
        command.args([
            "dev",
            "--ip",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--inspector-port",
            &free_port()?.to_string(),
        ]);
        command.args(["--show-interactive-dev-session=false", "--persist-to"]).arg(state_folder(project, port)?);
        if let Log::File(path) = log {
            let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
            command.stdout(Stdio::from(file.try_clone()?)).stderr(Stdio::from(file));
        }
        let mut server = Server { group: Group::start(&mut command)?, port };
        server.wait_until_ready(log)?;
        Ok(server)
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stays until the server ends by itself.
    pub fn wait(&mut self) -> Result<()> {
        loop {
            if let Some(status) = self.group.ended()? {
                bail!("wrangler ended ({status})");
            }
            sleep(Duration::from_millis(200));
        }
    }

    fn wait_until_ready(&mut self, log: &Log) -> Result<()> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.group.ended()? {
                bail!("wrangler ended ({status}) before it served{}", tail(log));
            }
            let answer = status_of(self.port, "/readyz");
            if matches!(answer, Ok(200)) {
                return Ok(());
            }
            if start.elapsed() > START_LIMIT {
                bail!(
                    "GET /readyz did not answer 200 within {} s (last: {answer:?}){}",
                    START_LIMIT.as_secs(),
                    tail(log)
                );
            }
            sleep(Duration::from_millis(100));
        }
    }
}

/// Checks everything about a deployment short of doing it.
pub fn rehearse_deployment(project: &Project, node: &Node) -> Result<()> {
    let mut command = wrangler(project, node);
    process::run(command.args(["deploy", "--dry-run", "--outdir"]).arg(project.target.join("test").join("deploy")))
}

/// wrangler without its calls home: it must work where only package registries can be reached.
fn wrangler(project: &Project, node: &Node) -> Command {
    let mut command = node.tool("wrangler/bin/wrangler.js");
    command
        .env("WRANGLER_SEND_METRICS", "false")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("WRANGLER_LOG_PATH", project.target.join("wrangler").join("logs"));
    command
}

/// An empty folder for what workerd keeps: nothing here needs to outlive a server, and the state of one version of
/// wrangler is not always readable by another.
fn state_folder(project: &Project, port: u16) -> Result<PathBuf> {
    let folder = project.target.join("wrangler").join(format!("state-{port}"));
    files::fresh_folder(&folder)?;
    Ok(folder)
}

/// Refuses a port that somebody listens on.
pub fn ensure_free(port: u16) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .with_context(|| format!("port {port} is taken; free it or choose another with --port"))
}

/// A port that nobody listens on now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The status of a GET, without an HTTP library: one line is all that is read.
fn status_of(port: u16, path: &str) -> Result<u16> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    parse_status(&answer)
}

/// Reads `HTTP/1.1 200`.
fn parse_status(answer: &[u8]) -> Result<u16> {
    let text = String::from_utf8_lossy(answer);
    text.split(' ').nth(1).and_then(|code| code.parse().ok()).with_context(|| format!("not an HTTP answer: {text:?}"))
}

fn tail(log: &Log) -> String {
    match log {
        Log::Terminal => String::new(),
        Log::File(path) => {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("; the end of {}:\n{}", path.display(), lines[lines.len().saturating_sub(30)..].join("\n"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_remedy() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = ensure_free(port).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
        drop(listener);
        ensure_free(free_port().unwrap()).unwrap();
    }

    #[test]
    fn the_status_is_read_from_the_first_line() {
        assert_eq!(parse_status(b"HTTP/1.1 503").unwrap(), 503);
        assert!(parse_status(b"SSH-2.0-Open").is_err());
    }
}
