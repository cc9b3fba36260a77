//! A report with what it was judged from; and that of an account that could not be reached.

use super::assemble::{assemble, judged_checks, step_report};
use super::evidence::{Evidence, SCHEMA};
use super::graph;
use super::options::Options;
use super::verdict::{blank, unknown};
use crate::course::Lab;
use crate::inventory::Charge;
use crate::report::{Report, Trail, Verdict, text::visible};
use std::collections::{BTreeMap, BTreeSet};

/// A report, and what it was judged from.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The report.
    pub report: Report,
    /// What it was judged from.
    pub evidence: Evidence,
    /// The ids of the lab's advice that the report shows.
    pub advice: BTreeSet<String>,
    /// For each resource that was found, a fingerprint: it differs where somebody has changed something.
    pub fingerprints: BTreeMap<String, u64>,
    /// What AWS charges by the hour for what was found, at least, whether anybody uses it or not.
    pub charges: Vec<Charge>,
}

/// What is known of an account that cannot be reached: nothing, and why. What `options` leave out is left out here
/// too; where they name what the lab does not have, nothing is.
pub fn indeterminate_report(lab: &Lab, reason: &str, region: &str, started: &str, options: &Options) -> Judged {
    let reason = visible(reason);
    let steps = graph::steps(lab, options).unwrap_or_else(|_| lab.steps.iter().collect());
    let steps = steps.into_iter().map(|step| {
        let checks = judged_checks(step, options).map(|check| {
            let mut report = blank(check);
            unknown(&mut report, reason.clone());
            report
        });
        step_report(step, checks.collect(), Vec::new(), Vec::new())
    });
    let mut report = assemble(lab, steps.filter(|step| !step.checks.is_empty()).collect());
    report.verdict = Verdict::Unknown;
    region.clone_into(&mut report.region);
    started.clone_into(&mut report.started);
    let evidence = Evidence {
        schema: SCHEMA.to_owned(),
        tool: report.tool.clone(),
        lab: lab.id.clone(),
        region: region.to_owned(),
        started: started.to_owned(),
        options: options.clone(),
        unreachable: Some(reason),
        ..Evidence::default()
    };
    Judged {
        report,
        evidence,
        advice: BTreeSet::new(),
        fingerprints: BTreeMap::new(),
        charges: Vec::new(),
    }
}

impl Judged {
    /// Adds what CloudTrail has recorded: evidence beside the verdict, which it does not change.
    pub fn add_trail(&mut self, trail: Trail) {
        self.report.add_trail(&trail);
        self.evidence.trail = trail;
    }

    /// Adds a note that is not the judge's own.
    pub fn note(&mut self, text: String) {
        let text = visible(&crate::redact::text(&text, &|_| false));
        self.evidence.notes.push(text.clone());
        self.report.notes.push(text);
    }

    /// Adds what is left in the account of an earlier run.
    pub fn left(&mut self, text: String) {
        let text = visible(&crate::redact::text(&text, &|_| false));
        self.evidence.leftovers.push(text.clone());
        self.report.leftovers.push(text);
    }
}
