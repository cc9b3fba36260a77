//! One hop from top to bottom: it begins, what it sends is sent, the event is looked for, and it arrives or is missing.

use super::super::evidence::Waiting;
use super::super::graph::Needs;
use super::super::observer::Event;
use super::super::proof::doubts;
use super::super::verdict::{fail, pass, say, unknown};
use super::actions::{NotDone, awaiter, evaluated, evidence, secrets};
use super::hops::Doubt;
use super::run::ProbeRun;
use crate::account::Account;
use crate::course::{Action, Hop, arrival_name};
use crate::probe::{Clue, ErrorSource, Observation};
use crate::report::Status;
use futures::FutureExt;
use futures::future::join_all;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// What a missing event left behind is looked at for the first time after this long, and then at this interval:
/// reading logs is limited to a few calls a second an account.
const FIRST_CLUES_AFTER: Duration = Duration::from_millis(1500);
const CLUES_INTERVAL: Duration = Duration::from_millis(2500);

/// After an event was sent once more, and while something is under way, it is looked at more often.
const CLUES_INTERVAL_UNDER_WAY: Duration = Duration::from_millis(1000);

/// Where the account's configuration says that an event cannot come, it is waited for this long: what is read of a
/// configuration may be wrong. Where the evidence says so too, for half of that.
const GRACE: Duration = Duration::from_secs(10);
const GRACE_WITH_EVIDENCE: Duration = Duration::from_secs(5);

impl<'r> ProbeRun<'r> {
    /// Begins every hop that comes next: sends what it sends, and lets its time run. Whether there was one.
    pub(super) async fn begin_hops(&mut self) -> bool {
        let mut next = self.hops.to_begin(0);
        let any = next.is_some();
        while let Some(index) = next {
            self.begin_hop(index).await;
            next = self.hops.to_begin(index + 1);
        }
        any
    }

    async fn begin_hop(&mut self, index: usize) {
        if let Err(why) = self.save_record(index).await {
            self.hops[index].unknown(why);
            self.hops.block_behind(index);
            return;
        }
        let step = self.step.id.clone();
        self.run.observer.on(Event::Sending { step });
        let hop = self.hops[index].hop;
        if let Some(send) = &hop.send {
            let sending = self.send(hop, &send.action).await;
            self.sent(index, &send.action.verb, sending);
            if self.hops[index].came_to_nothing() {
                self.explain_wrong(index).await;
                self.hops.block_behind(index);
            }
        }
        let now = Instant::now();
        self.hops[index].since = Some(now);
        self.hops[index].next_clues = Some(now + FIRST_CLUES_AFTER);
    }

    /// Looks at every hop where an event may be, all at once.
    pub(super) async fn look_everywhere(&mut self) {
        let this = &*self;
        let looks = this.hops.indices().map(|index| async move {
            let hop = this.hops[index].hop;
            match &hop.awaits {
                Some(action) if this.hops.may_be_seen(index) => Some(this.look(hop, action).await),
                _ => None,
            }
        });
        let observations = join_all(looks).await;
        for (index, observation) in observations.into_iter().enumerate() {
            let Some(observation) = observation else { continue };
            match observation {
                Ok(Observation::Arrived(document)) if !self.hops[index].done => {
                    self.arrived(index, &document);
                    self.hops.prove_before(index);
                    if self.hops[index].came_to_nothing() {
                        self.explain_wrong(index).await;
                        self.hops.block_behind(index);
                    }
                }
                Ok(Observation::Terminal(why)) if self.hops.is_next(index) => {
                    let state = &mut self.hops[index];
                    fail(&mut state.report, &state.hop.check, &self.scope);
                    state.report.found = Some(why);
                    state.done = true;
                    self.hops.block_behind(index);
                }
                Ok(_) => self.hops[index].trouble = None,
                Err(not_done) => self.hops[index].trouble = Some(not_done.say()),
            }
        }
    }

    /// Looks once whether an event has come to a hop.
    async fn look(&self, hop: &'r Hop, action: &'r Action) -> Result<Observation, NotDone> {
        let args = evaluated(action, &self.scope)?;
        let look = awaiter(&action.verb)?;
        let (args, progress) = (&args, &self.progress);
        let observation = self.run.source.observe(
            self.at(hop),
            &action.verb,
            args,
            Box::new(move |account| look(account, args, progress).boxed_local()),
        );
        Ok(observation.await?)
    }

    /// Something has come: whether it is as expected.
    pub(super) fn arrived(&mut self, index: usize, document: &Value) {
        let hop = self.hops[index].hop;
        let seconds = self.run.source.arrival(self.at(hop), self.began.elapsed());
        let state = &mut self.hops[index];
        state.done = true;
        state.seen = Some(seconds);
        let sent = hop.send.as_ref().map(|send| &send.action);
        if let Some(action) = hop.awaits.as_ref().or(sent) {
            self.ended.secrets.extend(secrets(&action.verb, document));
            self.scope.bind(&hop.name, document);
            let here = self.scope.with(arrival_name(&action.verb), document);
            match hop.check.expect.as_ref().map(|e| (e, e.value.holds(&here))) {
                None | Some((_, Ok(true))) => pass(&mut state.report),
                Some((_, Ok(false))) => {
                    fail(&mut state.report, &hop.check, &here);
                    if let Some(differs) = &hop.mismatch {
                        state.report.found = Some(say(differs, &here));
                    }
                }
                // Where nothing is awaited, what comes further down decides.
                Some((expect, Err(error))) if error.is_unknown() && hop.awaits.is_none() => {
                    state.open = Some(error.at(expect.place()));
                    state.done = false;
                    state.seen = None;
                }
                Some((expect, Err(error))) => unknown(&mut state.report, error.at(expect.place())),
            }
        }
    }

    /// Something arrived and is not as expected: what the evidence adds, and its cause where the course has no words of
    /// its own for this.
    async fn explain_wrong(&mut self, index: usize) {
        let state = &self.hops[index];
        if state.report.status != Status::Fail || state.seen.is_none() {
            return;
        }
        let clues = self.clues(index).await;
        let state = &mut self.hops[index];
        state.report.evidence = lines(&clues);
        if state.hop.mismatch.is_none()
            && let Some(clue) = clues.iter().find(|c| c.found.is_some())
        {
            state.show_cause(clue);
        }
    }

    /// A hop that has waited long enough, or whose evidence says that nothing will come, fails.
    pub(super) async fn decide_missing(&mut self, index: usize) {
        let is_over = self.is_over();
        self.doubt(index).await;
        let state = &self.hops[index];
        let hop = state.hop;
        let timed_out = state.since.is_some_and(|since| since.elapsed() >= state.within);
        let due = state.next_clues.is_some_and(|at| Instant::now() >= at);
        if state.done || !(is_over || timed_out || due) {
            return;
        }
        if self.hops[index].open.is_some() {
            if is_over || timed_out {
                self.decide_open(index).await;
            }
            return;
        }
        let clues = self.clues(index).await;
        let terminal = clues.iter().any(|c| c.terminal);
        // A tape may hold more of the evidence than its first answer.
        let is_over = is_over && self.is_over();
        let state = &mut self.hops[index];
        let is_doubted = matches!(state.doubt, Doubt::FailedChecks(_));
        let waited = state.since.map_or(Duration::ZERO, |since| since.elapsed());
        let both_say_so = is_doubted && clues.iter().any(shows_cause) && waited >= GRACE_WITH_EVIDENCE;
        let mut late = is_over || timed_out || both_say_so;
        // What is still under way gets as much time again: it is slow, which is not wrong.
        if late && !is_over && !terminal && clues.iter().any(|c| c.in_progress) && state.within <= hop.within {
            state.within = match std::mem::replace(&mut state.doubt, Doubt::Lifted) {
                Doubt::FailedChecks(_) => hop.within,
                Doubt::None | Doubt::Lifted => hop.within * 2,
            };
            late = false;
        }
        // The evidence may be of an event that has just arrived: look once more before the verdict.
        self.look_everywhere().await;
        if !self.hops[index].done && (late || terminal) {
            self.hops[index].late = !terminal && !is_doubted;
            self.missing(index, &clues);
            self.hops.block_behind(index);
        }
        let sent_more = !self.hops[index].done && points_at_failure(&clues) && self.send_once_more(index).await;
        let interval = match sent_more || clues.iter().any(|clue| clue.in_progress) {
            true => CLUES_INTERVAL_UNDER_WAY,
            false => CLUES_INTERVAL,
        };
        self.hops[index].next_clues = Some(Instant::now() + interval);
    }

    /// Waits for a short time only where failed checks let nobody expect the event.
    async fn doubt(&mut self, index: usize) {
        let state = &self.hops[index];
        if state.done || state.doubt != Doubt::None || state.hop.within <= GRACE {
            return;
        }
        let failed = doubts(self.run, state.hop).await;
        if !failed.is_empty() {
            let state = &mut self.hops[index];
            state.doubt = Doubt::FailedChecks(failed);
            state.within = GRACE;
        }
    }

    /// Whether there is nothing to wait for: what was recorded does not change.
    fn is_over(&self) -> bool {
        self.run.source.waiting(&self.step.id) == Waiting::IsOver
    }

    /// A hop whose evidence says that nothing will come fails, also where it is no longer waited for.
    pub(super) async fn decide_hopeless(&mut self, index: usize) {
        let state = &self.hops[index];
        if state.done || state.open.is_some() {
            return;
        }
        let clues = self.clues(index).await;
        if !clues.iter().any(|clue| clue.terminal) {
            return;
        }
        self.look_everywhere().await;
        if !self.hops[index].done {
            self.missing(index, &clues);
            self.hops.block_behind(index);
        }
    }

    /// Nobody has seen further down what was answered with nothing that decides: it is unknown.
    async fn decide_open(&mut self, index: usize) {
        let clues = self.clues(index).await;
        self.look_everywhere().await;
        let state = &mut self.hops[index];
        if let Some(reason) = state.open.take().filter(|_| !state.done) {
            state.report.evidence = lines(&clues);
            state.late = true;
            state.unknown(reason);
            self.hops.block_behind(index);
        }
    }

    /// The event did not come: the cause where the evidence shows one.
    fn missing(&mut self, index: usize, clues: &[Clue]) {
        let state = &mut self.hops[index];
        state.report.evidence = lines(clues);
        let terminal = clues.iter().any(|c| c.terminal);
        if let (Doubt::FailedChecks(failed), false) = (&state.doubt, terminal) {
            state.report.evidence.push(format!(
                "waited for {} s and not for {}: no event is expected here while {} fails",
                state.since.map_or(0, |since| since.elapsed().as_secs()),
                state.hop.within.as_secs(),
                failed.join(", ")
            ));
        }
        if let Some(clue) = clues.iter().find(|c| c.in_progress && !terminal) {
            state.in_progress = true;
            return state.unknown(clue.found.clone().unwrap_or_default());
        }
        let cause = clues.iter().find(|c| c.found.is_some() && !c.in_progress);
        if cause.is_none()
            && let Some(trouble) = state.trouble.take().or(state.lost.take())
        {
            // We could not look, or do not know whether it was sent: that the event is missing proves nothing.
            return state.unknown(trouble);
        }
        state.done = true;
        fail(&mut state.report, &state.hop.check, &self.scope);
        if let Some(clue) = cause {
            state.show_cause(clue);
        }
    }

    /// What every place has to say of a hop, in the order of the course.
    async fn clues(&mut self, index: usize) -> Vec<Clue> {
        let hop = self.hops[index].hop;
        let this = &*self;
        let clues = this.run.source.clues(
            this.at(hop),
            Box::new(move |account| {
                let looks = hop.evidence.iter().map(move |action| this.clue(account, action));
                join_all(looks).boxed_local()
            }),
        );
        let clues = clues.await;
        let secrets = clues.iter().flat_map(|clue| clue.secrets.iter().cloned());
        self.ended.secrets.extend(secrets);
        clues
    }

    /// What one place has to say. One that cannot be looked at says so.
    async fn clue(&self, account: &Account, action: &Action) -> Clue {
        let needs = Needs::of_arguments(self.run.lab, &action.with);
        self.run.scope(&needs).await;
        if self.run.obstacle(&needs).is_some() {
            return Clue::default();
        }
        let look = async {
            let args = evaluated(action, &self.scope)?;
            Ok(evidence(&action.verb)?(account, &args, &self.progress).await?)
        };
        look.await.unwrap_or_else(|not_done: NotDone| Clue {
            lines: vec![format!("could not look at {}: {}", action.verb, not_done.say())],
            ..Clue::default()
        })
    }
}

/// Whether a place shows why the event is missing, and not that it may still come.
fn shows_cause(clue: &Clue) -> bool {
    clue.error.is_some() && !clue.in_progress
}

/// Whether a run of a function has failed that may not have been the event's: another event would tell.
fn points_at_failure(clues: &[Clue]) -> bool {
    let in_log = |clue: &Clue| {
        clue.error
            .as_ref()
            .is_some_and(|error| error.source == ErrorSource::Log)
    };
    clues.iter().any(|clue| in_log(clue) && shows_cause(clue))
}

fn lines(clues: &[Clue]) -> Vec<String> {
    clues.iter().flat_map(|c| c.lines.iter().cloned()).collect()
}
