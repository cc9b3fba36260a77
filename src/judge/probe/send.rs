//! What a hop sends, once or again, and what came of it.

use super::super::verdict::fail;
use super::actions::{NotDone, evaluated, sender};
use super::run::ProbeRun;
use crate::account::{CallError, Meaning};
use crate::course::{Action, Hop};
use crate::probe::Sent;
use crate::probe::sending::acts_each_time;
use futures::FutureExt;
use std::time::Duration;
use tokio::time::sleep;

/// Who stops while something is being sent waits this long for its answer: one that is lost would leave much to wait for.
const SEND_GRACE: Duration = Duration::from_secs(2);

/// The same of what acts each time: a function that is called may run for minutes, and most answer soon.
const ACT_GRACE: Duration = Duration::from_secs(5);

impl<'r> ProbeRun<'r> {
    /// Sends what a hop sends.
    pub(super) async fn send(&self, hop: &'r Hop, action: &'r Action) -> Result<Sent, NotDone> {
        let args = evaluated(action, &self.scope)?;
        let send = sender(&action.verb)?;
        let mut stop = self.run.stop.clone();
        let grace = match acts_each_time(&action.verb) {
            true => ACT_GRACE,
            false => SEND_GRACE,
        };
        let interrupted = async move {
            let _ = stop.wait_for(|n| *n > 0).await;
            tokio::select! {
                // Until its answer comes, which may be on its way.
                () = sleep(grace) => {}
                _ = stop.wait_for(|n| *n > 1) => {}
            }
        };
        let args = &args;
        let sent = self.run.source.send(
            self.at(hop),
            &action.verb,
            Box::new(move |account| {
                async move {
                    tokio::select! {
                        biased;
                        sent = send(account, args) => sent,
                        () = interrupted => Err(CallError::stopped(&action.verb)),
                    }
                }
                .boxed_local()
            }),
        );
        Ok(sent.await?)
    }

    /// What a hop's sending came to. Where nothing is awaited, the answer decides.
    pub(super) fn sent(&mut self, index: usize, verb: &str, sending: Result<Sent, NotDone>) {
        let state = &mut self.hops[index];
        let hop = state.hop;
        // Only the first hop's events set out on the way.
        let sets_out = hop.after.is_none();
        let progress = &mut self.progress;
        // What a later hop puts on the way may be on it twice as well; what it does once is not.
        progress.repeated |= (sets_out || !acts_each_time(verb)) && may_be_repeated(&sending);
        let mut note = |correlation_ids: Vec<String>| match sets_out {
            true => progress.count(correlation_ids),
            false => {
                progress.act(correlation_ids);
                progress.last_followed = progress.last_action;
            }
        };
        match sending {
            Ok(Sent {
                refused: Some(clue), ..
            }) => {
                note(Vec::new());
                state.done = true;
                fail(&mut state.report, &hop.check, &self.scope);
                state.report.evidence = clue.lines.clone();
                state.show_cause(&clue);
            }
            Ok(sent) => {
                note(sent.correlation_ids);
                if hop.awaits.is_none() {
                    self.arrived(index, &sent.answer);
                }
            }
            // What the student's own resource refuses is the student's to fix; every other error is ours.
            Err(NotDone::Call(error)) if error.meaning() == Meaning::Refused => {
                state.done = true;
                fail(&mut state.report, &hop.check, &self.scope);
                let why = NotDone::Call(error).say();
                state.report.found = Some(format!("the event was refused: {why}"));
            }
            Err(NotDone::Call(error)) if error.may_have_acted() => {
                // It may have arrived: what it would leave is looked for and taken away.
                note(Vec::new());
                self.progress.unanswered = true;
                state.late = true;
                let reason = NotDone::Call(error).say();
                match hop.awaits.is_some() && acts_each_time(verb) {
                    true => state.lost = Some(reason),
                    false => state.unknown(reason),
                }
            }
            Err(not_done) => state.unknown(not_done.say()),
        }
    }

    /// A new trigger or rule misses early events: they are sent again until a hop has seen one.
    pub(super) async fn send_again(&mut self) {
        for index in self.hops.indices() {
            let state = &self.hops[index];
            let Some(send) = state.hop.send.as_ref().filter(|_| state.since.is_some()) else {
                continue;
            };
            let last_sent = self.progress.last_sent;
            let due = send
                .again
                .is_some_and(|again| last_sent.is_none_or(|at| at.elapsed() >= again));
            if due && !self.hops.was_seen_from(index) {
                self.send_more(index).await;
            }
        }
    }

    /// Sends once more what comes to a hop, where the course lets it be sent again: one failed run may have been of
    /// somebody else's event, and two tell. Whether it was sent.
    pub(super) async fn send_once_more(&mut self, index: usize) -> bool {
        let send_of = |hop: usize| self.hops[hop].hop.send.as_ref();
        let Some(from) = self.hops.way_to(index).find(|hop| send_of(*hop).is_some()) else {
            return false;
        };
        if send_of(from).is_none_or(|send| send.again.is_none()) {
            return false;
        }
        if std::mem::replace(&mut self.hops[index].sent_more, true) {
            return false;
        }
        let before = self.progress.sent;
        self.send_more(from).await;
        self.progress.sent > before
    }

    async fn send_more(&mut self, index: usize) {
        let hop = self.hops[index].hop;
        let Some(send) = &hop.send else { return };
        let sending = self.send(hop, &send.action).await;
        let repeated = may_be_repeated(&sending);
        self.progress.repeated |= repeated;
        match sending {
            Ok(sent) => self.progress.count(sent.correlation_ids),
            Err(_) if repeated => self.progress.act(Vec::new()),
            Err(_) => {}
        }
    }
}

/// Whether more events may be on their way than were accepted.
fn may_be_repeated(sending: &Result<Sent, NotDone>) -> bool {
    match sending {
        Ok(sent) => sent.repeated,
        Err(NotDone::Call(error)) => error.may_have_acted(),
        Err(NotDone::Course(_)) => false,
    }
}
