//! What can go wrong with the sandbox. Every message says what was expected, what was found and what to do next.

use crate::stack::StackError;
use std::path::{Path, PathBuf};

/// Why the sandbox could not be started, found, used or stopped. A message is complete: no cause has to be added to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The user has no home folder and named no cache folder.
    #[error("there is no home folder to keep the sandbox in; set EDEMLAB_CACHE_DIR to a folder it may write to")]
    NoHome,

    /// `EDEMLAB_SANDBOX` holds what cannot be a folder's name.
    #[error("EDEMLAB_SANDBOX must be a name of letters, digits, `.`, `_` and `-` (at most 64), but is {name:?}")]
    Name {
        /// What it holds.
        name: String,
    },

    /// A file or folder of the sandbox could not be read or written.
    #[error("cannot {action} {}: {cause}; EDEMLAB_CACHE_DIR can name another folder", path.display())]
    File {
        /// "create", "write", "read", "lock", …
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },

    /// No space is left for the environment or for the sandbox's files.
    #[error("the disk is full: the sandbox needs about 300 MB in {}; free some space, or let EDEMLAB_CACHE_DIR name a folder on another disk", path.display())]
    DiskFull {
        /// The folder that could not grow.
        path: PathBuf,
    },

    /// There is neither `uv` nor any Python.
    #[error(
        "the sandbox needs Python 3.10 or newer, and none was found (looked for {tried} on PATH); install it from https://www.python.org/downloads/ or with your package manager, or let EDEMLAB_PYTHON name one"
    )]
    NoPython {
        /// The programs that were looked for.
        tried: String,
    },

    /// Every Python that was found is too old.
    #[error(
        "the sandbox needs Python 3.10 or newer, but found only {found}; install a newer one (https://www.python.org/downloads/), or let EDEMLAB_PYTHON name one"
    )]
    PythonTooOld {
        /// Versions and paths.
        found: String,
    },

    /// `EDEMLAB_PYTHON` names something that is no Python.
    #[error(
        "EDEMLAB_PYTHON names {program:?}, which cannot be used as a Python: {reason}; name another one, or unset it"
    )]
    PythonUnusable {
        /// What it holds.
        program: String,
        /// What happened when it was run.
        reason: String,
    },

    /// This Python lacks the module that makes virtual environments, as Debian's does at first.
    #[error("{} cannot make a virtual environment: its module `venv` is not complete; on Debian and Ubuntu: sudo apt install python3-venv; or install uv (https://docs.astral.sh/uv/)", python.display())]
    NoVenv {
        /// The interpreter.
        python: PathBuf,
    },

    /// The packages could not be fetched.
    #[error(
        "the sandbox's Python packages could not be downloaded (tried with {with}); this is needed only once: connect to the network and run the command again{}",
        last_lines(output)
    )]
    Download {
        /// `pip` or `uv`.
        with: &'static str,
        /// The last lines it wrote.
        output: String,
    },

    /// What was downloaded is not what was pinned.
    #[error(
        "a downloaded Python package is not the one that edemlab was tested with (its hash differs), so nothing was installed; a proxy or mirror may have changed it: try another network{}",
        last_lines(output)
    )]
    Hash {
        /// The last lines that pip or uv wrote.
        output: String,
    },

    /// Making the environment failed in another way.
    #[error(
        "the sandbox's Python environment could not be made with {with}{}",
        last_lines(output)
    )]
    Environment {
        /// `venv`, `pip` or `uv`.
        with: &'static str,
        /// The last lines it wrote.
        output: String,
    },

    /// Something else listens on the port that was asked for.
    #[error("port {port} is taken by another program; choose another one, or omit `--port` to use a free one")]
    PortTaken {
        /// That port.
        port: u16,
    },

    /// The system does not let us listen on the port that was asked for.
    #[error("port {port} cannot be used ({cause}); choose one above 1024, or omit `--port` to use a free one")]
    PortRefused {
        /// That port.
        port: u16,
        /// What the system said.
        cause: std::io::Error,
    },

    /// The sandbox runs already, elsewhere than was asked for.
    #[error(
        "the sandbox is already running on port {running}, not on {asked}; use it there, or stop it first: edemlab sandbox stop"
    )]
    OtherPort {
        /// Where it runs.
        running: u16,
        /// What was asked for.
        asked: u16,
    },

    /// The system gave no random bytes.
    #[error("cannot make a secret for the sandbox: the system gave no random bytes ({cause}); try again")]
    Random {
        /// What the system said.
        cause: std::io::Error,
    },

    /// The process could not be made.
    #[error("cannot start {}: {cause}", program.display())]
    Spawn {
        /// The interpreter of the environment.
        program: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },

    /// Our bridge found that the emulator is not the one it knows.
    #[error("the sandbox refused to start: {reason}")]
    Bridge {
        /// The line it ended with.
        reason: String,
    },

    /// The process ended before it answered.
    #[error("the sandbox ended while it was starting ({status}); its whole log is {}{}", log.display(), last_lines(output))]
    Died {
        /// Exit code or signal.
        status: String,
        /// Where its log is.
        log: PathBuf,
        /// The last lines of it.
        output: String,
    },

    /// The process runs but does not answer.
    #[error("the sandbox (process {pid}, port {port}) did not answer within {seconds} s; stop it with `edemlab sandbox stop` and start it again; its log is {}{}", log.display(), last_lines(output))]
    Silent {
        /// Its process.
        pid: u32,
        /// Its port.
        port: u16,
        /// How long it was waited for.
        seconds: u64,
        /// Where its log is.
        log: PathBuf,
        /// The last lines of it.
        output: String,
    },

    /// The process did not end, not even when killed.
    #[error("the sandbox (process {pid}, port {port}) could not be stopped; end that process by hand")]
    Unstoppable {
        /// Its process.
        pid: u32,
        /// Its port.
        port: u16,
    },

    /// The emulator refused one of our own calls.
    #[error(transparent)]
    Refused(#[from] ApiError),
}

impl SandboxError {
    /// A system error at a path, told apart from a full disk.
    pub(super) fn file(action: &'static str, path: &Path, cause: std::io::Error) -> Self {
        match cause.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path: path.into() },
            _ => Self::File {
                action,
                path: path.into(),
                cause,
            },
        }
    }
}

/// A call to the sandbox that was refused or not answered.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox could not do {action} in account {account}: {}{message}", code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct ApiError {
    /// Service and operation, as in a policy: `iam:CreateUser`.
    pub action: String,
    /// In which account.
    pub account: String,
    /// AWS's error code, if there was an answer.
    pub code: Option<String>,
    /// AWS's message, or what happened instead of an answer.
    pub message: String,
}

/// Why the sandbox's inbox could not be read, or nothing in it be confirmed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InboxError {
    /// Nothing answered.
    #[error(
        "the sandbox did not answer when asked for its inbox ({cause}); `edemlab sandbox status` shows whether it still runs"
    )]
    Silent {
        /// What happened instead.
        cause: std::io::Error,
    },

    /// It runs a bridge that knows no inbox, or another one.
    #[error(
        "the sandbox was started by another version of edemlab, so its inbox cannot be read; run `edemlab sandbox stop` and start it again, which deletes everything in it"
    )]
    Outdated,

    /// It answered what it never should.
    #[error(
        "the sandbox answered the request for its inbox with {status} and an unreadable body; its log may show why: `edemlab sandbox status` says where it is"
    )]
    Unexpected {
        /// The status of the answer.
        status: u16,
    },
}

/// Why a stack could not be deployed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// CloudFormation refused the call: mostly a mistake in the template.
    #[error(transparent)]
    Refused(#[from] ApiError),

    /// The stack did not become whole.
    #[error(transparent)]
    Stack(#[from] StackError),
}

/// Output of another program as the end of a message: on its own lines, indented.
fn last_lines(output: &str) -> String {
    output.lines().map(|line| format!("\n  | {line}")).collect()
}

/// The last `count` lines that say something, cut to a readable length, without control characters.
pub(super) fn tail(text: &str, count: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            line.chars()
                .filter(|c| !c.is_control() || *c == '\t')
                .take(300)
                .collect::<String>()
        })
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
