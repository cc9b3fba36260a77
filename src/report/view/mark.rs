//! The sign before a line.

use super::order::{Order, not_started, unrecognized};
use crate::report::{CheckReport, Status, StepReport};
use serde::Serialize;

/// How a step or check stands, for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "MarkView")]
pub enum Mark {
    /// As it should be.
    Pass,
    /// The student's to fix.
    Fail,
    /// It could not be determined.
    Unknown,
    /// Something that it needs did not pass.
    Blocked,
    /// A step that has not been begun.
    NotStarted,
    /// The same, as far as is known: there is something that may be the student's.
    Unrecognized,
    /// Extra credit that was not taken.
    Extra,
}

/// A mark for a template.
#[derive(Serialize)]
pub(super) struct MarkView {
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
}

impl From<Mark> for MarkView {
    fn from(mark: Mark) -> Self {
        Self {
            class: mark.class(),
            symbol: mark.symbol(),
            word: mark.word(),
        }
    }
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Pass,
        Self::Fail,
        Self::Unknown,
        Self::Blocked,
        Self::NotStarted,
        Self::Unrecognized,
        Self::Extra,
    ];

    /// One character.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Fail => "✗",
            Self::Unknown => "?",
            Self::Blocked => "·",
            Self::NotStarted | Self::Unrecognized => "–",
            Self::Extra => "+",
        }
    }

    /// Its name in a style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Blocked => "blocked",
            Self::NotStarted => "later",
            Self::Unrecognized => "unrecognized",
            Self::Extra => "extra",
        }
    }

    /// In a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "passed",
            Self::Fail => "failed",
            Self::Unknown => "unknown",
            Self::Blocked => "not reached",
            Self::NotStarted => "not started",
            Self::Unrecognized => "not recognized",
            Self::Extra => "extra credit",
        }
    }

    /// How a step of a report with this `order` stands.
    pub fn of(order: &Order, step: &StepReport) -> Self {
        match not_started(step) {
            Some(_) if unrecognized(step).is_some() => Self::Unrecognized,
            Some(_) => Self::NotStarted,
            None if order.waits(step) => Self::Blocked,
            None => step.status.into(),
        }
    }
}

impl Mark {
    /// How a check of a step stands, in a report with this `order`.
    pub fn of_check(order: &Order, step: &StepReport, check: &CheckReport) -> Self {
        match check.status {
            Status::Fail if check.optional => Self::Extra,
            Status::Fail if not_started(step).is_some() => match check.unrecognized.is_empty() {
                true => Self::NotStarted,
                false => Self::Unrecognized,
            },
            Status::Fail if order.waits_for_others(step, check) => Self::Blocked,
            status => status.into(),
        }
    }
}

impl From<Status> for Mark {
    fn from(status: Status) -> Self {
        match status {
            Status::Pass => Self::Pass,
            Status::Fail => Self::Fail,
            Status::Unknown => Self::Unknown,
            Status::Blocked => Self::Blocked,
        }
    }
}
