//! The sandbox that runs, and how it is found again.

use super::error::SandboxError;
use super::paths::Paths;
use super::secret::Secret;
use super::state::SandboxState;

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
    pub(super) token: String,
    pub(super) secret: Secret,
    pub(super) paths: Paths,
}

impl Sandbox {
    pub(super) fn new(paths: &Paths, state: SandboxState, secret: Secret) -> Self {
        Self {
            endpoint: format!("http://127.0.0.1:{}", state.port),
            port: state.port,
            pid: state.pid,
            region: state.region,
            started: state.started,
            outdated: state.build != super::environment::build(),
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
pub(super) enum Found {
    Running(Sandbox),
    /// The process is ours and there, but does not answer: still starting, stopped, or stuck.
    Silent(SandboxState),
    Nothing,
}

pub(super) async fn find(paths: &Paths) -> Found {
    let Some(state) = SandboxState::read(paths) else {
        return Found::Nothing;
    };
    if let Some(secret) = state.answers().await {
        Found::Running(Sandbox::new(paths, state, secret))
    } else if super::process::is_ours(state.pid, &state.token) {
        Found::Silent(state)
    } else {
        Found::Nothing
    }
}

/// The sandbox that runs, if one does. An error if its process is there but does not answer.
pub async fn status(paths: &Paths) -> Result<Option<Sandbox>, SandboxError> {
    match find(paths).await {
        Found::Running(sandbox) => Ok(Some(sandbox)),
        Found::Silent(state) => Err(super::log_end::silent(paths, &state, 3)),
        Found::Nothing => Ok(None),
    }
}

/// Ends the sandbox and forgets all that was in it. False if none was running.
pub async fn stop(paths: &Paths) -> Result<bool, SandboxError> {
    if SandboxState::read(paths).is_none() {
        return Ok(false);
    }
    let _lock = super::lock::acquire(&paths.lock(), || ()).await?;
    let (pid, port, token) = match find(paths).await {
        Found::Running(sandbox) => (sandbox.pid, sandbox.port, sandbox.token),
        Found::Silent(state) => (state.pid, state.port, state.token),
        Found::Nothing => {
            SandboxState::remove(paths)?;
            return Ok(false);
        }
    };
    if !super::process::end(pid, &token, port).await {
        return Err(SandboxError::Unstoppable { pid, port });
    }
    SandboxState::remove(paths)?;
    Ok(true)
}
