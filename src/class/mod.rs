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
pub mod mail;
pub mod pages;
pub mod premises;
pub mod privacy;
pub mod roster;
pub mod underway;
pub mod verify;

use crate::report::{Chosen, Report};
use chrono::{DateTime, FixedOffset};
use gradebook::number::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Until when a run counts as in time, RFC 3339 in UTC.
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

impl Class {
    /// Whether the work that a run saw was done after the deadline: something was made or changed then. Where AWS dates nothing of
    /// it, when the run began.
    pub fn is_late(&self, report: &Report) -> bool {
        let dates = report.resources.values().filter_map(Chosen::worked_on);
        let last = dates.filter_map(moment).max().or(moment(&report.started));
        match (self.deadline.as_deref().and_then(moment), last) {
            (Some(deadline), Some(last)) => last > deadline,
            _ => false,
        }
    }

    /// What of the work that a run saw was made or changed after the deadline: its noun, its name, and when.
    pub fn after_deadline<'r>(&self, report: &'r Report) -> Vec<(&'r str, &'r str, &'r str)> {
        let Some(deadline) = self.deadline.as_deref().and_then(moment) else {
            return Vec::new();
        };
        let dated = report
            .resources
            .values()
            .filter_map(|one| Some((one, one.worked_on()?)));
        let after = dated.filter(|(_, at)| moment(at).is_some_and(|at| at > deadline));
        after
            .map(|(one, at)| (one.noun.as_str(), one.name.as_str(), at))
            .collect()
    }
}

fn moment(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
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

/// One student's result in one lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Grade<'a> {
    /// Who.
    pub student: &'a Student,
    /// In what.
    pub lab: &'a LabSummary,
    /// The run that counts. `None`: excused, not in this lab, or not graded yet.
    pub report: Option<Report>,
    /// How many runs there are.
    pub runs: usize,
    /// Whether the run that counts began after the deadline.
    pub late: bool,
    /// What the professor says of it.
    pub adjustment: Option<&'a Adjustment>,
}

impl Grade<'_> {
    /// The grade that the professor puts in place of the one that was judged.
    pub fn adjusted(&self) -> Option<Adjusted> {
        self.adjustment.and_then(|adjustment| adjustment.adjusted)
    }

    /// The points to be earned: those that were judged, or all of the lab where there is no run.
    pub fn possible(&self) -> u32 {
        self.report.as_ref().map_or(self.lab.possible, |r| r.points.possible)
    }

    /// What of the lab was left out on purpose, in words; nothing where all of it was judged.
    pub fn left_out(&self) -> Option<String> {
        let report = self.report.as_ref()?;
        let steps: Vec<&str> = report.left_out.iter().map(|left| left.step.as_str()).collect();
        (!steps.is_empty()).then(|| steps.join(", "))
    }

    /// The points, where they are known: none while a point hangs on something unknown.
    pub fn points(&self) -> Option<u32> {
        let report = self.report.as_ref()?;
        (!report.is_unsettled()).then_some(report.points.earned)
    }
}
