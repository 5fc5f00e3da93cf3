//! `cargo xtask serve`: set-up, build, then page and API until Ctrl-C.

use anyhow::Result;

use crate::build;
use crate::progress;
use crate::project::Project;
use crate::wrangler::{self, Log, Server};

/// Builds what is needed and serves it on `port`.
pub fn serve(project: &Project, port: u16) -> Result<()> {
    // First, so that a taken port is reported before minutes of compiling.
    wrangler::ensure_free(port)?;
    let node = build::build(project, &[])?;
    let mut server = progress::step("start workerd", || Server::start(project, &node, port, &Log::Terminal))?;
    println!("\n  Page and API:  {}/\n  Ctrl-C stops them.\n", server.url());
    server.wait()
}
