//! Whether a sandbox could be made here, without making anything.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use super::error::SandboxError;
use super::paths::Paths;
use super::{environment, installer, python};

/// What would make the sandbox's environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interpreter {
    /// `uv`, which brings a Python where there is none.
    Uv,
    /// A Python with `venv`.
    Python {
        /// Major and minor.
        version: (u32, u32),
        /// Where it is.
        program: PathBuf,
    },
}

/// Looks for what makes the environment, in the order in which the first start tries it.
///
/// # Errors
/// When no Python is new enough, or it has no `venv`.
pub async fn interpreter() -> Result<Interpreter, SandboxError> {
    if installer::uv_is_here().await {
        return Ok(Interpreter::Uv);
    }
    let found = python::find().await?;
    let mut command = Command::new(&found.program);
    command
        .args(["-c", "import venv, ensurepip"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    for name in python::CONFUSING {
        command.env_remove(name);
    }
    match command.status().await {
        Ok(status) if status.success() => Ok(Interpreter::Python {
            version: found.version,
            program: found.program,
        }),
        _ => Err(SandboxError::NoVenv { python: found.program }),
    }
}

/// Whether the sandbox's environment has been made, and works: then the first start needs no network.
pub async fn is_made(paths: &Paths) -> bool {
    environment::is_made(paths).await
}
