//! The report as a whole, made of its steps; and the report of an account of which nothing could be told.

use super::{Evidence, Judged, check, evidence};
use crate::course::{Lab, Step};
use crate::report::{self, CheckReport, Points, Report, Status, StepReport, Stop, Verdict};
use indexmap::IndexMap;

/// What can be said of an account that cannot be reached: nothing, and why.
pub fn untold(lab: &Lab, reason: &str, region: &str, started: &str) -> Judged {
    let reason = report::text::visible(reason);
    let steps = lab.steps.iter().map(|step| {
        let hops = step.probe.iter().flat_map(|p| &p.hops).map(|h| &h.check);
        let checks = step.checks.iter().chain(hops).map(|check| {
            let mut report = check::blank(check);
            check::could_not_tell(&mut report, reason.clone());
            report
        });
        step_report(step, checks.collect(), Vec::new(), Vec::new())
    });
    let mut report = whole(lab, steps.collect());
    report.verdict = Verdict::Unknown;
    region.clone_into(&mut report.region);
    started.clone_into(&mut report.started);
    let evidence = Evidence {
        schema: evidence::SCHEMA.to_owned(),
        tool: report.tool.clone(),
        lab: lab.id.clone(),
        region: region.to_owned(),
        started: started.to_owned(),
        unreachable: Some(reason),
        ..Evidence::default()
    };
    Judged { report, evidence }
}

/// A report of these steps, of an account that is still to be said.
pub(super) fn whole(lab: &Lab, steps: Vec<StepReport>) -> Report {
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
        verdict: match report::worst(all()) {
            Status::Pass => Verdict::Pass,
            Status::Fail => Verdict::Fail,
            Status::Unknown | Status::Blocked => Verdict::Unknown,
        },
        points: Points::of(all()),
        resources: IndexMap::new(),
        notes: Vec::new(),
        leftovers: Vec::new(),
        steps,
    }
}

pub(super) fn step_report(step: &Step, checks: Vec<CheckReport>, about: Vec<String>, way: Vec<Stop>) -> StepReport {
    StepReport {
        id: step.id.clone(),
        title: step.title.clone(),
        chapter: step.chapter.clone(),
        status: report::worst(checks.iter()),
        points: Points::of(checks.iter()),
        about,
        way,
        checks,
    }
}
