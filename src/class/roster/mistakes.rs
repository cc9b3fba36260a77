//! What is wrong in a roster.

use crate::report::text::visible;
use std::path::PathBuf;

/// A mistake in a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, where it is about one.
    pub line: Option<u64>,
    /// What is wrong and how to fix it.
    pub reason: String,
}

/// All mistakes in a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterErrors {
    /// The file.
    pub file: PathBuf,
    /// Its mistakes, in the order of the file.
    pub problems: Vec<Problem>,
}

impl std::error::Error for RosterErrors {}

impl std::fmt::Display for RosterErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = visible(&self.file.display().to_string());
        if let [Problem { line: None, reason }] = self.problems.as_slice() {
            return write!(f, "the roster {file} cannot be used: {reason}");
        }
        let many = if self.problems.len() == 1 { "" } else { "s" };
        write!(
            f,
            "the roster has {} mistake{many}; nothing was done",
            self.problems.len()
        )?;
        lines(f, &file, &self.problems)
    }
}

/// Why nothing was taken from a file that an LMS or a form exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeErrors {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it, and what to do.
    pub problems: Vec<Problem>,
}

impl std::error::Error for IntakeErrors {}

impl std::fmt::Display for IntakeErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = visible(&self.file.display().to_string());
        if let [Problem { line: None, reason }] = self.problems.as_slice() {
            return write!(f, "{file} cannot be used: {reason}");
        }
        write!(f, "{file} cannot be used; nothing was written")?;
        lines(f, &file, &self.problems)
    }
}

fn lines(f: &mut std::fmt::Formatter<'_>, file: &str, problems: &[Problem]) -> std::fmt::Result {
    for problem in problems {
        match problem.line {
            Some(line) => write!(f, "\n  {file}:{line}: {}", problem.reason)?,
            None => write!(f, "\n  {file}: {}", problem.reason)?,
        }
    }
    Ok(())
}

/// A text of the roster's inside of a message.
pub(super) fn short(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(MAX_SHOWN).collect();
    let cut = if chars.next().is_some() { "…" } else { "" };
    format!("{}{cut}", visible(&start))
}
