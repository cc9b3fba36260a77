//! What one command leaves for the next one: which process is the sandbox.

use serde::{Deserialize, Serialize};

use super::error::SandboxError;
use super::paths::{Paths, write_private};
use super::process;
use super::secret::SandboxSecret;

/// The content of `state.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SandboxState {
    pub schema: Schema,
    pub pid: u32,
    pub port: u16,
    /// The region of a request that names none.
    pub region: String,
    /// Random. It stands in that process's command line, which everybody on this computer can read: a recycled process id
    /// does not have it. It opens nothing.
    pub token: String,
    /// What root users sign with, and by which that process is known on its port. A sandbox of an older version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SandboxSecret>,
    /// What was started: differs when another version of edemlab brings another bridge or emulator.
    pub build: String,
    pub started: chrono::DateTime<chrono::Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Schema {
    #[serde(rename = "edemlab/sandbox/1")]
    One,
}

impl SandboxState {
    /// The state of the last start. One that cannot be read says nothing about a process, so it is as good as none.
    pub(super) fn read(paths: &Paths) -> Option<Self> {
        let content = std::fs::read(paths.state()).ok()?;
        serde_json::from_slice(&content).ok()
    }

    pub(super) fn write(&self, paths: &Paths) -> Result<(), SandboxError> {
        let content = serde_json::to_vec_pretty(self).expect("numbers and strings are JSON");
        write_private(&paths.state(), &content)
    }

    /// The secret, where a process that knows it answers on the port. Any other server there is not ours.
    pub(super) async fn answers(&self) -> Option<SandboxSecret> {
        let secret = self.secret.as_ref()?;
        process::answers(self.port, secret).await.then(|| secret.clone())
    }

    /// Forgets the process and the keys that were valid in it.
    pub(super) fn remove(paths: &Paths) -> Result<(), SandboxError> {
        super::paths::remove_folder(&paths.keys())?;
        match std::fs::remove_file(paths.state()) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                Err(SandboxError::file("remove", &paths.state(), cause))
            }
            _ => Ok(()),
        }
    }
}
