//! The spine: one lab in one account, from graph to report.
//!
//! What an expression mentions is the dependency graph. Every check, resource and probe is a future that waits for
//! exactly what it mentions; all of them run at once.

use super::advice::advise;
use super::assemble::{assemble, judged_checks, step_report};
use super::causes::relate_failures;
use super::evidence::{Evidence, Hidden, Live, Replay, SCHEMA, Source, Tape, redact_evidence, redact_report};
use super::foresight::look_ahead;
use super::graph;
use super::judged::{Judged, indeterminate_report};
use super::lab_run::LabRun;
use super::observer::Observer;
use super::options::{NOT_SENT, Options};
use super::outcome::Outcome;
use super::probe::{ProbeRun, Probed};
use super::proof::{overrule, show_unproved};
use super::verdict::{interrupted, round};
use crate::account::{Account, CallError, Identity};
use crate::course::{Lab, Step, UnknownName};
use crate::inventory::{Charge, least};
use crate::report::{CheckReport, Report, StepReport};
use chrono::Utc;
use futures::future::join_all;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::time::Instant;
use tokio::sync::watch;

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The very first call failed: no other can succeed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The user stopped before AWS had said whose account this is.
    #[error("stopped before AWS answered")]
    Stopped,
    /// A step or resource that the lab does not have.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
}

/// Judges `lab` in `account`. When `stop` counts up, what is not known yet becomes unknown and what the probe made is
/// still removed; at the second count that is given up too.
///
/// # Errors
/// When the account cannot be reached at all, or `options` name what the lab does not have.
pub async fn judge(
    lab: &Lab,
    account: &Account,
    options: &Options,
    observer: &dyn Observer,
    stop: watch::Receiver<u8>,
) -> Result<Judged, JudgeError> {
    judge_on(lab, account, options, observer, stop, None).await
}

/// Judges `lab` as [`judge`] does, where the account's requests are recorded on a tape, or replayed from one.
///
/// # Errors
/// Those of [`judge`].
pub async fn judge_on(
    lab: &Lab,
    account: &Account,
    options: &Options,
    observer: &dyn Observer,
    stop: watch::Receiver<u8>,
    tape: Option<&dyn Tape>,
) -> Result<Judged, JudgeError> {
    let live = Live::on(account, tape);
    let started = Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let clock = Instant::now();
    let Whole {
        mut report,
        identity,
        hidden,
        advice,
        fingerprints,
        charges,
    } = run(lab, &live, options, observer, stop.clone()).await?;
    report.started.clone_from(&started);
    report.seconds = round(clock.elapsed().as_secs_f64());
    redact_report(&mut report, &hidden);
    let mut evidence = live.into_evidence();
    redact_evidence(&mut evidence, &hidden);
    let evidence = Evidence {
        schema: SCHEMA.to_owned(),
        tool: report.tool.clone(),
        lab: lab.id.clone(),
        identity: Some(identity),
        region: report.region.clone(),
        started,
        seconds: report.seconds,
        options: options.clone(),
        stopped: *stop.borrow() > 0,
        ..evidence
    };
    Ok(Judged {
        report,
        evidence,
        advice,
        fingerprints,
        charges,
    })
}

/// Judges again what `evidence` has of an account: no call is made. What it does not include is unknown. Gives the charges
/// too, as [`Judged`] has them.
///
/// # Errors
/// When the evidence's options name what the lab does not have.
pub async fn rejudge(lab: &Lab, evidence: &Evidence) -> Result<(Report, Vec<Charge>), JudgeError> {
    if let Some(reason) = &evidence.unreachable {
        let (region, started) = (&evidence.region, &evidence.started);
        let report = indeterminate_report(lab, reason, region, started, &evidence.options).report;
        return Ok((report, Vec::new()));
    }
    let (_keep, stop) = watch::channel(0u8);
    let replay = Replay::new(evidence);
    let Whole {
        mut report,
        hidden,
        charges,
        ..
    } = run(lab, &replay, &evidence.options, &|_| (), stop).await?;
    report.started.clone_from(&evidence.started);
    report.seconds = evidence.seconds;
    report.notes.extend(evidence.notes.iter().cloned());
    report.leftovers.extend(evidence.leftovers.iter().cloned());
    report.add_trail(&evidence.trail);
    redact_report(&mut report, &hidden);
    Ok((report, charges))
}

/// A lab that was run.
struct Whole<'l> {
    report: Report,
    identity: Identity,
    hidden: Hidden<'l>,
    /// The ids of the advice that spoke.
    advice: BTreeSet<String>,
    fingerprints: BTreeMap<String, u64>,
    charges: Vec<Charge>,
}

async fn run<'l>(
    lab: &'l Lab,
    source: &dyn Source,
    options: &Options,
    observer: &dyn Observer,
    stop: watch::Receiver<u8>,
) -> Result<Whole<'l>, JudgeError> {
    graph::validate(lab, options)?;
    let steps = graph::steps(lab, options)?;
    let run = LabRun::new(lab, source, options, observer, stop);
    let (identity, mut probed) = run_steps(&run, &steps).await?;
    let mut notes = Vec::new();
    let mut leftovers = Vec::new();
    let mut secrets = Vec::new();
    let mut causes = Vec::new();
    let mut done = run.done.take();
    for probed in &mut probed {
        notes.append(&mut probed.notes);
        leftovers.append(&mut probed.leftovers);
        secrets.append(&mut probed.secrets);
        causes.append(&mut probed.causes);
        done.extend(probed.reports.drain(..).map(|report| (report.id.clone(), report)));
    }
    notes.extend(overrule(&run, &identity, &mut done));
    let advice = advise(&run, &identity, &causes, &mut done);
    show_unproved(&run, &mut done);
    relate_failures(lab, &advice, &mut done);
    let unsent: Vec<&str> = steps
        .iter()
        .filter(|s| options.no_probe && s.probe.is_some())
        .map(|s| s.id.as_str())
        .collect();
    if !unsent.is_empty() {
        notes.push(format!("{NOT_SENT}: {} is not judged", unsent.join(", ")));
    }
    let steps = steps.iter().map(|step| {
        let checks: Vec<CheckReport> = judged_checks(step, options)
            .map(|check| done.remove(&check.id).unwrap_or_else(|| interrupted(check)))
            .collect();
        let path = probed.iter_mut().find(|probed| probed.step == step.id);
        let path = path.map(|probed| std::mem::take(&mut probed.path)).unwrap_or_default();
        step_report(step, checks, shown_resources(&run, step), path)
    });
    let steps: Vec<StepReport> = steps.filter(|s| !s.checks.is_empty()).collect();
    let mut report = assemble(lab, steps);
    report.account.clone_from(&identity.account);
    source.region().clone_into(&mut report.region);
    report.caller.clone_from(&identity.arn);
    report.resources = run.chosen();
    let earning = graph::earning(lab, &report);
    for (name, chosen) in &mut report.resources {
        chosen.without_points = !earning.contains(name);
    }
    report.notes = notes;
    report.leftovers = leftovers;
    let hidden = Hidden::new(lab, source, &run.documents(), secrets);
    Ok(Whole {
        report,
        identity,
        hidden,
        advice: advice.values().map(|advice| advice.id.clone()).collect(),
        fingerprints: run.fingerprints(),
        charges: charges(&run),
    })
}

/// What AWS charges by the hour for what was found, at least.
fn charges(run: &LabRun<'_>) -> Vec<Charge> {
    let of = |(kind, document): (&str, &Value)| match document {
        Value::Array(all) => all.iter().flat_map(|one| least(kind, one)).collect(),
        one => least(kind, one),
    };
    run.documents().into_iter().flat_map(of).collect()
}

/// Runs every check and probe of `steps`, and asks whose account this is.
async fn run_steps(run: &LabRun<'_>, steps: &[&Step]) -> Result<(Identity, Vec<Probed>), JudgeError> {
    let checks = join_all(steps.iter().flat_map(|s| &s.checks).map(|check| run.status(check)));
    let probes = steps.iter().filter(|_| !run.options.no_probe);
    let probes = probes.filter_map(|step| Some(ProbeRun::new(run, step, step.probe.as_ref()?).run()));
    let probes = join_all(probes);
    let stopped = || {
        let mut stop = run.stop.clone();
        async move {
            let _ = stop.wait_for(|n| *n > 0).await;
        }
    };
    let ahead = async {
        look_ahead(run, steps).await;
        pending::<()>().await;
    };
    let checks = async {
        tokio::select! {
            _ = checks => {}
            // What nobody has asked for by then is not waited for.
            () = ahead => {}
            () = stopped() => {}
        }
    };
    // Wrong keys end everything: said once, at once, and not by every check for itself.
    let work = async { tokio::join!(checks, probes).1 };
    tokio::pin!(work);
    let identity = run.source.identity();
    tokio::pin!(identity);
    tokio::select! {
        biased;
        me = &mut identity => {
            let me = me?;
            Ok((me, work.await))
        }
        probed = &mut work => tokio::select! {
            me = &mut identity => Ok((me?, probed)),
            () = stopped() => Err(JudgeError::Stopped),
        },
    }
}

/// The names of the step's resources that its line in the report shows.
fn shown_resources(run: &LabRun, step: &Step) -> Vec<String> {
    let chosen = |name: &&String| matches!(run.known_outcome(name), Some(Outcome::Found { chosen: Some(_), .. }));
    step.finds.iter().filter(chosen).cloned().collect()
}
