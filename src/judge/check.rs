//! One check: wait for what it mentions, evaluate, say.

use super::choice::first_names;
use super::outcome::{Needs, Obstacle, Outcome};
use super::{Run, round};
use crate::course::{Check, Compiled, Lab};
use crate::expr::{Scope, Template};
use crate::report::{CheckReport, Status};
use std::time::Instant;

/// Names and values are the student's: a text of a report is cut at this many characters.
const LONGEST: usize = 2000;

impl Run<'_> {
    /// Judges one check.
    pub(super) async fn check(&self, check: &Check) -> Status {
        let clock = Instant::now();
        // Only hops have no condition, and they are judged by their probe.
        let Some(expect) = &check.expect else {
            return Status::Unknown;
        };
        let mut needs = Needs::default();
        needs.add(self.lab, expect.value.mentions());
        let scope = self.scope(&needs).await;
        let needed = self.needed(check, &needs);
        let mut report = blank(check);
        let (before, untold) = self.before(check).await;
        match self.obstacle(&needs) {
            _ if !before.is_empty() => {
                report.status = Status::Blocked;
                report.needs = before;
            }
            _ if untold.is_some() => could_not_tell(&mut report, untold.unwrap_or_default()),
            Some(Obstacle::Unknown(reason)) => could_not_tell(&mut report, reason),
            Some(Obstacle::Absent(absent)) => {
                report.status = Status::Blocked;
                report.needs = self.exists_checks(absent.iter().map(String::as_str));
            }
            None => match expect.value.holds(&scope) {
                Ok(true) => pass(&mut report),
                Ok(false) => {
                    let scope = self.telling_scope(check).await;
                    fail(&mut report, check, &scope);
                    if let (Some(found), Some(question)) = (&mut report.found, self.question(check)) {
                        found.push_str(&question);
                    }
                }
                Err(error) => could_not_tell(&mut report, error.at(expect.place())),
            },
        }
        if report.needs.is_empty() {
            report.needs = needed;
        }
        report.seconds = round(clock.elapsed().as_secs_f64());
        let status = report.status;
        self.done.borrow_mut().insert(check.id.clone(), report);
        status
    }

    /// The checks that this one needs and that did not pass, and why one of them could not be told.
    pub(super) async fn before(&self, check: &Check) -> (Vec<String>, Option<String>) {
        let mut open = Vec::new();
        let mut untold = None;
        for needed in check.needs.iter().filter_map(|id| self.lab.check(id)) {
            match self.status(needed).await {
                Status::Pass => {}
                Status::Unknown => untold = self.done.borrow().get(&needed.id).and_then(|r| r.found.clone()),
                Status::Fail | Status::Blocked => open.push(needed.id.clone()),
            }
        }
        (open, untold)
    }

    /// Of a check whether a resource is there: whether one of those that nothing ties to the lab is the student's.
    fn question(&self, check: &Check) -> Option<String> {
        let name = check.asks_for()?;
        let Some(Outcome::Absent { others }) = self.outcomes.get(name)?.get() else {
            return None;
        };
        match others.as_slice() {
            [] => None,
            [one] => Some(format!(". Is {one} yours? Then add --use {name}={one}")),
            several => {
                let names = first_names(several.iter().map(String::as_str));
                Some(format!(". Is one of {names} yours? Then add --use {name}=NAME"))
            }
        }
    }

    fn needed(&self, check: &Check, needs: &Needs) -> Vec<String> {
        let mut ids = self.exists_checks(needs.names().into_iter());
        ids.retain(|id| *id != check.id);
        ids
    }

    /// What the texts of a check mention, beyond its condition.
    pub(super) async fn telling_scope(&self, check: &Check) -> Scope {
        let mut needs = text_needs(self.lab, check);
        if let Some(expect) = &check.expect {
            needs.add(self.lab, expect.value.mentions());
        }
        self.scope(&needs).await
    }
}

/// What the texts of a check mention.
pub(super) fn text_needs(lab: &Lab, check: &Check) -> Needs {
    let mut needs = Needs::default();
    let texts = [&check.expected, &check.found, &check.why];
    for text in texts.into_iter().flatten().chain([&check.fix]) {
        text.value.mentions().for_each(|(_, m)| needs.add(lab, m));
    }
    needs
}

/// A report of a check of which nothing is known yet.
pub(super) fn blank(check: &Check) -> CheckReport {
    CheckReport {
        id: check.id.clone(),
        title: check.title.clone(),
        status: Status::Unknown,
        points: 0,
        possible: check.points,
        optional: check.optional,
        expected: check.title.clone(),
        found: None,
        why: None,
        fix: None,
        evidence: Vec::new(),
        needs: Vec::new(),
        seconds: 0.0,
    }
}

/// A check that was under way when the user stopped.
pub(super) fn interrupted(check: &Check) -> CheckReport {
    let mut report = blank(check);
    could_not_tell(&mut report, "stopped before this was known".to_owned());
    report
}

pub(super) fn pass(report: &mut CheckReport) {
    report.status = Status::Pass;
    report.points = report.possible;
}

pub(super) fn could_not_tell(report: &mut CheckReport, reason: String) {
    report.status = Status::Unknown;
    report.found = Some(reason);
}

pub(super) fn fail(report: &mut CheckReport, check: &Check, scope: &Scope) {
    report.status = Status::Fail;
    if let Some(expected) = &check.expected {
        report.expected = say(expected, scope);
    }
    report.found = check.found.as_ref().map(|t| say(t, scope));
    report.why = check.why.as_ref().map(|t| say(t, scope));
    report.fix = Some(say(&check.fix, scope));
}

/// How what stands for a text begins that could not be said.
pub const NOT_SHOWN: &str = "(not shown: ";

/// A text in its scope. What cannot be said is said to be so: the verdict does not hang on it.
pub(super) fn say(text: &Compiled<Template>, scope: &Scope) -> String {
    match text.value.text(scope) {
        Ok(said) => said.trim().chars().take(LONGEST).collect(),
        Err(error) => format!("{NOT_SHOWN}{}: {error})", text.place()),
    }
}
