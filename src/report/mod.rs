//! The report, `edemlab/report/1`, as plain data, and its renderings. Knows results, never how they came about.

pub mod html;
mod junit;
pub mod lines;
pub mod markdown;
pub mod terminal;
pub mod text;
mod trail;
pub mod view;

pub use junit::junit;
pub use trail::{Change, Trail};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and version of this format.
pub const SCHEMA: &str = "edemlab/report/1";

/// What was found in one account for one lab.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Always `edemlab/report/1`.
    pub schema: String,
    /// The version of edemlab that made it.
    pub tool: String,
    /// The lab's id.
    pub lab: String,
    /// The lab's title.
    pub title: String,
    /// The course's edition.
    pub edition: String,
    /// The account's twelve digits.
    pub account: String,
    /// The region that was checked.
    pub region: String,
    /// The ARN of whoever checked.
    pub caller: String,
    /// When, RFC 3339 in UTC.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// The worst of all checks.
    pub verdict: Verdict,
    /// The points of all steps.
    pub points: Points,
    /// Which resources were chosen, and why.
    pub resources: IndexMap<String, Chosen>,
    /// The steps, in the order of the course.
    pub steps: Vec<StepReport>,
    /// What was left out on purpose, because no event was sent or a step was not asked for. It is not judged, so that its
    /// points are neither earned nor lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// What else the reader should know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the probe made and could not remove, and why.
    #[serde(default)]
    pub leftovers: Vec<String>,
    /// What AWS charges a day, at least and in US dollars, for what was found and costs by the hour, whether anybody uses it
    /// or not. Absent where nothing was found that does, or no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_usd_per_day: Option<f64>,
    /// Why CloudTrail was not read, or not all that it has of the resources. Absent where it was, or was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trail_unread: Option<String>,
}

/// A lab's verdict.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything passed.
    Pass,
    /// Something is the student's to fix.
    Fail,
    /// Nothing failed, but something could not be determined.
    Unknown,
}

/// A check's status. Its order is from best to worst.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Pass,
    /// A check that it needs did not pass.
    Blocked,
    /// It could not be determined.
    Unknown,
    /// The student's to fix.
    Fail,
}

impl Status {
    /// All of them, from best to worst.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Blocked, Self::Unknown, Self::Fail];

    /// As a report in JSON and a course's advice write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
        }
    }
}

/// Points of a step or lab. Extra credit is in `earned` but not in `possible`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// Earned.
    pub earned: u32,
    /// To be earned.
    pub possible: u32,
    /// Of those, the ones that hang on something that could not be determined.
    pub unknown: u32,
}

/// A step that was not judged, or not all of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The step's id.
    pub step: String,
    /// The points that were not judged, without extra credit.
    pub possible: u32,
}

/// A resource that was chosen.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Its ARN, where it has one.
    pub arn: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub noun: String,
    /// How many there were.
    pub candidates: usize,
    /// Why this one.
    pub because: String,
    /// Whether no check that is about it has earned points, extra credit aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_points: bool,
    /// When it was made, RFC 3339 in UTC, where AWS says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// When it was last changed, RFC 3339 in UTC, where AWS says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// What CloudTrail has recorded of it in the last 90 days, newest first: the last change by each who has changed it. Empty
    /// where it has recorded none, absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
    /// A digest of its code or image, where AWS says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether the course's own texts use its name: of a class that was graded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_name: bool,
}

/// One step.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct StepReport {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its page in the book.
    pub chapter: String,
    /// The worst of its checks: fail, unknown, blocked, pass.
    pub status: Status,
    /// Its points.
    pub points: Points,
    /// The resources that it is about, names in `resources`.
    #[serde(default)]
    pub about: Vec<String>,
    /// The probe's path, where the step has one.
    #[serde(default, rename = "way")]
    pub path: Vec<PathStep>,
    /// Its checks.
    pub checks: Vec<CheckReport>,
}

/// One hop on a probe's path.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Stop")]
pub struct PathStep {
    /// Its name.
    pub name: String,
    /// Whether the event was seen there.
    pub status: Status,
    /// When, in seconds since it was sent.
    pub seconds: Option<f64>,
}

/// One check.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct CheckReport {
    /// Its id, `step.check`.
    pub id: String,
    /// What is right when it passes.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// Points earned.
    pub points: u32,
    /// Points to be earned.
    pub possible: u32,
    /// Extra credit.
    pub optional: bool,
    /// What was expected.
    pub expected: String,
    /// What was found, when it did not pass.
    pub found: Option<String>,
    /// Why it matters.
    pub why: Option<String>,
    /// What to do, when it did not pass.
    pub fix: Option<String>,
    /// The same as commands of the AWS CLI, where commands can do it: the lines of a script, each run once the one before has
    /// done its work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cli: Vec<String>,
    /// What was seen.
    pub evidence: Vec<String>,
    /// The checks that it needs.
    pub needs: Vec<String>,
    /// Resources of the kind that it asks for, which nothing ties to the lab: the first of those that may be the student's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unrecognized: Vec<String>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// How the reason ends of what is unknown because an action is denied.
pub const DENIED: &str = " is denied to these credentials: ask for that permission, then check again";

impl CheckReport {
    /// The action that is denied, where that is why it is unknown.
    pub fn denied_action(&self) -> Option<&str> {
        let reason = self.found.as_deref().filter(|_| self.status == Status::Unknown)?;
        reason.strip_suffix(DENIED).filter(|action| !action.contains(' '))
    }
}

impl Report {
    /// The exit code that this report stands for: 0, 1 or 3.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::Unknown => 3,
        }
    }

    /// Whether the grade may still change: something that counts could not be determined.
    pub fn is_unsettled(&self) -> bool {
        self.verdict == Verdict::Unknown || self.points.unknown > 0
    }

    /// The points that were left out on purpose, without extra credit.
    pub fn points_left_out(&self) -> u32 {
        self.left_out.iter().map(|left| left.possible).sum()
    }

    /// Every check with its step.
    pub fn checks(&self) -> impl Iterator<Item = (&StepReport, &CheckReport)> {
        self.steps.iter().flat_map(|s| s.checks.iter().map(move |c| (s, c)))
    }

    /// Takes over how long each check took: of a run that is only judged again, that is when it was made.
    pub fn keep_times(&mut self, made: &Report) {
        let before: std::collections::BTreeMap<&str, f64> =
            made.checks().map(|(_, c)| (c.id.as_str(), c.seconds)).collect();
        for check in self.steps.iter_mut().flat_map(|s| &mut s.checks) {
            check.seconds = before.get(check.id.as_str()).copied().unwrap_or_default();
        }
    }

    /// As JSON, on several lines.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain data")
    }

    /// The JSON Schema of a report.
    pub fn schema() -> String {
        serde_json::to_string_pretty(&schemars::schema_for!(Self)).expect("a schema is plain data")
    }
}

impl Points {
    /// The sum of some checks.
    pub fn of<'a>(checks: impl Iterator<Item = &'a CheckReport>) -> Self {
        checks.fold(Self::default(), |sum, check| {
            let possible = if check.optional { 0 } else { check.possible };
            Self {
                earned: sum.earned + check.points,
                possible: sum.possible + possible,
                unknown: sum.unknown + if check.status == Status::Unknown { possible } else { 0 },
            }
        })
    }
}

impl Verdict {
    /// That of some checks: unknown, where the worst of them says neither pass nor fail.
    pub fn of<'a>(checks: impl Iterator<Item = &'a CheckReport>) -> Self {
        match worst(checks) {
            Status::Pass => Self::Pass,
            Status::Fail => Self::Fail,
            Status::Unknown | Status::Blocked => Self::Unknown,
        }
    }
}

/// The status of several checks taken together. Extra credit that was not taken is no fault.
pub fn worst<'a>(checks: impl Iterator<Item = &'a CheckReport>) -> Status {
    checks
        .filter(|c| !c.optional)
        .map(|c| c.status)
        .max()
        .unwrap_or(Status::Pass)
}
