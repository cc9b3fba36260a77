//! The sandbox: a local AWS for those who have no account, for authors, and for our own tests.
//!
//! It is [MiniStack](https://pypi.org/project/ministack/) at one pinned version, in a Python environment that is made
//! for it in the user's cache folder, corrected by `bridge.py` and `corrections/` where AWS behaves otherwise. It
//! listens on 127.0.0.1 only, outlives the command that started it, and is found again by the next one.

mod accounts;
mod bridge;
mod client;
mod deploy;
mod environment;
mod error;
mod http;
mod inbox;
mod installer;
mod lock;
mod paths;
mod process;
mod python;
mod ready;
mod secret;
mod start;
mod state;
mod unused;

pub use accounts::{AccountNumber, Keys, NoAccountNumber};
pub use deploy::Outputs;
pub use environment::ensure_other as environment;
pub use error::{ApiError, DeployError, InboxError, Reason, SandboxError};
pub use inbox::{Inbox, Mail, Pending};
pub use paths::Paths;
pub use ready::{Interpreter, interpreter, is_made};
pub use start::{StartOptions, start};

use secret::Secret;
use state::State;

/// What is going on, for a line of progress.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Another command is at the same work; this one waits for it.
    Waiting,
    /// Only once: an empty environment is being made.
    MakingEnvironment {
        /// `uv` or `venv`.
        with: &'static str,
    },
    /// Only once: the emulator's packages are being installed (about 20 MB from the network).
    Installing {
        /// `uv` or `venv`.
        with: &'static str,
    },
    /// The emulator is being started.
    Starting {
        /// Where it will answer.
        port: u16,
    },
    /// The emulator answers.
    Ready {
        /// Where.
        port: u16,
        /// How long everything took.
        seconds: f64,
    },
    /// The emulator was running already.
    Reused {
        /// Where.
        port: u16,
        /// It was started by another version of edemlab: `edemlab sandbox stop` and a new start make it current.
        outdated: bool,
    },
    /// The process was there but did not answer any more; it is ended and another one started.
    Replacing {
        /// The process that is ended.
        pid: u32,
    },
}

/// A sandbox that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    /// `http://127.0.0.1:PORT`, for every service.
    pub endpoint: String,
    /// Its port.
    pub port: u16,
    /// Its process.
    pub pid: u32,
    /// The region of a request that names none.
    pub region: String,
    /// When it was started; what is in it is as old at most.
    pub started: chrono::DateTime<chrono::Utc>,
    /// It was started by another version of edemlab.
    pub outdated: bool,
    token: String,
    secret: Secret,
    paths: Paths,
}

impl Sandbox {
    fn new(paths: &Paths, state: State, secret: Secret) -> Self {
        Self {
            endpoint: format!("http://127.0.0.1:{}", state.port),
            port: state.port,
            pid: state.pid,
            region: state.region,
            started: state.started,
            outdated: state.build != environment::build(),
            token: state.token,
            secret,
            paths: paths.clone(),
        }
    }

    /// What it wrote since it was started.
    pub fn log(&self) -> std::path::PathBuf {
        self.paths.log()
    }
}

/// What the last start left.
enum Found {
    Running(Sandbox),
    /// The process is ours and there, but does not answer: still starting, stopped, or stuck.
    Silent(State),
    Nothing,
}

async fn find(paths: &Paths) -> Found {
    let Some(state) = State::read(paths) else {
        return Found::Nothing;
    };
    if let Some(secret) = state.answers().await {
        Found::Running(Sandbox::new(paths, state, secret))
    } else if process::is_ours(state.pid, &state.token) {
        Found::Silent(state)
    } else {
        Found::Nothing
    }
}

/// The sandbox that runs, if one does. An error if its process is there but does not answer.
pub async fn status(paths: &Paths) -> Result<Option<Sandbox>, SandboxError> {
    match find(paths).await {
        Found::Running(sandbox) => Ok(Some(sandbox)),
        Found::Silent(state) => Err(start::silent(paths, &state, 3)),
        Found::Nothing => Ok(None),
    }
}

/// Ends the sandbox and forgets all that was in it. False if none was running.
pub async fn stop(paths: &Paths) -> Result<bool, SandboxError> {
    if State::read(paths).is_none() {
        return Ok(false);
    }
    let _lock = lock::acquire(&paths.lock(), || ()).await?;
    let (pid, port, token) = match find(paths).await {
        Found::Running(sandbox) => (sandbox.pid, sandbox.port, sandbox.token),
        Found::Silent(state) => (state.pid, state.port, state.token),
        Found::Nothing => {
            State::remove(paths)?;
            return Ok(false);
        }
    };
    if !process::end(pid, &token, port).await {
        return Err(SandboxError::Unstoppable { pid, port });
    }
    State::remove(paths)?;
    Ok(true)
}

/// Ends the sandbox, if it runs, and removes its folder: for one that nobody will look for again.
pub async fn remove(paths: &Paths) -> Result<(), SandboxError> {
    stop(paths).await?;
    paths::remove_folder(paths.run())
}
