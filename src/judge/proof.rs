//! Proof outranks prediction: what an event has passed through works, whatever a configuration lets one expect of it.

use super::lab_run::LabRun;
use super::verdict::pass;
use crate::account::Identity;
use crate::course::{Check, Compiled, Hop, Proof};
use crate::expr::{Expr, Scope};
use crate::report::{CheckReport, Status};
use std::collections::BTreeMap;

/// Lets each prediction pass whose hop has passed through what it is about. What was overruled, for the report's notes.
pub(super) fn overrule(run: &LabRun<'_>, me: &Identity, done: &mut BTreeMap<String, CheckReport>) -> Vec<String> {
    let scope = run.known_scope(me);
    let mut notes = Vec::new();
    for (check, proof) in predictions(run) {
        if status(done, &proof.hop) != Some(Status::Pass) || !passed_through(proof, &scope) {
            continue;
        }
        let Some(report) = done.get_mut(&check.id).filter(|report| report.status != Status::Pass) else {
            continue;
        };
        notes.push(format!(
            "{} counts as passed: the event of {} went through, though the check says: {}",
            check.id,
            proof.hop,
            said(report)
        ));
        pass(report);
        report.found = None;
        report.why = None;
        report.fix = None;
        report.cli.clear();
        report.needs.clear();
    }
    notes
}

/// Names beside each hop that failed the predictions about it that passed: they look right, and were not proved.
pub(super) fn show_unproved(run: &LabRun<'_>, done: &mut BTreeMap<String, CheckReport>) {
    let mut looks_right: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (check, proof) in predictions(run) {
        if status(done, &proof.hop) == Some(Status::Fail) && status(done, &check.id) == Some(Status::Pass) {
            looks_right.entry(&proof.hop).or_default().push(&check.id);
        }
    }
    for (hop, checks) in looks_right {
        if let Some(report) = done.get_mut(hop) {
            report.evidence.push(format!(
                "looks right, but no event has proved it: {}",
                checks.join(", ")
            ));
        }
    }
}

/// The failed checks that let nobody expect the event at a hop: those that it would prove, and those that the course names.
pub(super) async fn doubts(run: &LabRun<'_>, hop: &Hop) -> Vec<String> {
    let failed = |id: &str| status(&run.done.borrow(), id) == Some(Status::Fail);
    let proved = predictions(run).filter(|(_, proof)| proof.hop == hop.check.id);
    let proved = proved.map(|(check, proof)| (check.id.as_str(), proof.through.as_ref()));
    let named = hop
        .doubts
        .iter()
        .map(|doubt| (doubt.check.as_str(), doubt.when.as_ref()));
    let failed: Vec<_> = proved.chain(named).filter(|(id, _)| failed(id)).collect();
    if failed.is_empty() {
        return Vec::new();
    }
    let Ok(me) = run.source.identity().await else {
        return Vec::new();
    };
    let scope = run.known_scope(&me);
    let holds = |when: &Option<&Compiled<Expr>>| when.is_none_or(|when| when.value.holds(&scope).unwrap_or(false));
    let doubting = failed.into_iter().filter(|(_, when)| holds(when));
    doubting.map(|(id, _)| id.to_owned()).collect()
}

fn predictions<'l>(run: &LabRun<'l>) -> impl Iterator<Item = (&'l Check, &'l Proof)> {
    let checks = run.lab.steps.iter().flat_map(|step| &step.checks);
    checks.filter_map(|check| Some((check, check.proof.as_ref()?)))
}

fn status(done: &BTreeMap<String, CheckReport>, id: &str) -> Option<Status> {
    done.get(id).map(|report| report.status)
}

/// An expression that has no value proves nothing.
fn passed_through(proof: &Proof, scope: &Scope) -> bool {
    let through = proof.through.as_ref();
    through.is_none_or(|through| through.value.holds(scope).unwrap_or(false))
}

fn said(report: &CheckReport) -> String {
    match (&report.found, report.needs.as_slice()) {
        (Some(found), _) => found.clone(),
        (None, []) => report.title.clone(),
        (None, needs) => format!("it is blocked by {}", needs.join(", ")),
    }
}
