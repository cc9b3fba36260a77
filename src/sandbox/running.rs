//! The sandbox that runs, and how it is found again.

use super::error::SandboxError;
use super::paths::Paths;
use super::secret::SandboxSecret;
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
    pub(super) secret: SandboxSecret,
    pub(super) paths: Paths,
}

impl Sandbox {
    pub(super) fn new(paths: &Paths, state: SandboxState, secret: SandboxSecret) -> Self {
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
pub(super) enum LastStart {
    Running(Sandbox),
    /// The process is ours and there, but does not answer: still starting, stopped, or stuck.
    Silent(SandboxState),
    Nothing,
}

pub(super) async fn find(paths: &Paths) -> LastStart {
    let Some(state) = SandboxState::read(paths) else {
        return LastStart::Nothing;
    };
    if let Some(secret) = state.answers().await {
        LastStart::Running(Sandbox::new(paths, state, secret))
    } else if super::process::is_ours(state.pid, &state.token) {
        LastStart::Silent(state)
    } else {
        LastStart::Nothing
    }
}

/// The sandbox that runs, if one does. An error if its process is there but does not answer.
pub async fn status(paths: &Paths) -> Result<Option<Sandbox>, SandboxError> {
    match find(paths).await {
        LastStart::Running(sandbox) => Ok(Some(sandbox)),
        LastStart::Silent(state) => Err(super::log_end::silent(paths, &state, 3)),
        LastStart::Nothing => Ok(None),
    }
}

/// Ends the sandbox and forgets all that was in it. False if none was running.
pub async fn stop(paths: &Paths) -> Result<bool, SandboxError> {
    if SandboxState::read(paths).is_none() {
        return Ok(false);
    }
    let _lock = super::lock::acquire(&paths.lock(), || ()).await?;
    let (pid, port, token) = match find(paths).await {
        LastStart::Running(sandbox) => (sandbox.pid, sandbox.port, sandbox.token),
        LastStart::Silent(state) => (state.pid, state.port, state.token),
        LastStart::Nothing => {
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
