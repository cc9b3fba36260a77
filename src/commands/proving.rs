//! One account that proves something of a lab: made, checked, and held against what it should show.

use super::fixing::{Followed, Workshop};
use super::sandbox::{deploy, open};
use crate::cli::DEFAULT_REGION;
use crate::course::{CheckAs, Deviation, Fault, Lab, Variant};
use crate::judge::{Judged, NOT_SHOWN, Options, judge};
use crate::report::{CheckReport, Report, Status, Verdict};
use crate::sandbox::{AccountNumber, Sandbox};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};

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

/// What is proved, and by what means.
pub struct Proving<'p> {
    /// The lab.
    pub lab: &'p Lab,
    /// Where its accounts are.
    pub sandbox: &'p Sandbox,
    /// Turns to deploy.
    pub deployments: Semaphore,
    /// What runs the fixes; none where they are not run.
    pub workshop: Option<Workshop<'p>>,
}

/// What one account showed.
pub struct Shown {
    /// Its id.
    pub what: String,
    /// What it should not have shown.
    pub wrong: Vec<String>,
    /// What it showed, where that is right.
    pub detail: String,
    /// How long it took.
    pub seconds: f64,
    /// The ids of the advice that its report gave.
    pub advice: BTreeSet<String>,
}

impl<'l> Subject<'l> {
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

    /// Makes the `n`th account, checks it, and fixes it as its report says.
    pub async fn prove(self, proving: &Proving<'_>, n: usize) -> Shown {
        let mut shown = Shown {
            what: self.deviation().map_or("the solution".to_owned(), |d| d.id.clone()),
            wrong: Vec::new(),
            detail: String::new(),
            seconds: 0.0,
            advice: BTreeSet::new(),
        };
        let clock = Instant::now();
        if let Err(error) = self.show(proving, n, &mut shown).await {
            shown.wrong.push(format!("could not be tried: {error:#}"));
        }
        if !shown.wrong.is_empty() {
            if matches!(self, Self::Fault(_)) {
                shown.detail = String::new();
            }
            let place = self.deviation().map(Deviation::place);
            shown.wrong.extend(place.map(|place| format!("it is at {place}")));
        }
        shown.seconds = clock.elapsed().as_secs_f64();
        shown
    }

    async fn show(self, proving: &Proving<'_>, n: usize, shown: &mut Shown) -> anyhow::Result<()> {
        let Proving { lab, sandbox, .. } = *proving;
        let number: AccountNumber = format!("{:012}", 100_000_000_000u64 + n as u64).parse()?;
        let deviation = self.deviation();
        let region = deviation.and_then(|d| d.region.as_deref()).unwrap_or(DEFAULT_REGION);
        {
            let _turn = proving.deployments.acquire().await?;
            deploy(sandbox, &number, region, lab, deviation).await?;
        }
        let who = deviation.map_or(CheckAs::Student, |d| d.check_as);
        let account = open(sandbox, &number, DEFAULT_REGION, who).await?;
        let (_never, stop) = watch::channel(0);
        let judged = judge(lab, &account, &Options::default(), &|_| (), stop).await?;
        let Judged { report, advice, .. } = judged;
        shown.advice = advice;
        shown.wrong = self.contradictions(&report);
        let Self::Fault(fault) = self else {
            shown.detail = format!("{} of {} points", report.points.earned, report.points.possible);
            return Ok(());
        };
        shown.detail = format!("fails {}", fault.fails.join(", "));
        // What fails wrongly is not fixed as it should be either.
        if let (Some(workshop), true) = (&proving.workshop, shown.wrong.is_empty()) {
            let keys = sandbox.student(&number).await?;
            let followed = workshop.follow(lab, fault, &account, (sandbox, &keys), report).await?;
            match (followed, &fault.unfixed) {
                (Followed::Fixed, None) => shown.detail.push_str("; fixed"),
                (Followed::Open(_), Some(_)) => shown.detail.push_str("; no commands fix it"),
                (Followed::Open(why), None) => shown.wrong.push(format!("its commands do not fix it: {why}")),
                (Followed::Fixed, Some(_)) => {
                    shown.wrong.push("its commands fix it: remove its `unfixed`".to_owned());
                }
            }
        }
        Ok(())
    }

    /// What a report says that it should not say.
    fn contradictions(self, report: &Report) -> Vec<String> {
        let (fails, unknown) = self.expected();
        let mut wrong = Vec::new();
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
                wrong.push(contradiction(check, should));
            }
        }
        if matches!(self, Self::Solution) && report.verdict != Verdict::Pass {
            wrong.push("the solution does not pass".to_owned());
        }
        wrong.extend(report.leftovers.iter().cloned());
        wrong.extend(unsaid(report));
        wrong
    }
}

/// What a check should have done, and what it did.
fn contradiction(check: &CheckReport, should: &str) -> String {
    let is = match check.status {
        Status::Pass => "it passed",
        Status::Blocked => "it was blocked",
        Status::Unknown => "it could not be determined",
        Status::Fail => "it failed",
    };
    let found = check.found.as_ref().map(|found| format!(": {found}"));
    format!("{} {should}, but {is}{}", check.id, found.unwrap_or_default())
}

/// Texts that a student would not have seen, because an expression in them has no value.
fn unsaid(report: &Report) -> Vec<String> {
    let texts = report.checks().flat_map(|(_, check)| {
        let optional = [&check.found, &check.why, &check.fix].into_iter().flatten();
        optional.chain([&check.expected]).map(move |text| (&check.id, text))
    });
    let unsaid = texts.filter(|(_, text)| text.contains(NOT_SHOWN));
    unsaid.map(|(id, text)| format!("{id} says {text}")).collect()
}
