//! What the emulator wrote last, for an error message.

use super::error::{SandboxError, tail};
use super::paths::Paths;
use super::state::SandboxState;

/// The error for a process of ours that does not answer.
pub(super) fn silent(paths: &Paths, state: &SandboxState, seconds: u64) -> SandboxError {
    let (pid, port, log) = (state.pid, state.port, paths.log());
    SandboxError::Silent {
        pid,
        port,
        seconds,
        log,
        output: end_of_log(paths, 6),
    }
}

pub(super) fn end_of_log(paths: &Paths, lines: usize) -> String {
    use std::io::{Read, Seek, SeekFrom};
    let mut end = Vec::new();
    if let Ok(mut file) = std::fs::File::open(paths.log()) {
        let length = file.metadata().map(|data| data.len()).unwrap_or_default();
        // What cannot be read is missing from an error message, no more.
        let _ = file.seek(SeekFrom::Start(length.saturating_sub(64 * 1024)));
        let _ = file.read_to_end(&mut end);
    }
    tail(&String::from_utf8_lossy(&end), lines)
}
