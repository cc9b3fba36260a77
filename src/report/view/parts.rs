//! What a view consists of.

use super::mark::Mark;
use serde::Serialize;

/// How fixes are said: in which way first.
#[derive(Debug, Clone, Default)]
pub struct Fixes {
    /// As commands, where there are any, and then in clicks.
    pub cli_first: bool,
    /// The command that has the commands act where the report looked, when they would not by themselves.
    pub before: Option<String>,
}

impl Fixes {
    /// In clicks first.
    pub const CONSOLE: Self = Self {
        cli_first: false,
        before: None,
    };
}

/// A report in words.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportView {
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
    pub steps: Vec<StepView>,
    /// What else the reader should know.
    pub notes: Vec<String>,
    /// The points, the verdict, and what to start with.
    pub summary: String,
    /// The steps to check again; none where nothing failed.
    pub again: Vec<String>,
}

/// A step in words.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How it stands.
    pub mark: Mark,
    /// `4/10`, `?/10`.
    pub points: String,
    /// What to say of it on one line; may be empty.
    pub said: String,
    /// What it is about, one by one, where that is all that is said and it is several.
    pub listed: Vec<String>,
    /// The probe's path, where the step has one and it is what is said.
    pub path: Vec<PathStepView>,
    /// What to say behind the path; may be empty.
    pub after_path: String,
    /// Its checks.
    pub checks: Vec<CheckView>,
}

/// A hop on the probe's path.
#[derive(Debug, Clone, Serialize)]
pub struct PathStepView {
    /// Its name.
    pub name: String,
    /// Whether the event was seen there.
    pub mark: Option<Mark>,
    /// When; may be empty.
    pub when: String,
}

/// A check in words.
#[derive(Debug, Clone, Serialize)]
pub struct CheckView {
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
    /// How much room it takes.
    pub place: Place,
    /// In a few words, what else to know of it where only its title is shown.
    pub brief: String,
    /// What to say of it.
    pub lines: Vec<Line>,
}

/// How much room a check takes in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In full: what to look at now.
    First,
    /// One line: something else to do now, or another reason why something is unknown.
    Line,
    /// Only where everything is shown: it failed because of another one that is shown.
    Follows,
    /// Only where everything is shown: it passed, waits, or says what another one says.
    Rest,
}

/// One line about a check.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// What it is about: `found`, `fix`, …
    pub label: &'static str,
    /// The text, with the two marks that a course's texts use.
    pub text: String,
    /// Whether it consists of commands, to be copied as they are, one a line.
    pub command: bool,
    /// The page of the guide that it is about.
    pub page: Option<String>,
}
