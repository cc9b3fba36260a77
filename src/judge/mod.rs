//! The spine: one lab in one account, from graph to report.
//!
//! What an expression mentions is the dependency graph. Every check, resource and probe is a future that waits for
//! exactly what it mentions; all of them run at once.

mod check;
mod clean;
mod find;
mod graph;
mod hop;
mod outcome;
mod probe;
mod related;
mod under;

pub use check::NOT_SHOWN;
pub use find::reads_descriptions;
pub use outcome::Outcome;

use crate::account::{Account, CallError};
use crate::course::{Lab, UnknownName, Vocabulary};
use crate::report::{self, CheckReport, Points, Report, Status, StepReport, Stop, Verdict};
use crate::{discover, probe as verbs};
use find::Listings;
use futures::FutureExt;
use futures::future::{LocalBoxFuture, join_all};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;
use tokio::sync::{OnceCell, watch};

/// The kinds and verbs that a course may use.
pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        kinds: discover::KINDS.iter().map(|k| (k.spec)()).collect(),
        verbs: verbs::VERBS.iter().map(verbs::Verb::spec).collect(),
    }
}

/// What to judge.
#[derive(Debug, Clone, Default)]
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
    /// The probe takes away what it made.
    Removing {
        /// The step.
        step: String,
    },
}

/// Where events go.
pub type OnEvent<'a> = &'a dyn Fn(Event);

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
    account: &'a Account,
    options: &'a Options,
    on: OnEvent<'a>,
    /// How often the user has asked to stop.
    stop: watch::Receiver<u8>,
    outcomes: BTreeMap<&'a str, OnceCell<Outcome>>,
    listings: Listings,
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

/// Judges `lab` in `account`. When `stop` counts up, what is not known yet becomes unknown and what the probe made is
/// still removed; at the second count that is given up too.
///
/// # Errors
/// When the account cannot be reached at all, or `options` name what the lab does not have.
pub async fn judge(
    lab: &Lab,
    account: &Account,
    options: &Options,
    on: OnEvent<'_>,
    stop: watch::Receiver<u8>,
) -> Result<Report, JudgeError> {
    let started = chrono::Utc::now();
    let clock = Instant::now();
    validate(lab, options)?;
    let steps = graph::steps(lab, options)?;
    let run = Run {
        lab,
        account,
        options,
        on,
        stop: stop.clone(),
        outcomes: lab.resources.keys().map(|n| (n.as_str(), OnceCell::new())).collect(),
        listings: Listings::default(),
        statuses: lab.checks().map(|(_, c)| (c.id.as_str(), OnceCell::new())).collect(),
        done: RefCell::default(),
        ways: RefCell::default(),
        notes: RefCell::default(),
        leftovers: RefCell::default(),
        secrets: RefCell::default(),
    };
    let checks = join_all(steps.iter().flat_map(|s| &s.checks).map(|check| run.status(check)));
    let probes = join_all(
        steps
            .iter()
            .filter(|_| !options.no_probe)
            .filter_map(|s| Some(run.probe(s, s.probe.as_ref()?))),
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
    let identity = account.identity();
    tokio::pin!(identity);
    let me = tokio::select! {
        biased;
        me = &mut identity => {
            let me = me?;
            work.await;
            me
        }
        _ = &mut work => tokio::select! {
            me = &mut identity => me?,
            _ = async { let _ = stop.clone().wait_for(|n| *n > 0).await; } => return Err(JudgeError::Stopped),
        },
    };

    run.relate_failures();
    let unsent: Vec<&str> = steps
        .iter()
        .filter(|s| options.no_probe && s.probe.is_some())
        .map(|s| s.id.as_str())
        .collect();
    if !unsent.is_empty() {
        run.notes.borrow_mut().push(format!(
            "no event was sent (--no-probe): {} is not judged",
            unsent.join(", ")
        ));
    }
    let steps: Vec<StepReport> = steps
        .iter()
        .map(|step| run.step_report(step))
        .filter(|s| !s.checks.is_empty())
        .collect();
    let all = || steps.iter().flat_map(|s| &s.checks);
    let mut report = Report {
        schema: report::SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        lab: lab.id.clone(),
        title: lab.title.clone(),
        edition: lab.edition.clone(),
        account: me.account,
        region: account.region().to_owned(),
        caller: me.arn,
        started: started.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        seconds: round(clock.elapsed().as_secs_f64()),
        verdict: match report::worst(all()) {
            Status::Pass => Verdict::Pass,
            Status::Fail => Verdict::Fail,
            Status::Unknown | Status::Blocked => Verdict::Unknown,
        },
        points: Points::of(all()),
        resources: run.chosen(),
        notes: run.notes.take(),
        leftovers: run.leftovers.take(),
        steps,
    };
    clean::clean(&mut report, &run.hidden_values());
    Ok(report)
}

impl<'a> Run<'a> {
    /// What became of the search for `name`: the first who asks makes it.
    fn outcome<'s>(&'s self, name: &'s str) -> LocalBoxFuture<'s, &'s Outcome> {
        async move { self.outcomes[name].get_or_init(|| self.resolve(name)).await }.boxed_local()
    }

    /// The status of a check: the first who asks judges it.
    fn status<'s>(&'s self, check: &'s crate::course::Check) -> LocalBoxFuture<'s, Status> {
        async move { *self.statuses[check.id.as_str()].get_or_init(|| self.check(check)).await }.boxed_local()
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
        let hops = step.probe.iter().flat_map(|p| &p.hops).map(|h| &h.check);
        let probed = !self.options.no_probe;
        let checks: Vec<CheckReport> = step
            .checks
            .iter()
            .chain(hops.filter(|_| probed))
            .map(|check| done.remove(&check.id).unwrap_or_else(|| check::interrupted(check)))
            .collect();
        let about = step.finds.iter().filter(|name| {
            matches!(
                self.outcomes[name.as_str()].get(),
                Some(Outcome::Found { chosen: Some(_), .. })
            )
        });
        StepReport {
            id: step.id.clone(),
            title: step.title.clone(),
            chapter: step.chapter.clone(),
            status: report::worst(checks.iter()),
            points: Points::of(checks.iter()),
            about: about.cloned().collect(),
            way: self.ways.borrow_mut().remove(&step.id).unwrap_or_default(),
            checks,
        }
    }
}

/// Seconds to the hundredth: more is noise.
fn round(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}
