//! Whether the work that a run saw was done in time, and what is taken off for it.

use super::moment::moment;
use super::policy::Deduction;
use crate::class::gradebook::number::Decimal;
use crate::class::{Class, LabSummary, Student};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All of it that is dated was there in time.
    InTime,
    /// It was changed so long after the deadline, within the grace.
    Grace(Duration),
    /// It was changed after the deadline, but an earlier run, of work in time, had as many points.
    HadBefore,
    /// It was changed so long after the deadline.
    Late(Duration),
    /// The run began after the deadline, and nothing says when the work was done.
    Unknown,
}

/// An earlier run, of work in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTimeRun {
    /// When it began, RFC 3339 in UTC.
    pub at: String,
    /// The points that it had, of as many as the run that counts.
    pub earned: u32,
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
    /// Whether there is anything that has earned points.
    pub saw_work: bool,
    /// What was changed last.
    pub last: Option<DatedChange>,
    /// What was changed after the deadline.
    pub after: Vec<DatedChange>,
    /// What AWS dates no change of: `rule`.
    pub undated: Vec<String>,
    /// What is taken off; nothing where it is in time, or the class takes nothing off.
    pub deduction: Option<Deduction>,
    /// The run of work in time that had most points: late work never has less.
    pub before: Option<InTimeRun>,
}

impl Class {
    /// Until when a student's work in a lab is in time; a group has the time of whoever of it has most.
    pub fn due(&self, student: &Student, lab: &LabSummary) -> Option<Due> {
        let deadline = self.deadline_of(lab).and_then(moment)?;
        let in_group = |other: &Student| other.group.is_some() && other.group == student.group;
        let theirs = self.students.iter().filter(|one| one.id == student.id || in_group(one));
        let extended = theirs.filter_map(|one| Some(one.extension.as_ref()?.after(deadline, &lab.clock)));
        Some(match extended.max().filter(|extended| *extended > deadline) {
            Some(until) => Due { until, extended: true },
            None => Due {
                until: deadline,
                extended: false,
            },
        })
    }

    /// How the work that a run of a student saw stands to their deadline; nothing where there is none.
    pub fn lateness(&self, student: &Student, lab: &LabSummary, report: &Report) -> Option<Lateness> {
        Some(Lateness::of(report, self.due(student, lab)?, lab))
    }
}

impl Lateness {
    fn of(report: &Report, due: Due, lab: &LabSummary) -> Self {
        let policy = lab.late.as_ref();
        let earning: Vec<&Chosen> = report
            .resources
            .values()
            .filter(|one| one.is_made() && !one.without_points)
            .collect();
        let mut changes: Vec<DatedChange> = earning.iter().filter_map(|one| change(one)).collect();
        changes.sort_by(|one, other| one.at.cmp(&other.at));
        let is_after = |at: &str| moment(at).is_some_and(|at| at > due.until);
        let undated = earning.iter().filter(|one| one.worked_on().is_none());
        let mut undated: Vec<String> = undated.map(|one| one.noun.clone()).collect();
        undated.sort();
        undated.dedup();
        let mut lateness = Self {
            standing: Standing::InTime,
            due,
            began: report.started.clone(),
            saw_work: !earning.is_empty() || report.points.earned > 0,
            last: changes.last().cloned(),
            after: changes.into_iter().filter(|change| is_after(&change.at)).collect(),
            undated,
            deduction: None,
            before: None,
        };
        if !is_after(&report.started) {
            return lateness;
        }
        let Some(last) = lateness.last.as_ref().and_then(|last| moment(&last.at)) else {
            lateness.standing = Standing::Unknown;
            return lateness;
        };
        // An error: it was before.
        if let Some(late) = (last - due.until).to_std().ok().filter(|late| !late.is_zero()) {
            lateness.deduction = policy.and_then(|policy| policy.deduction(due.until, last, &lab.clock));
            lateness.standing = match policy.is_some_and(|policy| late <= policy.grace()) {
                true => Standing::Grace(late),
                false => Standing::Late(late),
            };
        }
        lateness
    }

    /// Whether there is nothing to say: the run saw no work that could be late.
    pub fn is_void(&self) -> bool {
        self.standing == Standing::Unknown && !self.saw_work
    }

    /// Whether it is known to be late.
    pub fn is_late(&self) -> bool {
        matches!(self.standing, Standing::Late(_))
    }

    /// Whether it is known to be in time.
    pub fn is_in_time(&self) -> bool {
        matches!(self.standing, Standing::InTime | Standing::Grace(_))
    }

    /// Late work never has less than what was there in time: that of an earlier run. Where that had as many points, what was
    /// changed since has earned nothing, and is not late.
    pub fn compare(&mut self, report: &Report, earlier: &Report) {
        let earned = earlier.points.earned;
        if self.before.as_ref().is_some_and(|before| before.earned >= earned) {
            return;
        }
        self.before = Some(InTimeRun {
            at: earlier.started.clone(),
            earned,
        });
        if earned >= report.points.earned && !report.is_unsettled() {
            self.standing = Standing::HadBefore;
            self.deduction = None;
        }
    }

    /// What is left of so many points of so many.
    pub fn left(&self, earned: u32, possible: u32) -> Decimal {
        let Some(deduction) = self.deduction else {
            return Decimal::whole(earned);
        };
        let before = self.before.as_ref().map_or(0, |before| before.earned);
        deduction.left(earned, possible).max(Decimal::whole(before))
    }
}

/// The points of a run, without what is taken off for late work.
pub fn counted_points(report: &Report, lateness: Option<&Lateness>) -> Decimal {
    let points = &report.points;
    match lateness {
        Some(lateness) => lateness.left(points.earned, points.possible),
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
