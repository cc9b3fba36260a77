//! What several verbs need: the course, the width of the terminal, Ctrl-C.

use super::failure::BrokenCourse;
use crate::account::{ConnectError, Connection};
use crate::course::{self, Course, CourseFiles, Part};
use crate::judge;
use std::io::IsTerminal;
use std::path::PathBuf;
use tokio::sync::watch;

/// The course in `folder`, else the one that is built in.
pub fn files(folder: Option<PathBuf>) -> anyhow::Result<CourseFiles> {
    Ok(match folder {
        Some(folder) => CourseFiles::read(&folder)?,
        None => CourseFiles::embedded(),
    })
}

/// Loads a course, `part` of it. Its mistakes are printed, as a compiler does.
pub fn course(folder: Option<PathBuf>, part: Part) -> anyhow::Result<Course> {
    course::load(files(folder)?, &judge::vocabulary(), part).map_err(|diagnostics| {
        let color = colored::control::SHOULD_COLORIZE.should_colorize() && std::io::stderr().is_terminal();
        super::output::note_lines(&diagnostics.render(color, width()));
        BrokenCourse(diagnostics).into()
    })
}

/// The columns of the terminal; 80 where there is none.
pub fn width() -> usize {
    match std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()) {
        Some(columns) if !std::io::stdout().is_terminal() => columns,
        _ if std::io::stdout().is_terminal() => textwrap::termwidth(),
        _ => 80,
    }
}

/// Whether the terminal shows plain text only.
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether standard error is a terminal in which a line can be drawn again.
pub fn redraws() -> bool {
    std::io::stderr().is_terminal() && !is_dumb()
}

/// Counts the user's Ctrl-C (and the system's SIGTERM), from now on.
#[cfg(unix)]
pub fn interrupts() -> watch::Receiver<u8> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = watch::channel(0u8);
    // Made once, and here: a signal that comes before the first wait, or between two, is not lost.
    if let (Ok(interrupt), Ok(terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        tokio::spawn(count(sender, interrupt, terminate));
    }
    receiver
}

/// Counts the user's Ctrl-C.
#[cfg(not(unix))]
pub fn interrupts() -> watch::Receiver<u8> {
    let (sender, receiver) = watch::channel(0u8);
    tokio::spawn(count(sender));
    receiver
}

#[cfg(unix)]
async fn count(
    asked: watch::Sender<u8>,
    mut interrupt: tokio::signal::unix::Signal,
    mut terminate: tokio::signal::unix::Signal,
) {
    loop {
        let got = tokio::select! {
            got = interrupt.recv() => got,
            got = terminate.recv() => got,
        };
        if got.is_none() {
            return;
        }
        asked.send_modify(|n| *n = n.saturating_add(1));
    }
}

#[cfg(not(unix))]
async fn count(asked: watch::Sender<u8>) {
    while tokio::signal::ctrl_c().await.is_ok() {
        asked.send_modify(|n| *n = n.saturating_add(1));
    }
}

/// The region that is taken where none is set: every account has it.
pub const ANY_REGION: &str = "us-east-1";

/// The region of the professor's settings, else one that every account has.
///
/// # Errors
/// When a region is named that there is not.
pub async fn region_or_any(own: &Connection) -> Result<String, ConnectError> {
    match own.region().await {
        Err(ConnectError::NotARegion(error)) => Err(error.into()),
        region => Ok(region.unwrap_or_else(|_| ANY_REGION.to_owned())),
    }
}

/// As many accounts at once as this computer has open files for, if one has `open_files`; at most `most`.
pub fn bearable(open_files: u64, most: u64) -> usize {
    #[cfg(unix)]
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    let files = None;
    let bearable = files.unwrap_or(u64::MAX) / open_files;
    usize::try_from(bearable.clamp(4, most)).unwrap_or(4)
}
