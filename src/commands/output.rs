//! What a verb prints. A reader that has gone (`| head`) is no error, and never a panic.

use std::io::Write;

/// Prints to standard output.
///
/// # Errors
/// When it cannot be written, for another reason than that nobody reads it any more.
pub(super) fn print(text: &str) -> anyhow::Result<u8> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}

/// Prints to standard output what is told on the way: whatever is wrong with that, the work goes on.
pub(super) fn tell(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// The same, to standard error.
pub(super) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whole lines, to standard error.
pub(super) fn note_lines(text: &str) {
    let _ = write!(std::io::stderr().lock(), "{text}");
}
