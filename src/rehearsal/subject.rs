//! What an account should show: the solution of a lab, or what deviates from it.

use crate::course::{Deviation, Fault, Lab, Variant};
use crate::report::{CheckReport, Report, Status};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What an account has.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'l> {
    /// The lab's solution, which earns every point.
    Solution,
    /// A mistake, which fails exactly its checks.
    Fault(&'l Fault),
    /// Work that is right and looks unusual.
    Variant(&'l Variant),
}

/// A check that shows something else than it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// The check's id.
    pub check: String,
    /// What it should show, what it shows, and what it found.
    pub says: String,
}

impl<'l> Subject<'l> {
    /// Its id.
    pub fn id(self) -> &'l str {
        self.deviation().map_or("solution", |deviation| &deviation.id)
    }

    /// How it deviates from the solution.
    pub fn deviation(self) -> Option<&'l Deviation> {
        match self {
            Self::Solution => None,
            Self::Fault(fault) => Some(&fault.deviation),
            Self::Variant(variant) => Some(&variant.deviation),
        }
    }

    /// The checks that fail, and those that are unknown.
    fn expected(self) -> (&'l [String], &'l [String]) {
        match self {
            Self::Solution => (&[], &[]),
            Self::Fault(fault) => (&fault.fails, &[]),
            Self::Variant(variant) => (&variant.fails, &variant.unknown),
        }
    }

    /// How long the hops that do not pass in it may be waited for.
    pub fn longest_wait(self, lab: &Lab) -> Duration {
        let (fails, unknown) = self.expected();
        let hops = lab.steps.iter().filter_map(|s| s.probe.as_ref()).flat_map(|p| &p.hops);
        let waited = hops.filter(|h| fails.contains(&h.check.id) || unknown.contains(&h.check.id));
        waited.map(|h| h.within).max().unwrap_or_default()
    }

    /// The checks of a report that show something else than they should.
    pub fn contradictions(self, report: &Report) -> Vec<Contradiction> {
        let (fails, unknown) = self.expected();
        let mut contradictions = Vec::new();
        for (_, check) in report.checks() {
            let should = match (fails.contains(&check.id), unknown.contains(&check.id)) {
                (true, _) => Status::Fail,
                (_, true) => Status::Unknown,
                _ => Status::Pass,
            };
            // What does not pass blocks others, which are not listed.
            let blocked = should == Status::Pass && check.status == Status::Blocked;
            let consequence = blocked && !(fails.is_empty() && unknown.is_empty());
            if check.status != should && !consequence {
                let should = match (self, should) {
                    (_, Status::Fail) => "should fail",
                    (_, Status::Unknown) => "should be unknown",
                    (Self::Fault(_), _) => "should not fail",
                    _ => "should pass",
                };
                contradictions.push(contradiction(check, should));
            }
        }
        contradictions
    }
}

/// What a check should have done, and what it did.
fn contradiction(check: &CheckReport, should: &str) -> Contradiction {
    let is = match check.status {
        Status::Pass => "it passed",
        Status::Blocked => "it was blocked",
        Status::Unknown => "it could not be determined",
        Status::Fail => "it failed",
    };
    let found = check.found.as_ref().map(|found| format!(": {found}"));
    Contradiction {
        check: check.id.clone(),
        says: format!("{} {should}, but {is}{}", check.id, found.unwrap_or_default()),
    }
}
