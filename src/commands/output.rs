//! What a verb prints.

use std::io::Write;

/// Prints to standard output. A reader that has gone (`| head`) is no error.
pub(super) fn print(text: &str) -> anyhow::Result<u8> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}
