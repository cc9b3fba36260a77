//! What a report says, in order: the words that every rendering for people shares. All of it is harmless text.

mod said;

pub use said::{causes, duration, minute, to_mend};

use super::text::visible;
use super::{Report, Status, StepReport};
use said::{facts, is_later, next, not_started, summary};
use serde::Serialize;

/// A report in words.
#[derive(Debug, Clone, Serialize)]
pub struct Words {
    /// The lab's id.
    pub lab: String,
    /// The lab's title.
    pub title: String,
    /// The account, the region, and who checked, as far as they are known.
    pub facts: Vec<String>,
    /// When, to the minute.
    pub started: String,
    /// How long it took.
    pub took: String,
    /// Its steps.
    pub steps: Vec<StepWords>,
    /// What else the reader should know.
    pub notes: Vec<String>,
    /// The points, the verdict, and what to start with.
    pub summary: String,
    /// The steps to check again; none where nothing failed.
    pub again: Vec<String>,
}

/// A step in words.
#[derive(Debug, Clone, Serialize)]
pub struct StepWords {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How it stands.
    pub mark: Mark,
    /// `4/10`, `?/10`.
    pub points: String,
    /// What is to be said of it on one line; empty where nothing is.
    pub said: String,
    /// The probe's way, where the step has one and it is what is said.
    pub way: Vec<StopWords>,
    /// Its checks.
    pub checks: Vec<CheckWords>,
}

/// A stop on the probe's way.
#[derive(Debug, Clone, Serialize)]
pub struct StopWords {
    /// Its name.
    pub name: String,
    /// Whether the event was seen there.
    pub mark: Option<Mark>,
    /// When; may be empty.
    pub when: String,
}

/// A check in words.
#[derive(Debug, Clone, Serialize)]
pub struct CheckWords {
    /// Its id, `step.check`.
    pub id: String,
    /// What is right when it passes.
    pub title: String,
    /// How it stands.
    pub mark: Mark,
    /// `0/6`, `?/6`.
    pub points: String,
    /// The points to be earned.
    pub possible: u32,
    /// Extra credit.
    pub optional: bool,
    /// Whether it belongs to the short account: what is to be done now, and nothing twice.
    pub told: bool,
    /// What is to be said of it.
    pub lines: Vec<Line>,
}

/// One line about a check.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// What it is about: `found`, `fix`, …
    pub label: &'static str,
    /// The text, with the two marks that a course's texts use.
    pub text: String,
}

/// How a step or check stands, for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "MarkWords")]
pub enum Mark {
    /// As it should be.
    Pass,
    /// The student's to mend.
    Fail,
    /// We could not tell.
    Unknown,
    /// Something that it needs did not pass.
    Blocked,
    /// A step that has not been begun.
    NotStarted,
    /// Extra credit that was not taken.
    Extra,
}

/// A mark for a template.
#[derive(Serialize)]
struct MarkWords {
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
}

impl From<Mark> for MarkWords {
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
    pub const ALL: [Self; 6] = [
        Self::Pass,
        Self::Fail,
        Self::Unknown,
        Self::Blocked,
        Self::NotStarted,
        Self::Extra,
    ];

    /// One character.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Fail => "✗",
            Self::Unknown => "?",
            Self::Blocked => "·",
            Self::NotStarted => "–",
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
            Self::Extra => "extra",
        }
    }

    /// In a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "passed",
            Self::Fail => "failed",
            Self::Unknown => "could not tell",
            Self::Blocked => "not reached",
            Self::NotStarted => "not started",
            Self::Extra => "extra credit",
        }
    }

    /// How a step stands.
    pub fn of(step: &StepReport) -> Self {
        match not_started(step) {
            Some(_) => Self::NotStarted,
            None => step.status.into(),
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

impl Words {
    /// What `report` says.
    pub fn of(report: &Report) -> Self {
        let next = next(report);
        let mut reasons: Vec<&str> = Vec::new();
        let mut steps = Vec::new();
        for step in &report.steps {
            let later = is_later(step, next);
            let mut checks = Vec::new();
            for check in &step.checks {
                let reason = check.found.as_deref().unwrap_or_default();
                let told = match check.status {
                    Status::Fail => !later,
                    // One denied action makes many checks unknown: its reason is said once.
                    Status::Unknown => !reasons.contains(&reason),
                    Status::Pass | Status::Blocked => false,
                };
                if check.status == Status::Unknown {
                    reasons.push(reason);
                }
                checks.push(CheckWords::of(report, step, check, told));
            }
            steps.push(StepWords::of(report, step, checks));
        }
        let (summary, again) = summary(report);
        Self {
            lab: visible(&report.lab),
            title: visible(&report.title),
            facts: facts(report),
            started: minute(&report.started),
            took: duration(report.seconds),
            steps,
            notes: report
                .leftovers
                .iter()
                .chain(&report.notes)
                .map(|n| visible(n))
                .collect(),
            summary,
            again,
        }
    }

    /// How `command` is called for the steps to check again.
    pub fn command(&self, command: &str) -> String {
        format!("{command} {}", self.again.join(" "))
    }
}
