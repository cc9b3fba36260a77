//! The report as a whole, made of its steps; and the report of an account of which nothing could be told.

use super::{Evidence, Judged, Options, check, evidence, graph};
use crate::course::{Check, Lab, Step};
use crate::report::{self, CheckReport, LeftOut, Points, Report, Status, StepReport, Stop, Verdict};
use indexmap::IndexMap;

/// What can be said of an account that cannot be reached: nothing, and why. What `options` leave out is left out here
/// too; where they name what the lab does not have, nothing is.
pub fn untold(lab: &Lab, reason: &str, region: &str, started: &str, options: &Options) -> Judged {
    let reason = report::text::visible(reason);
    let steps = graph::steps(lab, options).unwrap_or_else(|_| lab.steps.iter().collect());
    let steps = steps.into_iter().map(|step| {
        let checks = judged(step, options).map(|check| {
            let mut report = check::blank(check);
            check::could_not_tell(&mut report, reason.clone());
            report
        });
        step_report(step, checks.collect(), Vec::new(), Vec::new())
    });
    let mut report = whole(lab, steps.filter(|step| !step.checks.is_empty()).collect());
    report.verdict = Verdict::Unknown;
    region.clone_into(&mut report.region);
    started.clone_into(&mut report.started);
    let evidence = Evidence {
        schema: evidence::SCHEMA.to_owned(),
        tool: report.tool.clone(),
        lab: lab.id.clone(),
        region: region.to_owned(),
        started: started.to_owned(),
        options: options.clone(),
        unreachable: Some(reason),
        ..Evidence::default()
    };
    Judged { report, evidence }
}

/// The checks of a step that are judged: with those of its probe, if one is sent.
pub(super) fn judged<'s>(step: &'s Step, options: &Options) -> impl Iterator<Item = &'s Check> {
    let hops = step.probe.iter().filter(|_| !options.no_probe);
    step.checks.iter().chain(hops.flat_map(|p| &p.hops).map(|h| &h.check))
}

/// What of the lab's points these steps do not have.
fn left_out(lab: &Lab, steps: &[StepReport]) -> Vec<LeftOut> {
    let whole = Options::default();
    let of = |step: &Step| {
        judged(step, &whole)
            .filter(|c| !c.optional)
            .map(|c| c.points)
            .sum::<u32>()
    };
    let here = |step: &Step| steps.iter().find(|s| s.id == step.id).map_or(0, |s| s.points.possible);
    let left = lab.steps.iter().map(|step| LeftOut {
        step: step.id.clone(),
        possible: of(step).saturating_sub(here(step)),
    });
    left.filter(|left| left.possible > 0).collect()
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
        left_out: left_out(lab, &steps),
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

impl Judged {
    /// Adds a note that is not the judge's own.
    pub fn note(&mut self, text: String) {
        let text = report::text::visible(&crate::redact::text(&text, &|_| false));
        self.evidence.notes.push(text.clone());
        self.report.notes.push(text);
    }

    /// Adds what is left in the account of an earlier run.
    pub fn left(&mut self, text: String) {
        let text = report::text::visible(&crate::redact::text(&text, &|_| false));
        self.evidence.leftovers.push(text.clone());
        self.report.leftovers.push(text);
    }
}
