//! One run of a probe, from its first event to what is left of it.

use super::super::advice::Cause;
use super::super::evidence::{At, Waiting};
use super::super::graph::Needs;
use super::super::lab_run::LabRun;
use super::super::observer::Event;
use super::super::outcome::Obstacle;
use super::super::verdict::{interrupted, round};
use super::hops::Hops;
use crate::course::{Hop, Probe, Step};
use crate::expr::Scope;
use crate::probe::Progress;
use crate::report::{CheckReport, PathStep};
use chrono::Utc;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Looking begins at this interval and slows down to the other.
const MIN_LOOK_INTERVAL: Duration = Duration::from_millis(100);
const MAX_LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// One run of a probe.
pub struct ProbeRun<'r> {
    pub(super) run: &'r LabRun<'r>,
    pub(super) step: &'r Step,
    pub(super) probe: &'r Probe,
    pub(super) hops: Hops<'r>,
    /// What expressions see.
    pub(super) scope: Scope,
    pub(super) progress: Progress,
    /// When the events set out.
    pub(super) began: Instant,
    pub(super) ended: Probed,
}

/// What a probe came to.
#[derive(Debug, Default)]
pub struct Probed {
    /// The step's id.
    pub step: String,
    /// The reports of its hops.
    pub reports: Vec<CheckReport>,
    /// The line that shows the way.
    pub path: Vec<PathStep>,
    /// What the user has to know of it.
    pub notes: Vec<String>,
    /// What it left in the account and could not take away.
    pub leftovers: Vec<String>,
    /// What it came to know and nobody else may: tokens.
    pub secrets: Vec<String>,
    /// Why hops failed, where evidence shows it.
    pub causes: Vec<Cause>,
}

impl<'r> ProbeRun<'r> {
    /// A probe of `step` that has not begun.
    pub fn new(run: &'r LabRun<'r>, step: &'r Step, probe: &'r Probe) -> Self {
        Self {
            run,
            step,
            probe,
            hops: Hops::of(probe),
            scope: Scope::default(),
            progress: Progress::new(Utc::now(), ""),
            began: Instant::now(),
            ended: Probed {
                step: step.id.clone(),
                ..Probed::default()
            },
        }
    }

    /// Runs it: prepares, sends, follows the events hop by hop, and takes away what they left.
    pub async fn run(mut self) -> Probed {
        let mut stop = self.run.stop.clone();
        let prepared = tokio::select! {
            prepared = self.prepare() => prepared,
            _ = async { let _ = stop.wait_for(|n| *n > 0).await; } => false,
        };
        if prepared {
            match self.begin() {
                Ok(()) => {
                    let all_decided = self.follow().await;
                    self.run.source.ended(&self.step.id, all_decided);
                    self.progress.arrived = self.hops.iter().last().is_some_and(|h| h.seen.is_some());
                    self.progress.may_arrive =
                        !all_decided || self.progress.repeated || self.hops.iter().any(|h| h.late);
                    self.clean_up().await;
                }
                Err(reason) => self.hops.iter_mut().for_each(|h| h.unknown(reason.clone())),
            }
        }
        self.finish()
    }

    /// A hop of this probe.
    pub(super) fn at(&self, hop: &'r Hop) -> At<'r> {
        At {
            step: &self.step.id,
            hop: &hop.check.id,
        }
    }

    /// Waits for what the hops mention. Nothing is sent when the first of them cannot be: then this is false.
    async fn prepare(&mut self) -> bool {
        self.scope = self.run.scope(&Needs::of_probe(self.run.lab, self.probe)).await;
        for index in self.hops.indices() {
            let state = &mut self.hops[index];
            if state.done {
                continue;
            }
            let before = self.run.prerequisites(&state.hop.check).await;
            let obstacle = self.run.obstacle(&Needs::of_hop(self.run.lab, state.hop));
            match (before.unknown, obstacle) {
                _ if !before.open.is_empty() => state.block(before.open),
                (Some(reason), _) | (None, Some(Obstacle::Unknown(reason))) => state.unknown(reason),
                (None, Some(Obstacle::Absent(absent))) => {
                    state.block(self.run.exists_checks(absent.iter().map(String::as_str)));
                }
                (None, None) => continue,
            }
            self.hops.block_behind(index);
        }
        self.hops.iter().next().is_some_and(|first| !first.done)
    }

    /// Gives the run its values.
    ///
    /// # Errors
    /// The value under `let` that has none, with its place.
    fn begin(&mut self) -> Result<(), String> {
        let now = Utc::now();
        let fresh = json!({
            "id": format!("edemlab-{}", uuid::Uuid::new_v4().simple()),
            "now": now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            "number": number(),
        });
        let values = self.run.source.probe_values(&self.step.id, fresh);
        bind_values(self.probe, &mut self.scope, &values)?;
        // Clocks differ a little; a log's time is AWS's.
        let since = now - chrono::Duration::milliseconds(1000);
        self.progress = Progress::new(since, values["id"].as_str().unwrap_or_default());
        self.began = Instant::now();
        Ok(())
    }

    /// Follows the events until every hop is decided; false when the user stopped before that.
    async fn follow(&mut self) -> bool {
        let mut stop = self.run.stop.clone();
        let mut interval = MIN_LOOK_INTERVAL;
        loop {
            if *stop.borrow() > 0 {
                return tokio::select! {
                    all_decided = self.last_look() => all_decided,
                    _ = stop.wait_for(|n| *n > 1) => false,
                };
            }
            if self.begin_hops().await {
                interval = MIN_LOOK_INTERVAL;
            }
            if self.run.source.waiting(&self.step.id) == Waiting::WasStopped {
                return self.last_look().await;
            }
            tokio::select! {
                () = self.look_and_decide() => {}
                _ = stop.wait_for(|n| *n > 0) => continue,
            }
            if self.hops.all_done() {
                return true;
            }
            // What has just been decided may let another begin at once.
            if self.hops.to_begin(0).is_some() {
                continue;
            }
            self.send_again().await;
            tokio::select! {
                // Between two looks, until the hop's own time is over.
                _ = sleep(jittered(interval)) => {}
                _ = stop.wait_for(|n| *n > 0) => {}
            }
            interval = (interval * 3 / 2).min(MAX_LOOK_INTERVAL);
        }
    }

    async fn look_and_decide(&mut self) {
        self.look_everywhere().await;
        if self.hops.all_done() {
            return;
        }
        self.show_waiting();
        for index in self.hops.waiting() {
            self.decide_missing(index).await;
        }
    }

    /// Where nobody waits any longer: what has come meanwhile, or cannot come any more, decides what is removed. Gives
    /// whether every hop is decided.
    async fn last_look(&mut self) -> bool {
        self.look_everywhere().await;
        for index in self.hops.waiting() {
            self.decide_hopeless(index).await;
        }
        // Whoever stopped in the middle of a look may have left that undone.
        for index in self.hops.indices() {
            if self.hops[index].came_to_nothing() {
                self.hops.block_behind(index);
            }
        }
        self.hops.all_done()
    }

    fn show_waiting(&self) {
        if let Some(first) = self.hops.waiting().first() {
            let state = &self.hops[*first];
            self.run.observer.on(Event::Waiting {
                step: self.step.id.clone(),
                what: state.hop.check.title.clone(),
                seconds: state.since.map_or(0, |since| since.elapsed().as_secs()),
                within: state.within.as_secs(),
                sent: self.progress.sent,
            });
        }
    }

    fn finish(self) -> Probed {
        let mut ended = self.ended;
        for mut state in self.hops.into_iter() {
            if !state.done {
                state.report = interrupted(&state.hop.check);
            }
            state.report.seconds = round(state.seen.unwrap_or_default());
            ended.path.push(PathStep {
                name: state.hop.label.clone(),
                status: state.report.status,
                seconds: state.seen.map(round),
            });
            ended.causes.extend(state.cause.map(|error| Cause {
                hop: state.hop.check.id.clone(),
                error,
            }));
            ended.reports.push(state.report);
        }
        ended
    }
}

/// Many probes at once must not look in step: up to a quarter more.
fn jittered(interval: Duration) -> Duration {
    interval + interval.mul_f64(fastrand::f64() / 4.0)
}

/// A number that no other run has, small enough for every language's integers.
fn number() -> u32 {
    fastrand::u32(..) / 2
}

fn bind_values(probe: &Probe, scope: &mut Scope, values: &Value) -> Result<(), String> {
    scope.bind("probe", values);
    for (name, value) in &probe.values {
        let evaluated = value
            .value
            .evaluate(scope)
            .map_err(|e| format!("{}: {e}", value.place()))?;
        scope.bind(name, &evaluated);
    }
    Ok(())
}
