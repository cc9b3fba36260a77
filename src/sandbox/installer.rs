//! `uv` or `venv` and `pip`: making an environment, and understanding why that failed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

use super::error::{SandboxError, tail};
use super::paths::interpreter;
use super::python::{self, CONFUSING, Python};

/// What makes the environment.
#[derive(Debug)]
pub(super) enum Installer {
    Uv,
    Pip(Python),
}

/// Whether `uv` runs here.
pub(super) async fn uv_is_here() -> bool {
    let mut command = Command::new("uv");
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command.status().await.is_ok_and(|status| status.success())
}

impl Installer {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Pip(_) => "venv",
        }
    }

    /// Makes an empty environment.
    pub async fn create(&self, folder: &Path) -> Result<(), SandboxError> {
        let (ended, output) = match self {
            Self::Uv => {
                let wanted = python::chosen().unwrap_or_else(|| ">=3.10".into());
                let args = words("venv --no-project --python").chain([wanted.as_os_str(), folder.as_os_str()]);
                run(OsStr::new("uv"), args, folder).await?
            }
            Self::Pip(python) => {
                let args = words("-m venv --without-pip").chain([folder.as_os_str()]);
                let made = run(python.program.as_os_str(), args, folder).await?;
                if made.0.success() {
                    // A step of its own: `venv` would hide why it failed.
                    let inside = interpreter(folder);
                    run(inside.as_os_str(), words("-m ensurepip --default-pip"), folder).await?
                } else {
                    made
                }
            }
        };
        if ended.success() {
            return Ok(());
        }
        Err(match self {
            Self::Pip(python) if has(&output, &NO_VENV) => {
                let python = python.program.clone();
                SandboxError::NoVenv { python }
            }
            _ => failed(self.name(), folder, &output),
        })
    }

    /// Installs exactly the pinned packages into it.
    pub async fn install(&self, folder: &Path, python: &Path, requirements: &Path) -> Result<(), SandboxError> {
        let list = [OsStr::new("--requirement"), requirements.as_os_str()];
        let (with, (ended, output)) = match self {
            Self::Uv => {
                let args = words("pip install --require-hashes --no-progress --color never --python")
                    .chain([python.as_os_str()])
                    .chain(list);
                ("uv", run(OsStr::new("uv"), args, folder).await?)
            }
            Self::Pip(_) => {
                let args = words(
                    "-m pip install --require-hashes --disable-pip-version-check --no-input --progress-bar off --retries 2",
                )
                .chain(list);
                ("pip", run(python.as_os_str(), args, folder).await?)
            }
        };
        if ended.success() {
            Ok(())
        } else {
            Err(failed(with, folder, &output))
        }
    }
}

/// Arguments without spaces in them.
fn words<'a>(text: &'a str) -> impl Iterator<Item = &'a OsStr> + use<'a> {
    text.split(' ').map(OsStr::new)
}

const NO_VENV: [&str; 3] = ["no module named ensurepip", "ensurepip is not", "no module named venv"];

const NO_SPACE: [&str; 5] = [
    "no space left on device",
    "errno 28",
    "os error 28",
    "disk quota exceeded",
    "not enough space on the disk",
];

const OTHER_HASH: [&str; 2] = ["do not match the hashes", "hash mismatch"];

/// No installer has an exit code of its own for this, and pip ends with the same words whether an index is out of reach
/// or lacks the package.
const NO_NETWORK: [&str; 18] = [
    "connection refused",
    "connection reset",
    "connection aborted",
    "connecttimeout",
    "failed to establish a new connection",
    "failed to fetch",
    "failed to download",
    "error sending request",
    "name resolution",
    "name or service not known",
    "dns error",
    "network is unreachable",
    "network connectivity is disabled",
    "no matching distribution",
    "could not find a version",
    "proxyerror",
    "sslerror",
    "timed out",
];

/// Why an installer failed, from what it wrote.
fn failed(with: &'static str, folder: &Path, output: &str) -> SandboxError {
    let output_end = tail(&telling(output), 6);
    if has(output, &NO_SPACE) {
        SandboxError::DiskFull { path: folder.into() }
    } else if has(output, &OTHER_HASH) {
        SandboxError::Hash { output: output_end }
    } else if has(output, &NO_NETWORK) {
        let output = output_end;
        SandboxError::Download { with, output }
    } else {
        let output = output_end;
        SandboxError::Environment { with, output }
    }
}

/// Without the lines that only say that pip is at work, and with one line for its attempts.
fn telling(output: &str) -> String {
    const AT_WORK: [&str; 4] = ["Ignoring ", "Looking in ", "Collecting ", "Requirement already "];
    let again = |line: &str| line.starts_with("WARNING: Retrying") && !line.contains("(total=0");
    let lines = output
        .lines()
        .filter(|line| !again(line) && !AT_WORK.iter().any(|start| line.starts_with(start)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The signs are in lower case.
fn has(output: &str, signs: &[&str]) -> bool {
    let output = output.to_lowercase();
    signs.iter().any(|sign| output.contains(sign))
}

/// Runs a program beside `folder`, so that no project or setting of the user's current folder is found, and keeps what
/// it writes. It ends with this process's interest in it.
async fn run<'a>(
    program: &OsStr,
    args: impl Iterator<Item = &'a OsStr>,
    folder: &Path,
) -> Result<(ExitStatus, String), SandboxError> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).kill_on_drop(true);
    if let Some(parent) = folder.parent() {
        command.current_dir(parent);
    }
    for name in CONFUSING {
        command.env_remove(name);
    }
    let output = command.output().await.map_err(|cause| SandboxError::Spawn {
        program: program.into(),
        cause,
    })?;
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((output.status, text.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(output: &str) -> &'static str {
        match failed("pip", Path::new("/cache"), output) {
            SandboxError::DiskFull { .. } => "disk",
            SandboxError::Hash { .. } => "hash",
            SandboxError::Download { .. } => "network",
            _ => "other",
        }
    }

    #[test]
    fn the_reason_is_read_from_what_installers_really_write() {
        let refused = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Failed to \
                       establish a new connection: [Errno 111] Connection refused')': /simple/boto3/\nERROR: Could not \
                       find a version that satisfies the requirement boto3==1.43.106 (from versions: none)";
        assert_eq!(kind(refused), "network");
        assert_eq!(
            kind("error: Failed to fetch: `https://pypi.org/simple/boto3/`\n  Caused by: dns error"),
            "network"
        );
        assert_eq!(
            kind("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."),
            "hash"
        );
        assert_eq!(
            kind("  × Failed to download `six==1.17.0`\n  ╰─▶ Hash mismatch for `six==1.17.0`"),
            "hash"
        );
        assert_eq!(
            kind("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
            "disk"
        );
        assert_eq!(kind("error: command 'gcc' failed: No such file or directory"), "other");
    }
}
