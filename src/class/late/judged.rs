//! Whether the work that a run saw was done in time, and what is taken off for it.

use super::moment::moment;
use super::policy::{Deduction, LatePolicy};
use crate::class::gradebook::number::Decimal;
use crate::class::{Class, Student};
use crate::report::{Chosen, Report};
use chrono::{DateTime, FixedOffset};
use std::time::Duration;

/// Until when a student's work is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Until then.
    pub until: DateTime<FixedOffset>,
    /// Whether they have more time than the class.
    pub extended: bool,
}

/// Something of the work that was made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedChange {
    /// What it is: `function`.
    pub noun: String,
    /// Its name, as the student gave it.
    pub name: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// By which call and whom, where CloudTrail has recorded it.
    pub by: Option<String>,
}

/// How the work stands to its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// All of it that is dated was there in time.
    InTime,
    /// It was changed so long after the deadline, within the grace.
    Grace(Duration),
    /// It was changed after the deadline, but a run of work in time, at this moment, had as many points.
    HadBefore(String),
    /// It was changed so long after the deadline.
    Late(Duration),
    /// The run began after the deadline, and nothing says when the work was done.
    Unknown,
}

/// Whether the work that a run saw was done in time: judged from the resources that it has earned points with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lateness {
    /// How it stands.
    pub standing: Standing,
    /// Until when it is in time.
    pub due: Due,
    /// When the run began, RFC 3339 in UTC.
    pub began: String,
    /// What was changed last.
    pub last: Option<DatedChange>,
    /// What was changed after the deadline.
    pub after: Vec<DatedChange>,
    /// What AWS dates no change of: `rule`.
    pub undated: Vec<String>,
    /// What is taken off; nothing where it is in time, or the class takes nothing off.
    pub deduction: Option<Deduction>,
}

impl Class {
    /// Until when a student's work is in time; a group has the time of whoever of it has most.
    pub fn due(&self, student: &Student) -> Option<Due> {
        let deadline = self.deadline.as_deref().and_then(moment)?;
        let is_theirs =
            |other: &&Student| other.id == student.id || (other.group.is_some() && other.group == student.group);
        let theirs = self.students.iter().filter(is_theirs);
        let extended = theirs
            .filter_map(|one| Some(one.extension.as_ref()?.after(deadline)))
            .max();
        Some(match extended.filter(|extended| *extended > deadline) {
            Some(until) => Due { until, extended: true },
            None => Due {
                until: deadline,
                extended: false,
            },
        })
    }

    /// How the work that a run of a student saw stands to their deadline; nothing where there is none.
    pub fn lateness(&self, student: &Student, report: &Report) -> Option<Lateness> {
        Some(Lateness::of(report, self.due(student)?, self.late.as_ref()))
    }
}

impl Lateness {
    fn of(report: &Report, due: Due, policy: Option<&LatePolicy>) -> Self {
        let earning = || {
            report
                .resources
                .values()
                .filter(|one| one.is_made() && !one.without_points)
        };
        let mut changes: Vec<DatedChange> = earning().filter_map(change).collect();
        changes.sort_by(|one, other| one.at.cmp(&other.at));
        let last = changes.last().cloned();
        let is_after = |at: &str| moment(at).is_some_and(|at| at > due.until);
        let mut undated: Vec<String> = earning()
            .filter(|one| one.worked_on().is_none())
            .map(|one| one.noun.clone())
            .collect();
        undated.sort();
        undated.dedup();
        let mut lateness = Self {
            standing: Standing::InTime,
            due,
            began: report.started.clone(),
            after: changes.into_iter().filter(|change| is_after(&change.at)).collect(),
            last,
            undated,
            deduction: None,
        };
        let late = lateness
            .last
            .as_ref()
            .and_then(|last| moment(&last.at))
            .map(|at| at - due.until);
        lateness.standing = match late.map(|late| late.to_std()) {
            _ if !is_after(&report.started) => Standing::InTime,
            None => Standing::Unknown,
            // Not after the deadline.
            Some(Err(_) | Ok(Duration::ZERO)) => Standing::InTime,
            Some(Ok(late)) => {
                lateness.deduction = policy.and_then(|policy| policy.deduction(late));
                match policy.is_some_and(|policy| late <= policy.grace()) {
                    true => Standing::Grace(late),
                    false => Standing::Late(late),
                }
            }
        };
        lateness
    }

    /// Whether it is known to be late.
    pub fn is_late(&self) -> bool {
        matches!(self.standing, Standing::Late(_))
    }

    /// Whether it is known to be in time.
    pub fn is_in_time(&self) -> bool {
        !matches!(self.standing, Standing::Late(_) | Standing::Unknown)
    }

    /// Takes back that the work is late: a run at this moment, of work in time, had as many points.
    pub fn excuse(&mut self, earlier: &Report) {
        self.standing = Standing::HadBefore(earlier.started.clone());
        self.deduction = None;
    }
}

/// The points of a run, without what is taken off for late work.
pub fn counted_points(report: &Report, lateness: Option<&Lateness>) -> Decimal {
    let points = &report.points;
    match lateness.and_then(|lateness| lateness.deduction) {
        Some(deduction) => deduction.left(points.earned, points.possible),
        None => Decimal::whole(points.earned),
    }
}

fn change(chosen: &Chosen) -> Option<DatedChange> {
    let at = chosen.worked_on()?;
    let recorded = chosen.last_change().filter(|change| change.at == at);
    Some(DatedChange {
        noun: chosen.noun.clone(),
        name: chosen.name.clone(),
        at: at.to_owned(),
        by: recorded.map(|change| format!("{} by {}", change.event, change.by)),
    })
}
