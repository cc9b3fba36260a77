//! What the course advises about an error that evidence shows, once the whole account is judged: advice knows what has
//! passed, and it makes no call and waits for nothing.

use super::lab_run::LabRun;
use super::verdict::{commands, said};
use crate::account::Identity;
use crate::course::{Advice, Lab};
use crate::expr::Scope;
use crate::probe::ErrorFacts;
use crate::report::{CheckReport, Status};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Why a hop failed.
#[derive(Debug, Clone)]
pub struct Cause {
    /// The hop, as `step.hop`.
    pub hop: String,
    /// What its evidence shows.
    pub error: ErrorFacts,
}

/// Gives each failed hop the first advice that applies to its cause. What was said, by the hops of which it was said.
pub(super) fn advise<'l>(
    run: &LabRun<'l>,
    me: &Identity,
    causes: &[Cause],
    done: &mut BTreeMap<String, CheckReport>,
) -> BTreeMap<String, &'l Advice> {
    let mut spoke = BTreeMap::new();
    if causes.is_empty() || run.lab.advice.is_empty() {
        return spoke;
    }
    let mut scope = run.known_scope(me);
    scope.bind("checks", &outcomes(run, done));
    for Cause { hop, error } in causes {
        let Some(report) = done.get_mut(hop).filter(|report| report.status == Status::Fail) else {
            continue;
        };
        scope.bind("hop", &hop.as_str().into());
        scope.bind("error", &error.document());
        if let Some(advice) = advise_one(run.lab, &scope, report) {
            spoke.insert(hop.clone(), advice);
        }
    }
    spoke
}

/// An expression that has no value does not apply: what it asks about is not there.
fn advise_one<'l>(lab: &'l Lab, scope: &Scope, report: &mut CheckReport) -> Option<&'l Advice> {
    lab.advice.iter().find(|advice| {
        if !advice.when.value.holds(scope).unwrap_or(false) {
            return false;
        }
        let found = advice.found.as_ref().map(|found| said(found, scope)).transpose();
        let (Ok(fix), Ok(found)) = (said(&advice.fix.console, scope), found) else {
            return false;
        };
        report.fix = Some(fix);
        report.cli = commands(&advice.fix, scope);
        report.found = found.or(report.found.take());
        true
    })
}

/// What became of each check that looks; `null` where it was not judged.
fn outcomes(run: &LabRun<'_>, done: &BTreeMap<String, CheckReport>) -> Value {
    let checks = run.lab.steps.iter().flat_map(|step| &step.checks);
    let outcomes = checks.map(|check| {
        let status = done.get(&check.id).map(|report| report.status);
        (check.id.clone(), status.map(Status::word).into())
    });
    Value::Object(outcomes.collect::<Map<_, _>>())
}
