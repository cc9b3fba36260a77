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
mod event;
mod http;
mod inbox;
mod installer;
mod lock;
mod log_end;
mod number;
mod paths;
mod process;
mod python;
mod ready;
mod running;
mod secret;
mod start;
mod state;
mod unused;

pub use environment::ensure_other as environment;
pub use error::{ApiError, DeployError, InboxError, SandboxError};
pub use event::SandboxEvent;
pub use inbox::{Inbox, Mail, Pending};
pub use number::{AccountNumber, NoAccountNumber, SandboxKeys};
pub use paths::Paths;
pub use ready::{Interpreter, interpreter, is_made};
pub use running::{Sandbox, status, stop};
pub use start::{StartOptions, start};

/// Ends the sandbox, if it runs, and removes its folder: for one that is not used again.
pub async fn remove(paths: &Paths) -> Result<(), SandboxError> {
    stop(paths).await?;
    paths::remove_folder(paths.run())
}
