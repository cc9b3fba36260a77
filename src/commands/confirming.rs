//! The question before something that cannot be undone.

use super::common;
use super::output::tell;
use crate::report::text::wrapped;
use std::io::{BufRead, IsTerminal};

/// The exit status without a yes: a script must not take that for success.
pub(super) const NO_YES: u8 = 2;

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    /// Something else was typed.
    No,
    /// There is no terminal, so nothing was asked.
    NotAsked,
}

impl Answer {
    /// Says that nothing was done, and what to do for it to be done where nobody could be asked. The exit status is nothing for a
    /// yes.
    pub(super) fn declined(self, nothing: &str, to_what: &str) -> Option<u8> {
        let text = match self {
            Self::Yes => return None,
            Self::No => nothing.to_owned(),
            Self::NotAsked => format!("{nothing} To {to_what}, add --yes."),
        };
        tell(&wrapped(&text, common::width(), " "));
        Some(NO_YES)
    }
}

/// Says what to type, and whether that was typed.
///
/// # Errors
/// When the terminal cannot be read.
pub(super) fn ask(question: &str, is_yes: impl FnOnce(&str) -> bool) -> std::io::Result<Answer> {
    if !std::io::stdin().is_terminal() {
        return Ok(Answer::NotAsked);
    }
    tell(&wrapped(
        &format!("{question} Anything else ends here:"),
        common::width(),
        " ",
    ));
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed)?;
    Ok(match is_yes(typed.trim()) {
        true => Answer::Yes,
        false => Answer::No,
    })
}

/// The same, where the word is "yes". Nothing is asked that `yes` has said already.
///
/// # Errors
/// When the terminal cannot be read.
pub(super) fn ask_yes(yes: bool, to_what: &str) -> std::io::Result<Answer> {
    match yes {
        true => Ok(Answer::Yes),
        false => ask(&format!("Type yes to {to_what}."), |typed| {
            typed.eq_ignore_ascii_case("yes")
        }),
    }
}
