//! One command at a time: a lock file that ends with the process that holds it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::error::SandboxError;
use crate::private;

/// Held as long as this lives.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "closing the file releases the lock")] File);

/// Whether the lock is free at this moment. In doubt, it is held.
pub(super) fn is_free(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => file.try_lock().is_ok(),
        Err(cause) => cause.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Waits for the lock without blocking the runtime: another task of this process may hold it. `wait` is told once.
pub(super) async fn acquire(path: &Path, wait: impl FnOnce()) -> Result<Lock, SandboxError> {
    let file = private::options()
        .open(path)
        .map_err(|cause| SandboxError::file("open", path, cause))?;
    let mut wait = Some(wait);
    let mut pause = Duration::from_millis(5);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::Error(cause)) => return Err(SandboxError::file("lock", path, cause)),
            Err(TryLockError::WouldBlock) => {
                // A lock that is held only for a moment is not worth a word.
                if pause > Duration::from_millis(50)
                    && let Some(wait) = wait.take()
                {
                    wait();
                }
                // Between two looks; how long in all is limited.
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(100));
            }
        }
    }
}
