//! Many accounts: the class's folder, its grades, and what they are made into.

pub mod access;
pub mod adjustments;
pub mod alike;
pub mod cell;
pub mod costs;
mod counted;
pub mod diff;
pub mod diff_text;
pub mod due;
pub mod encoding;
pub mod folder;
pub mod grade;
pub mod gradebook;
mod group;
pub mod identifier;
pub mod late;
pub mod mail;
pub mod pages;
pub mod premises;
pub mod privacy;
mod result;
pub mod roster;
pub mod underway;
pub mod verify;

use gradebook::number::Decimal;
use late::{Extension, LatePolicy, LocalClock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use result::Grade;

/// The name and version of `class.json`.
pub const SCHEMA: &str = "edemlab/class/1";

/// A class as it was graded: `class.json` in its folder. Holds nothing that opens an account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Always `edemlab/class/1`.
    pub schema: String,
    /// The version of edemlab that made it.
    pub tool: String,
    /// The course's title.
    pub course: String,
    /// The course's edition.
    pub edition: String,
    /// The labs that are graded, in the order of the command line.
    pub labs: Vec<LabSummary>,
    /// The students, in the order of the roster.
    pub students: Vec<Student>,
    /// Until when work is in time in a lab that has no deadline of its own, RFC 3339 in UTC.
    #[serde(default)]
    pub deadline: Option<String>,
}

/// A lab of a class.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct LabSummary {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What else it is called: its chapter in the guide, and `Lab 1` by its place there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The points to be earned, without extra credit.
    pub possible: u32,
    /// Its steps, in the order of the course.
    pub steps: Vec<StepSummary>,
    /// Until when work is in time, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// By which clock days end; UTC where an earlier version said the deadline.
    #[serde(default, skip_serializing_if = "is_utc")]
    pub clock: LocalClock,
    /// What late work costs, as `--late` takes it; nothing where it costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<LatePolicy>,
}

impl LabSummary {
    /// The lab with the deadline and what goes with it of another summary.
    pub fn with_terms_of(self, other: &Self) -> Self {
        Self {
            deadline: other.deadline.clone(),
            clock: other.clock.clone(),
            late: other.late.clone(),
            ..self
        }
    }
}

fn is_utc(clock: &LocalClock) -> bool {
    *clock == LocalClock::default()
}

/// A step of a lab.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct StepSummary {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The points to be earned, without extra credit.
    pub possible: u32,
}

/// A student of a class.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Student {
    /// What the learning management system calls them. Unique in the class.
    pub id: String,
    /// Their name; empty where the roster has none.
    pub name: String,
    /// Their e-mail address; empty where the roster has none.
    pub email: String,
    /// Not graded, and no zero.
    pub excused: bool,
    /// Has not handed in: the roster names no way into an account of theirs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_handed_in: bool,
    /// The group whose account is graded once, for each of its members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// More time than the class has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// The labs that they are graded in, when not all.
    #[serde(default)]
    pub labs: Option<Vec<String>>,
}

impl Student {
    /// Whether they are graded in a lab.
    pub fn takes(&self, lab: &str) -> bool {
        self.labs.as_ref().is_none_or(|labs| labs.iter().any(|l| l == lab))
    }
}

/// Which of several runs counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counts {
    /// The last.
    #[default]
    Last,
    /// The one with the most points.
    Best,
    /// The last in time; where there is none, nothing.
    Deadline,
}

/// What the professor says of one grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// What takes the place of the points that were judged; nothing where there is only a note.
    pub adjusted: Option<Adjusted>,
    /// Why, for the student to read.
    pub reason: String,
}

/// A grade in place of the one that was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjusted {
    /// Points of the lab's.
    Points(Decimal),
    /// Percent of full marks.
    Percent(Decimal),
}

impl Adjusted {
    /// As it is shown.
    pub fn text(self) -> String {
        match self {
            Self::Points(points) if points == Decimal::whole(1) => "1 point".to_owned(),
            Self::Points(points) => format!("{points} points"),
            Self::Percent(percent) => format!("{percent} %"),
        }
    }

    /// In points of a lab that has `possible`.
    pub fn points(self, possible: u32) -> Decimal {
        match self {
            Self::Points(points) => points,
            Self::Percent(percent) => Decimal::whole(possible).part(percent, Decimal::HUNDRED),
        }
    }
}

impl Adjustment {
    /// As it is said beside a grade.
    pub fn text(&self) -> String {
        match self.adjusted {
            Some(adjusted) => format!("adjusted to {}: {}", adjusted.text(), self.reason),
            None => format!("note: {}", self.reason),
        }
    }
}
