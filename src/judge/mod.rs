//! The spine: one lab in one account, from graph to report.
//!
//! What an expression mentions is the dependency graph. Every check, resource and probe is a future that waits for
//! exactly what it mentions; all of them run at once.

mod check;
mod choice;
mod clean;
pub mod evidence;
mod find;
mod graph;
mod hop;
mod outcome;
mod probe;
mod public;
mod related;
mod sight;
mod signs;
mod source;
mod traces;
mod under;
mod whole;

pub use check::NOT_SHOWN;
pub use evidence::Evidence;
pub use find::reads_descriptions;
pub use outcome::Outcome;
pub use related::{before_probe, probed_resources};
pub use signs::{Signs, signs};
pub use traces::{Left, Trace, remove_trace};
pub use whole::untold;

use crate::account::{Account, CallError, Identity};
use crate::course::{Lab, UnknownName, Vocabulary};
use crate::report::{self, CheckReport, Report, Status, StepReport, Stop};
use crate::{discover, probe as verbs};
use chrono::Utc;
use futures::FutureExt;
use futures::future::{LocalBoxFuture, join_all};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use source::Source;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;
use tokio::sync::{OnceCell, watch};
use whole::{step_report, whole};

/// How the note begins that says which probes were left out.
pub const NOT_SENT: &str = "no event was sent (--no-probe)";

/// The kinds and verbs that a course may use.
pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        kinds: discover::kinds().map(|k| (k.spec)()).collect(),
        verbs: verbs::VERBS.iter().map(verbs::Verb::spec).collect(),
    }
}

/// What to judge.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Only these steps and what they need; all when empty.
    pub steps: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
    /// Send nothing.
    pub no_probe: bool,
    /// Resources that the user names: `stream` → `clicks`.
    pub uses: BTreeMap<String, String>,
}

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A probe waits at a hop.
    Waiting {
        /// The step.
        step: String,
        /// What it waits for.
        what: String,
        /// Seconds so far.
        seconds: u64,
        /// Seconds at most.
        within: u64,
        /// Events sent so far.
        sent: usize,
    },
    /// The probe sends something.
    Sending {
        /// The step.
        step: String,
    },
    /// The probe takes away what it made.
    Removing {
        /// The step.
        step: String,
    },
}

/// Who looks on while a lab is judged. A closure over events is one that keeps nothing.
pub trait Onlooker {
    /// Something happens.
    fn on(&self, event: Event);

    /// A probe is about to send. What it would leave if it were cut off is kept first, so that a later run can take it
    /// away; where it cannot be kept, nothing is sent.
    ///
    /// # Errors
    /// Why it could not be kept.
    fn keep(&self, _trace: Trace) -> LocalBoxFuture<'_, Result<(), String>> {
        futures::future::ready(Ok(())).boxed_local()
    }
}

impl<F: Fn(Event)> Onlooker for F {
    fn on(&self, event: Event) {
        self(event);
    }
}

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

/// One lab in one account under way.
pub(crate) struct Run<'a> {
    lab: &'a Lab,
    source: Source<'a>,
    options: &'a Options,
    on: &'a dyn Onlooker,
    /// How often the user has asked to stop.
    stop: watch::Receiver<u8>,
    outcomes: BTreeMap<&'a str, OnceCell<Outcome>>,
    statuses: BTreeMap<&'a str, OnceCell<Status>>,
    done: RefCell<BTreeMap<String, CheckReport>>,
    ways: RefCell<BTreeMap<String, Vec<Stop>>>,
    notes: RefCell<Vec<String>>,
    leftovers: RefCell<Vec<String>>,
    /// What the probe came to know and nobody else may: tokens.
    secrets: RefCell<Vec<String>>,
}

/// Whether `options` name only what `lab` has: worth knowing before anybody is asked for credentials.
///
/// # Errors
/// The first name that the lab does not have.
pub fn validate(lab: &Lab, options: &Options) -> Result<(), UnknownName> {
    graph::steps(lab, options)?;
    match options.uses.keys().find(|name| !lab.resources.contains_key(*name)) {
        Some(name) => Err(UnknownName::new(
            "resource",
            name,
            lab.resources.keys().map(String::as_str),
        )),
        None => Ok(()),
    }
}

/// A report, and what it was judged from.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The report.
    pub report: Report,
    /// What it was judged from.
    pub evidence: Evidence,
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
    on: &dyn Onlooker,
    stop: watch::Receiver<u8>,
) -> Result<Judged, JudgeError> {
    let source = Source::Account(account, Box::default());
    let started = Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let clock = Instant::now();
    let (mut report, run, me) = run(lab, source, options, on, stop.clone()).await?;
    let hidden = run.hidden();
    report.started.clone_from(&started);
    report.seconds = round(clock.elapsed().as_secs_f64());
    clean::clean(&mut report, &hidden);
    let mut evidence = match &run.source {
        Source::Account(_, seen) => seen.take(),
        Source::Evidence(_) => Evidence::default(),
    };
    evidence.redact(&hidden);
    let evidence = Evidence {
        schema: evidence::SCHEMA.to_owned(),
        tool: report.tool.clone(),
        lab: lab.id.clone(),
        identity: Some(me),
        region: report.region.clone(),
        started,
        seconds: report.seconds,
        options: options.clone(),
        stopped: *stop.borrow() > 0,
        ..evidence
    };
    Ok(Judged { report, evidence })
}

/// Judges again what `evidence` holds of an account: no call is made. What it does not hold is unknown.
///
/// # Errors
/// When the evidence's options name what the lab does not have.
pub async fn rejudge(lab: &Lab, evidence: &Evidence) -> Result<Report, JudgeError> {
    if let Some(reason) = &evidence.unreachable {
        return Ok(untold(lab, reason, &evidence.region, &evidence.started, &evidence.options).report);
    }
    let (_keep, stop) = watch::channel(0u8);
    let (mut report, run, _) = run(lab, Source::Evidence(evidence), &evidence.options, &|_| (), stop).await?;
    report.started.clone_from(&evidence.started);
    report.seconds = evidence.seconds;
    report.notes.extend(evidence.notes.iter().cloned());
    report.leftovers.extend(evidence.leftovers.iter().cloned());
    clean::clean(&mut report, &run.hidden());
    Ok(report)
}

async fn run<'a>(
    lab: &'a Lab,
    source: Source<'a>,
    options: &'a Options,
    on: &'a dyn Onlooker,
    stop: watch::Receiver<u8>,
) -> Result<(Report, Run<'a>, Identity), JudgeError> {
    validate(lab, options)?;
    let steps = graph::steps(lab, options)?;
    let run = Run::new(lab, source, options, on, stop.clone());
    let me = run.everything(&steps, stop).await?;
    run.relate_failures();
    let unsent: Vec<&str> = steps
        .iter()
        .filter(|s| options.no_probe && s.probe.is_some())
        .map(|s| s.id.as_str())
        .collect();
    if !unsent.is_empty() {
        run.notes
            .borrow_mut()
            .push(format!("{NOT_SENT}: {} is not judged", unsent.join(", ")));
    }
    let steps = steps
        .iter()
        .map(|step| run.step_report(step))
        .filter(|s| !s.checks.is_empty());
    let mut report = whole(lab, steps.collect());
    report.account.clone_from(&me.account);
    run.source.region().clone_into(&mut report.region);
    report.caller.clone_from(&me.arn);
    report.resources = run.chosen();
    report.notes = run.notes.take();
    report.leftovers = run.leftovers.take();
    Ok((report, run, me))
}

impl<'a> Run<'a> {
    fn new(
        lab: &'a Lab,
        source: Source<'a>,
        options: &'a Options,
        on: &'a dyn Onlooker,
        stop: watch::Receiver<u8>,
    ) -> Self {
        Self {
            lab,
            source,
            options,
            on,
            stop,
            outcomes: lab.resources.keys().map(|n| (n.as_str(), OnceCell::new())).collect(),
            statuses: lab.checks().map(|(_, c)| (c.id.as_str(), OnceCell::new())).collect(),
            done: RefCell::default(),
            ways: RefCell::default(),
            notes: RefCell::default(),
            leftovers: RefCell::default(),
            secrets: RefCell::default(),
        }
    }

    /// Runs every check and probe of `steps`, and asks whose account this is.
    async fn everything(
        &self,
        steps: &[&crate::course::Step],
        stop: watch::Receiver<u8>,
    ) -> Result<Identity, JudgeError> {
        let checks = join_all(steps.iter().flat_map(|s| &s.checks).map(|check| self.status(check)));
        let probes = join_all(
            steps
                .iter()
                .filter(|_| !self.options.no_probe)
                .filter_map(|s| Some(self.probe(s, s.probe.as_ref()?))),
        );
        let mut interrupt = stop.clone();
        let checks = async {
            tokio::select! {
                _ = checks => {}
                _ = async { let _ = interrupt.wait_for(|n| *n > 0).await; } => {}
            }
        };
        // Wrong keys end everything: said once, at once, and not by every check for itself.
        let work = async { tokio::join!(checks, probes) };
        tokio::pin!(work);
        let identity = self.source.identity();
        tokio::pin!(identity);
        tokio::select! {
            biased;
            me = &mut identity => {
                let me = me?;
                work.await;
                Ok(me)
            }
            _ = &mut work => tokio::select! {
                me = &mut identity => Ok(me?),
                _ = async { let _ = stop.clone().wait_for(|n| *n > 0).await; } => Err(JudgeError::Stopped),
            },
        }
    }

    /// What became of the search for `name`: the first who asks makes it.
    fn outcome<'s>(&'s self, name: &'s str) -> LocalBoxFuture<'s, &'s Outcome> {
        // Many wait while one searches: only the one who does has the room that it takes.
        async move {
            let search = || self.resolve(name).boxed_local();
            self.outcomes[name].get_or_init(search).await
        }
        .boxed_local()
    }

    /// The status of a check: the first who asks judges it.
    fn status<'s>(&'s self, check: &'s crate::course::Check) -> LocalBoxFuture<'s, Status> {
        async move {
            let judge = || self.check(check).boxed_local();
            *self.statuses[check.id.as_str()].get_or_init(judge).await
        }
        .boxed_local()
    }

    fn chosen(&self) -> IndexMap<String, report::Chosen> {
        self.lab
            .resources
            .keys()
            .filter_map(|name| match self.outcomes[name.as_str()].get() {
                Some(Outcome::Found {
                    chosen: Some(chosen), ..
                }) => Some((name.clone(), chosen.clone())),
                _ => None,
            })
            .collect()
    }

    fn step_report(&self, step: &crate::course::Step) -> StepReport {
        let mut done = self.done.borrow_mut();
        let checks: Vec<CheckReport> = whole::judged(step, self.options)
            .map(|check| done.remove(&check.id).unwrap_or_else(|| check::interrupted(check)))
            .collect();
        let about = step.finds.iter().filter(|name| {
            matches!(
                self.outcomes[name.as_str()].get(),
                Some(Outcome::Found { chosen: Some(_), .. })
            )
        });
        let way = self.ways.borrow_mut().remove(&step.id).unwrap_or_default();
        step_report(step, checks, about.cloned().collect(), way)
    }
}

/// Seconds to the hundredth: more is noise.
fn round(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}
