//! `edemlab prove`: the solution and its variants earn every point, each fault makes exactly its checks fail, and together
//! they show every line of the lab's advice. In a sandbox of its own, each in an account of its own.

use super::common;
use super::fixing::Workshop;
use super::live::LiveLine;
use super::proving::Proving;
use super::sandbox::find_deviation;
use crate::cli::DEFAULT_REGION;
use crate::course::{Lab, Part};
use crate::rehearsal::Subject;
use crate::sandbox::{self, Paths, StartOptions};
use anyhow::bail;
use colored::Colorize;
use futures::{StreamExt, stream};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;
use tokio::sync::Semaphore;

/// Accounts under way at once: most of them wait for a probe, which costs nothing.
const MAX_CONCURRENT_ACCOUNTS: usize = 64;

/// Deployments at once: each starts two functions, which is all that two cores bear.
const DEPLOYMENTS: usize = 3;

/// What all accounts showed.
#[derive(Default)]
struct Proved {
    wrong: usize,
    advice: BTreeSet<String>,
}

pub async fn run(course: Option<PathBuf>, lab: &str, only: &[String], fixes: bool) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Everything)?;
    let lab = course.lab(lab)?;
    if lab.solution.is_none() {
        bail!("the lab {0} has no `labs/{0}/solution.yaml` to prove", lab.id);
    }
    for id in only {
        find_deviation(lab, id)?;
    }
    let wanted = |subject: &Subject| {
        let id = subject.deviation().map(|deviation| &deviation.id);
        only.is_empty() || id.is_some_and(|id| only.contains(id))
    };
    let faults = lab.faults.iter().map(Subject::Fault);
    let mut subjects: Vec<Subject> = faults
        .chain(lab.variants.iter().map(Subject::Variant))
        .filter(wanted)
        .collect();
    // What waits longest begins first, beside the solution.
    subjects.sort_by_key(|subject| std::cmp::Reverse(subject.longest_wait(lab)));
    subjects.insert(0, Subject::Solution);
    let workshop = match fixes {
        true => Workshop::of(&course.files, lab).await?,
        false => None,
    };
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
    let proving = Proving {
        lab,
        sandbox: &sandbox,
        deployments: Semaphore::new(DEPLOYMENTS),
        workshop,
    };
    let proved = tokio::select! {
        proved = prove(&proving, &subjects, &live) => Some(proved),
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
    let accounts = subjects.len();
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

async fn prove(proving: &Proving<'_>, subjects: &[Subject<'_>], live: &LiveLine) -> Proved {
    let done = Cell::new(0);
    let all = subjects.len();
    let mut shown = stream::iter(subjects.iter().enumerate())
        .map(|(n, subject)| proving.prove(*subject, n))
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
