//! The report as a whole, made of its steps.

use super::options::Options;
use super::verdict::blank;
use crate::course::{Check, Lab, Step};
use crate::report::{self, CheckReport, LeftOut, PathStep, Points, Report, Status, StepReport, Verdict};
use indexmap::IndexMap;

/// The checks of a step that are judged: with those of its probe, if one is sent.
pub(super) fn judged_checks<'s>(step: &'s Step, options: &Options) -> impl Iterator<Item = &'s Check> {
    let hops = step.probe.iter().filter(|_| !options.no_probe);
    step.checks.iter().chain(hops.flat_map(|p| &p.hops).map(|h| &h.check))
}

/// What of the lab's points these steps do not have.
fn left_out(lab: &Lab, steps: &[StepReport]) -> Vec<LeftOut> {
    let here = |step: &Step| steps.iter().find(|s| s.id == step.id).map_or(0, |s| s.points.possible);
    let left = lab.steps.iter().map(|step| LeftOut {
        step: step.id.clone(),
        possible: step.points().0.saturating_sub(here(step)),
    });
    left.filter(|left| left.possible > 0).collect()
}

/// A report of these steps, of an account that is filled in later.
pub(super) fn assemble(lab: &Lab, steps: Vec<StepReport>) -> Report {
    let all = || steps.iter().flat_map(|s| &s.checks);
    Report {
        schema: report::SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        lab: lab.id.clone(),
        title: lab.title.clone(),
        edition: lab.edition.clone(),
        account: String::new(),
        region: String::new(),
        caller: String::new(),
        started: String::new(),
        seconds: 0.0,
        verdict: Verdict::of(all()),
        points: Points::of(all()),
        resources: IndexMap::new(),
        left_out: left_out(lab, &steps),
        notes: Vec::new(),
        leftovers: Vec::new(),
        idle_usd_per_day: None,
        trail_unread: None,
        steps,
    }
}

pub(super) fn step_report(
    step: &Step,
    checks: Vec<CheckReport>,
    about: Vec<String>,
    path: Vec<PathStep>,
) -> StepReport {
    StepReport {
        id: step.id.clone(),
        title: step.title.clone(),
        chapter: step.chapter.clone(),
        status: report::worst(checks.iter()),
        points: Points::of(checks.iter()),
        about,
        path,
        checks,
    }
}

/// A step through which nothing has been sent yet: its hops wait, for `needs` or for what `open` says.
pub fn unsent(step: &Step, needs: &[String], open: Option<&str>) -> StepReport {
    let hops = step.probe.iter().flat_map(|probe| &probe.hops);
    let checks = hops.clone().map(|hop| CheckReport {
        status: Status::Blocked,
        found: open.map(str::to_owned),
        needs: needs.to_vec(),
        ..blank(&hop.check)
    });
    let path = hops.map(|hop| PathStep {
        name: hop.label.clone(),
        status: Status::Blocked,
        seconds: None,
    });
    step_report(step, checks.collect(), Vec::new(), path.collect())
}
