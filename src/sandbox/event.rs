//! What is going on while a sandbox is started.

/// What is going on, for a line of progress.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SandboxEvent {
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
