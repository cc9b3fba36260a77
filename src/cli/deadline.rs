//! Until when work is in time, and what late work costs.

use crate::class::late::{LatePolicy, Terms, until};
use clap::Args;

/// The deadline of some labs. It is kept in the class's folder, and every later command goes by it.
#[derive(Debug, Clone, Args)]
pub struct DeadlineArgs {
    /// Work that was changed later is late: 2026-12-01, "2026-12-01 23:59" (this computer's time) or with a zone; none.
    #[arg(long, value_name = "TIME", value_parser = said_until)]
    pub deadline: Option<Said<String>>,
    /// What late work costs: "10 % a day, 1 h grace, at most 5 days"; none.
    #[arg(long, value_name = "POLICY", value_parser = said_policy, allow_hyphen_values = true)]
    pub late: Option<Said<LatePolicy>>,
}

impl DeadlineArgs {
    /// What is said.
    pub fn terms(&self) -> Terms {
        Terms {
            deadline: self.deadline.clone().map(|said| said.0),
            late: self.late.clone().map(|said| said.0),
        }
    }
}

/// Something that is said to be, or not to be.
#[derive(Debug, Clone)]
pub struct Said<T>(pub Option<T>);

fn said_until(text: &str) -> Result<Said<String>, String> {
    said(text, until)
}

fn said_policy(text: &str) -> Result<Said<LatePolicy>, String> {
    said(text, str::parse)
}

fn said<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Said<T>, String> {
    match text.trim().eq_ignore_ascii_case("none") {
        true => Ok(Said(None)),
        false => read(text).map(|value| Said(Some(value))),
    }
}
