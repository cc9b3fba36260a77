//! How one account stands in one lab, look by look.

use crate::report::view::{Mark, Order};
use crate::report::{CheckReport, Points, Report, Status, StepReport};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// How an account stands in a lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Each step of the lab; nothing where it was not judged.
    pub steps: Vec<Option<StepState>>,
    /// The points of what was judged.
    pub points: Points,
    /// What fails, and has to be fixed first.
    pub failure: Option<Failure>,
    /// What passed before and fails now.
    pub setback: Option<Setback>,
    checks: BTreeMap<String, Status>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepState {
    /// Its mark.
    pub mark: Mark,
    /// Its points.
    pub points: Points,
}

/// A check that fails and follows from no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its id.
    pub check: String,
    /// The course's words for it.
    pub title: String,
    /// What was found instead.
    pub found: Option<String>,
    /// Since when it is what has to be fixed first.
    pub since: DateTime<Utc>,
}

/// A check that passed and fails now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    /// Its id.
    pub check: String,
    /// The course's words for it.
    pub title: String,
    /// When that was seen.
    pub at: DateTime<Utc>,
}

/// What turned green: a step, or a check of a step that has more to it. The course's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// All of a step.
    Step(String),
    /// A check.
    Check(String),
}

impl Progress {
    /// What a first look shows.
    pub fn first(steps: &[String], report: &Report, now: DateTime<Utc>) -> Self {
        let order = Order::of(report);
        Self {
            steps: steps
                .iter()
                .map(|id| step_of(report, id).map(|step| StepState::of(&order, step)))
                .collect(),
            points: report.points,
            failure: failure(&order, report, now),
            setback: None,
            checks: counted(report).map(|check| (check.id.clone(), check.status)).collect(),
        }
    }

    /// Takes in another look. Gives whether any check has another status, and what turned green.
    pub fn looked(&mut self, steps: &[String], report: &Report, now: DateTime<Utc>) -> (bool, Vec<Turned>) {
        let mut next = Self::first(steps, report, now);
        if let (Some(before), Some(failure)) = (&self.failure, &mut next.failure)
            && before.check == failure.check
        {
            failure.since = before.since;
        }
        // What could not be determined this time is not other than it was.
        for (id, status) in &mut next.checks {
            if let (Status::Unknown, Some(before)) = (*status, self.checks.get(id)) {
                *status = *before;
            }
        }
        if next.failure.is_none() {
            let still = |failure: &&Failure| next.checks.get(&failure.check) == Some(&Status::Fail);
            next.failure = self.failure.as_ref().filter(still).cloned();
        }
        let was = |id: &str| self.checks.get(id).copied();
        let lost = counted(report).find(|c| c.status == Status::Fail && was(&c.id) == Some(Status::Pass));
        let is_back = |setback: &&Setback| next.checks.get(&setback.check) != Some(&Status::Pass);
        next.setback = match lost {
            Some(check) => Some(Setback {
                check: check.id.clone(),
                title: check.title.clone(),
                at: now,
            }),
            None => self.setback.as_ref().filter(is_back).cloned(),
        };
        let turned = self.turned(steps, report, &next);
        let changed = self.checks != next.checks;
        *self = next;
        (changed, turned)
    }

    /// What was known to be open, and passes now. Of a step that is green as a whole, the single checks are no news.
    fn turned(&self, steps: &[String], report: &Report, next: &Self) -> Vec<Turned> {
        let mut turned = Vec::new();
        for (place, id) in steps.iter().enumerate() {
            let Some(step) = step_of(report, id) else { continue };
            let state = |progress: &Self| progress.steps.get(place).copied().flatten();
            let was_open = |c: &&CheckReport| matches!(self.checks.get(&c.id), Some(Status::Fail | Status::Blocked));
            let green: Vec<_> = step
                .checks
                .iter()
                .filter(|c| c.status == Status::Pass)
                .filter(was_open)
                .collect();
            let is_green = state(next).is_some_and(|step| step.mark == Mark::Pass);
            match is_green {
                true if !green.is_empty() || state(self).is_none() => turned.push(Turned::Step(step.title.clone())),
                true => {}
                false => turned.extend(green.iter().map(|check| Turned::Check(check.title.clone()))),
            }
        }
        turned
    }

    /// Whether every step that was judged has passed.
    pub fn is_through(&self) -> bool {
        let mut judged = self.steps.iter().flatten().peekable();
        judged.peek().is_some() && judged.all(|step| step.mark == Mark::Pass)
    }

    /// The place of the step at which the account is: the first that has not passed and waits for no other.
    pub fn at(&self) -> Option<usize> {
        let open = |waits: bool| {
            self.steps
                .iter()
                .position(|step| step.is_some_and(|s| s.mark != Mark::Pass && (s.mark == Mark::Blocked) == waits))
        };
        open(false).or_else(|| open(true))
    }
}

impl StepState {
    fn of(order: &Order, step: &StepReport) -> Self {
        Self {
            mark: Mark::of(order, step),
            points: step.points,
        }
    }
}

fn step_of<'r>(report: &'r Report, id: &str) -> Option<&'r StepReport> {
    report.steps.iter().find(|step| step.id == id)
}

/// The checks that count.
fn counted(report: &Report) -> impl Iterator<Item = &CheckReport> {
    report.checks().map(|(_, check)| check).filter(|check| !check.optional)
}

/// What fails of what has been begun, and has to be fixed first. A step that is still to come is no failure.
fn failure(order: &Order, report: &Report, now: DateTime<Utc>) -> Option<Failure> {
    let causes = order.causes();
    let is_begun = |check: &&&CheckReport| {
        let step = report
            .steps
            .iter()
            .find(|step| step.checks.iter().any(|c| c.id == check.id));
        step.is_some_and(|step| order.is_begun(step))
    };
    let cause = causes.iter().find(is_begun)?;
    Some(Failure {
        check: cause.id.clone(),
        title: cause.title.clone(),
        found: cause.found.clone(),
        since: now,
    })
}
