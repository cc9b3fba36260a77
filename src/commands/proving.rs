//! One account that proves something of a lab: made, checked, and held against what it should show.

use super::fixing::{Followed, Workshop};
use super::sandbox::{deploy, open};
use crate::cli::DEFAULT_REGION;
use crate::course::{CheckAs, Deviation, Lab};
use crate::judge::{Judged, NOT_SHOWN, Options, judge};
use crate::rehearsal::Subject;
use crate::report::{Report, Verdict};
use crate::sandbox::{AccountNumber, Sandbox};
use std::collections::BTreeSet;
use std::time::Instant;
use tokio::sync::{Semaphore, watch};

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

impl Proving<'_> {
    /// Makes the `n`th account, checks it, and fixes it as its report says.
    pub async fn prove(&self, subject: Subject<'_>, n: usize) -> Shown {
        let mut shown = Shown {
            what: subject.deviation().map_or("the solution".to_owned(), |d| d.id.clone()),
            wrong: Vec::new(),
            detail: String::new(),
            seconds: 0.0,
            advice: BTreeSet::new(),
        };
        let clock = Instant::now();
        if let Err(error) = self.show(subject, n, &mut shown).await {
            shown.wrong.push(format!("could not be tried: {error:#}"));
        }
        if !shown.wrong.is_empty() {
            if matches!(subject, Subject::Fault(_)) {
                shown.detail = String::new();
            }
            let place = subject.deviation().map(Deviation::place);
            shown.wrong.extend(place.map(|place| format!("it is at {place}")));
        }
        shown.seconds = clock.elapsed().as_secs_f64();
        shown
    }

    async fn show(&self, subject: Subject<'_>, n: usize, shown: &mut Shown) -> anyhow::Result<()> {
        let Self { lab, sandbox, .. } = *self;
        let number: AccountNumber = format!("{:012}", 100_000_000_000u64 + n as u64).parse()?;
        let deviation = subject.deviation();
        let region = deviation.and_then(|d| d.region.as_deref()).unwrap_or(DEFAULT_REGION);
        {
            let _turn = self.deployments.acquire().await?;
            deploy(sandbox, &number, region, lab, deviation).await?;
        }
        let who = deviation.map_or(CheckAs::Student, |d| d.check_as);
        let account = open(sandbox, &number, DEFAULT_REGION, who).await?;
        let (_never, stop) = watch::channel(0);
        let judged = judge(lab, &account, &Options::default(), &|_| (), stop).await?;
        let Judged { report, advice, .. } = judged;
        shown.advice = advice;
        shown.wrong = complaints(subject, &report);
        let Subject::Fault(fault) = subject else {
            shown.detail = format!("{} of {} points", report.points.earned, report.points.possible);
            return Ok(());
        };
        shown.detail = format!("fails {}", fault.fails.join(", "));
        // What fails wrongly is not fixed as it should be either.
        if let (Some(workshop), true) = (&self.workshop, shown.wrong.is_empty()) {
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
}

/// What a report says that it should not say.
fn complaints(subject: Subject<'_>, report: &Report) -> Vec<String> {
    let contradictions = subject.contradictions(report).into_iter();
    let mut wrong: Vec<String> = contradictions.map(|contradiction| contradiction.says).collect();
    if matches!(subject, Subject::Solution) && report.verdict != Verdict::Pass {
        wrong.push("the solution does not pass".to_owned());
    }
    wrong.extend(report.leftovers.iter().cloned());
    wrong.extend(unsaid(report));
    wrong
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
