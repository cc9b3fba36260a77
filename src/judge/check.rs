//! One check: wait for what it mentions, evaluate, say.

use super::choice::first_names;
use super::graph::Needs;
use super::lab_run::LabRun;
use super::outcome::{Obstacle, Outcome};
use super::verdict::{blank, block, fail, pass, round, unknown};
use crate::course::Check;
use crate::report::Status;
use std::time::Instant;

/// More names than this are no question.
const MAX_UNRECOGNIZED: usize = 20;

/// What the checks under `needs` of a check came to.
#[derive(Debug, Default)]
pub(super) struct Prerequisites {
    /// Those that did not pass.
    pub open: Vec<String>,
    /// Why one of them is unknown.
    pub unknown: Option<String>,
}

impl LabRun<'_> {
    /// Judges one check.
    pub(super) async fn check(&self, check: &Check) -> Status {
        let clock = Instant::now();
        // Only hops have no condition, and they are judged by their probe.
        let Some(expect) = &check.expect else {
            return Status::Unknown;
        };
        let needs = Needs::of_check(self.lab, check);
        let scope = self.scope(&needs).await;
        let mut report = blank(check);
        let before = self.prerequisites(check).await;
        match (before.unknown, self.obstacle(&needs)) {
            _ if !before.open.is_empty() => block(&mut report, before.open),
            (Some(reason), _) | (None, Some(Obstacle::Unknown(reason))) => unknown(&mut report, reason),
            (None, Some(Obstacle::Absent(absent))) => {
                block(&mut report, self.exists_checks(absent.iter().map(String::as_str)));
            }
            (None, None) => match expect.value.holds(&scope) {
                Ok(true) => pass(&mut report),
                Ok(false) => {
                    let scope = self.scope(&Needs::of_check_and_texts(self.lab, check)).await;
                    fail(&mut report, check, &scope);
                    let (name, others) = self.unrecognized(check);
                    if let (Some(found), Some(question)) = (&mut report.found, question(name, &others)) {
                        found.push_str(&question);
                    }
                    report.unrecognized = others.into_iter().take(MAX_UNRECOGNIZED).collect();
                }
                Err(error) => unknown(&mut report, error.at(expect.place())),
            },
        }
        if report.needs.is_empty() {
            report.needs = self.exists_checks(needs.names().into_iter());
            report.needs.retain(|id| *id != check.id);
        }
        if report.status == Status::Fail {
            let first = check.first.iter().filter(|id| !report.needs.contains(id));
            let first: Vec<String> = first.cloned().collect();
            report.needs.extend(first);
        }
        report.seconds = round(clock.elapsed().as_secs_f64());
        let status = report.status;
        self.done.borrow_mut().insert(check.id.clone(), report);
        status
    }

    /// Waits for the checks that this one needs.
    pub(super) async fn prerequisites(&self, check: &Check) -> Prerequisites {
        let mut before = Prerequisites::default();
        for needed in check.needs.iter().filter_map(|id| self.lab.check(id)) {
            match self.status(needed).await {
                Status::Pass => {}
                Status::Unknown => before.unknown = self.done.borrow().get(&needed.id).and_then(|r| r.found.clone()),
                Status::Fail | Status::Blocked => before.open.push(needed.id.clone()),
            }
        }
        before
    }

    /// Of a check whether a resource is there: its name, and those that nothing ties to the lab, one of which may be it.
    fn unrecognized<'c>(&self, check: &'c Check) -> (&'c str, Vec<String>) {
        let Some(name) = check.asks_for() else {
            return ("", Vec::new());
        };
        let Some(Outcome::Absent { others }) = self.known_outcome(name) else {
            return (name, Vec::new());
        };
        // What is another one of the lab's resources is not this one too.
        let taken = self.chosen();
        let is_taken = |other: &&String| taken.values().any(|chosen| chosen.name == **other);
        (name, others.iter().filter(|other| !is_taken(other)).cloned().collect())
    }
}

/// Whether one of `others` is the student's, and how to say so.
fn question(name: &str, others: &[String]) -> Option<String> {
    match others {
        [] => None,
        [one] => Some(format!(". Is {one} yours? Then add --use {name}={one}")),
        several => {
            let names = first_names(several.iter().map(String::as_str));
            Some(format!(". Is one of {names} yours? Then add --use {name}=NAME"))
        }
    }
}
