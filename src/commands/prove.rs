//! `edemlab prove`: the solution earns every point, each fault makes exactly its checks fail, and together they show every
//! line of the lab's advice. In a sandbox of its own, each in an account of its own.

use super::common;
use super::live::LiveLine;
use super::sandbox::{deploy, find_fault, open};
use crate::cli::DEFAULT_REGION;
use crate::course::{CheckAs, Fault, Lab, Part};
use crate::judge::{Judged, NOT_SHOWN, Options, judge};
use crate::report::{CheckReport, Report, Status, Verdict};
use crate::sandbox::{self, AccountNumber, Paths, Sandbox, StartOptions};
use anyhow::bail;
use colored::Colorize;
use futures::{StreamExt, stream};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};

/// Accounts under way at once: most of them wait for a probe, which costs nothing.
const MAX_CONCURRENT_ACCOUNTS: usize = 64;

/// Deployments at once: each starts two functions, which is all that two cores bear.
const DEPLOYMENTS: usize = 3;

/// What one account showed.
struct ProvedAccount {
    what: String,
    wrong: Vec<String>,
    detail: String,
    seconds: f64,
    /// The ids of the advice that its report gave.
    advice: Vec<String>,
}

/// What all accounts showed.
#[derive(Default)]
struct Proved {
    wrong: usize,
    advice: BTreeSet<String>,
}

pub async fn run(course: Option<PathBuf>, lab: &str, only: &[String]) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Everything)?;
    let lab = course.lab(lab)?;
    if lab.solution.is_none() {
        bail!("the lab {0} has no `labs/{0}/solution.yaml` to prove", lab.id);
    }
    let mut faults: Vec<&Fault> = Vec::new();
    for id in only {
        faults.push(find_fault(lab, id)?);
    }
    if only.is_empty() {
        faults.extend(&lab.faults);
    }
    // What waits longest begins first.
    faults.sort_by_key(|fault| std::cmp::Reverse(longest_wait(lab, fault)));
    let live = LiveLine::new(false);
    let user = Paths::from_environment()?;
    let paths = Paths::new(user.cache(), &format!("prove-{}", std::process::id()))?;
    let options = StartOptions {
        owner: Some(std::process::id()),
        region: DEFAULT_REGION.to_owned(),
        ..StartOptions::default()
    };
    let clock = Instant::now();
    let sandbox = sandbox::start(&paths, &options, &|e| live.sandbox(e)).await?;
    let mut stop = common::interrupts();
    let proved = tokio::select! {
        proved = prove(lab, &sandbox, &faults, &live) => Some(proved),
        _ = async { let _ = stop.wait_for(|n| *n > 0).await; } => None,
    };
    sandbox::remove(&paths).await?;
    live.clear();
    let Some(Proved { wrong, advice }) = proved else {
        bail!("stopped before everything was proved");
    };
    // Some faults show some advice.
    let unshown = match only.is_empty() {
        true => unproved_advice(lab, &advice),
        false => Vec::new(),
    };
    for line in &unshown {
        super::output::print(&format!(" {} {line}", "✗".red()))?;
    }
    let accounts = faults.len() + 1;
    let seconds = clock.elapsed().as_secs_f64();
    let checks = lab.checks().count();
    let verdict = match wrong {
        0 if !unshown.is_empty() => format!(
            "not proved: {} of the lab's {} lines of advice, {seconds:.0} s",
            unshown.len(),
            lab.advice.len()
        )
        .red(),
        0 => format!("proved: {checks} checks, {accounts} accounts, {seconds:.0} s").green(),
        n => {
            format!("not proved: {n} of {accounts} accounts show something else than they should, {seconds:.0} s").red()
        }
    };
    super::output::print(&format!("\n{verdict}"))?;
    Ok(u8::from(wrong > 0 || !unshown.is_empty()))
}

/// The lines of advice that no fault has shown, and those that say so without being so.
fn unproved_advice(lab: &Lab, shown: &BTreeSet<String>) -> Vec<String> {
    let lines = lab.advice.iter().filter_map(|advice| {
        let why = match (shown.contains(&advice.id), &advice.unproved) {
            (false, None) => "no fault shows it: add one, or say why there is none with `unproved: REASON`",
            (true, Some(_)) => "a fault shows it: remove its `unproved`",
            _ => return None,
        };
        Some(format!("advice {} ({}): {why}", advice.id, advice.when.place()))
    });
    lines.collect()
}

/// How long the hops that this fault makes fail may be waited for.
fn longest_wait(lab: &Lab, fault: &Fault) -> Duration {
    let hops = lab.steps.iter().filter_map(|s| s.probe.as_ref()).flat_map(|p| &p.hops);
    let failing = hops.filter(|h| fault.fails.contains(&h.check.id));
    failing.map(|h| h.within).max().unwrap_or_default()
}

async fn prove(lab: &Lab, sandbox: &Sandbox, faults: &[&Fault], live: &LiveLine) -> Proved {
    let deployments = Semaphore::new(DEPLOYMENTS);
    let done = Cell::new(0);
    let all = faults.len() + 1;
    let subjects = std::iter::once(None).chain(faults.iter().map(|f| Some(*f))).enumerate();
    let mut shown = stream::iter(subjects)
        .map(|(n, fault)| account(lab, sandbox, n, fault, &deployments))
        .buffer_unordered(MAX_CONCURRENT_ACCOUNTS);
    let mut proved = Proved::default();
    while let Some(one) = shown.next().await {
        done.set(done.get() + 1);
        let mark = if one.wrong.is_empty() {
            "✓".green()
        } else {
            "✗".red()
        };
        live.line(&format!(
            " {mark} {:<28} {:>5.1} s  {}",
            one.what, one.seconds, one.detail
        ));
        for line in &one.wrong {
            live.line(&format!("     {line}"));
        }
        proved.wrong += usize::from(!one.wrong.is_empty());
        proved.advice.extend(one.advice);
        live.tick(format!("{} of {all} accounts", done.get()));
    }
    proved
}

async fn account(
    lab: &Lab,
    sandbox: &Sandbox,
    n: usize,
    fault: Option<&Fault>,
    deployments: &Semaphore,
) -> ProvedAccount {
    let mut shown = ProvedAccount {
        what: fault.map_or("the solution".to_owned(), |f| f.id.clone()),
        wrong: Vec::new(),
        detail: String::new(),
        seconds: 0.0,
        advice: Vec::new(),
    };
    let clock = Instant::now();
    match judged(lab, sandbox, n, fault, deployments).await {
        Ok(Judged { report, advice, .. }) => {
            shown.advice = advice;
            match fault {
                None => reference(&report, &mut shown),
                Some(fault) => compare(&report, fault, &mut shown),
            }
            shown.wrong.extend(unsaid(&report));
        }
        Err(error) => shown.wrong.push(format!("could not be tried: {error:#}")),
    }
    if let (Some(fault), false) = (fault, shown.wrong.is_empty()) {
        shown.wrong.push(format!("the fault is at {}", fault.place()));
    }
    shown.seconds = clock.elapsed().as_secs_f64();
    shown
}

async fn judged(
    lab: &Lab,
    sandbox: &Sandbox,
    n: usize,
    fault: Option<&Fault>,
    deployments: &Semaphore,
) -> anyhow::Result<Judged> {
    let number: AccountNumber = format!("{:012}", 100_000_000_000u64 + n as u64).parse()?;
    let region = fault.and_then(|f| f.region.as_deref()).unwrap_or(DEFAULT_REGION);
    {
        let _turn = deployments.acquire().await?;
        deploy(sandbox, &number, region, lab, fault).await?;
    }
    let who = fault.map_or(CheckAs::Student, |f| f.check_as);
    let account = open(sandbox, &number, DEFAULT_REGION, who).await?;
    let (_never, stop) = watch::channel(0);
    Ok(judge(lab, &account, &Options::default(), &|_| (), stop).await?)
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

fn reference(report: &Report, shown: &mut ProvedAccount) {
    shown.detail = format!("{} of {} points", report.points.earned, report.points.possible);
    for (_, check) in report.checks() {
        if check.status != Status::Pass {
            shown.wrong.push(contradiction(check, "should pass"));
        }
    }
    if report.verdict != Verdict::Pass {
        shown.wrong.push("the solution does not pass".to_owned());
    }
    shown.wrong.extend(report.leftovers.iter().cloned());
}

fn compare(report: &Report, fault: &Fault, shown: &mut ProvedAccount) {
    let expected: BTreeSet<&str> = fault.fails.iter().map(String::as_str).collect();
    for (_, check) in report.checks() {
        match (expected.contains(check.id.as_str()), check.status) {
            (true, Status::Fail) | (false, Status::Pass | Status::Blocked) => {}
            (true, _) => shown.wrong.push(contradiction(check, "should fail")),
            (false, _) => shown.wrong.push(contradiction(check, "should not fail")),
        }
    }
    shown.wrong.extend(report.leftovers.iter().cloned());
    if shown.wrong.is_empty() {
        shown.detail = format!("fails {}", fault.fails.join(", "));
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
