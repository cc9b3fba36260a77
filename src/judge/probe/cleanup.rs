//! What a probe leaves in an account: saved before it sends, taken away when it is done, or later if it was cut off.

use super::super::graph::Needs;
use super::super::observer::{Event, MayCome};
use super::super::outcome::Obstacle;
use super::super::verdict::say;
use super::actions::{NotDone, evaluated, known_arguments, remover};
use super::record::{CleanupAction, CleanupRecord};
use super::run::ProbeRun;
use crate::account::Account;
use crate::course::{Action, Note, Removal};
use crate::probe::{Args, Progress, Removed};
use crate::report::Status;
use chrono::Utc;
use futures::FutureExt;
use serde_json::Value;
use std::cell::RefCell;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Attempts to remove what may still arrive begin at this interval and slow down to the other.
const MIN_REMOVE_INTERVAL: Duration = Duration::from_millis(100);
const MAX_REMOVE_INTERVAL: Duration = Duration::from_secs(1);

impl ProbeRun<'_> {
    /// Saves what the probe will have left once hop `index` has begun, before anything is sent.
    ///
    /// # Errors
    /// Why nothing may be sent, as the reason of the hop.
    pub(super) async fn save_record(&self, index: usize) -> Result<(), String> {
        let save = async move {
            let saved = self.run.observer.save(self.record(index)).await;
            saved.map_err(|why| format!("the probe was not sent: its clean-up record could not be saved ({why})"))
        };
        let at = self.at(self.hops[index].hop);
        self.run.source.save(at, save.boxed_local()).await
    }

    fn record(&self, index: usize) -> CleanupRecord {
        let begun = |after: usize| after == index || self.was_reached(after);
        let applies =
            |removal: &&Removal| removal.after.is_none_or(begun) && self.obstacle_to(&removal.action).is_none();
        let actions = self.probe.remove.iter().filter(applies);
        CleanupRecord {
            since: self.progress.since,
            sending: Utc::now(),
            correlation_ids: self.progress.correlation_ids.clone(),
            actions: actions
                .filter_map(|Removal { action, .. }| {
                    Some(CleanupAction {
                        verb: action.verb.clone(),
                        with: evaluated(action, &self.scope).ok()?,
                    })
                })
                .collect(),
        }
    }

    /// Whether a hop has begun or could have, or was seen without being waited for.
    fn was_reached(&self, hop: usize) -> bool {
        let state = &self.hops[hop];
        state.since.is_some() || state.report.status == Status::Pass || self.hops.is_next(hop)
    }

    fn obstacle_to(&self, action: &Action) -> Option<Obstacle> {
        self.run.obstacle(&Needs::of_arguments(self.run.lab, &action.with))
    }

    /// Takes away what the probe made, whatever happened.
    pub(super) async fn clean_up(&mut self) {
        if self.progress.sent == 0 {
            return;
        }
        self.removing(None);
        let is_true = |note: &&Note| note.after.is_none_or(|hop| self.was_reached(hop));
        let note = self.probe.note.iter().filter(is_true);
        let note = note.map(|note| say(&note.text, &self.scope));
        let note: Vec<String> = note.collect();
        self.ended.notes.extend(note);
        let secrets = RefCell::new(Vec::new());
        let (this, seen) = (&*self, &secrets);
        let left = this.run.source.clean_up(
            &this.step.id,
            Box::new(move |account| this.remove_all(account, seen).boxed_local()),
        );
        let left = left.await;
        self.ended.leftovers.extend(left);
        self.ended.secrets.append(&mut secrets.take());
    }

    fn removing(&self, waits: Option<MayCome>) {
        self.run.observer.on(Event::Removing {
            step: self.step.id.clone(),
            waits,
            stopping: *self.run.stop.borrow() > 0,
        });
    }

    /// Removes everything that the course names. What could not be removed, in words.
    async fn remove_all(&self, account: &Account, secrets: &RefCell<Vec<String>>) -> Vec<String> {
        let mut left = Vec::new();
        let mut stop = self.run.stop.clone();
        let mut progress = self.progress.clone();
        for Removal { action, after } in &self.probe.remove {
            let was_made = after.is_none_or(|hop| self.was_reached(hop));
            let obstacle = self.obstacle_to(action);
            if !was_made || matches!(obstacle, Some(Obstacle::Absent(_))) {
                continue;
            }
            let removing = async {
                match obstacle {
                    // It could not be found, and may hold what the probe left all the same.
                    Some(Obstacle::Unknown(reason)) => Err(NotDone::Course(reason)),
                    _ => {
                        let args = evaluated(action, &self.scope)?;
                        remove(account, &action.verb, &args, &progress, &|waits| {
                            self.removing(Some(waits))
                        })
                        .await
                    }
                }
            };
            let failed = tokio::select! {
                removed = removing => match removed {
                    Ok(removed) => {
                        secrets.borrow_mut().extend(removed.secrets);
                        progress.at_rest |= removed.at_rest;
                        // Nothing had come when the waiting ended: a slow function may still be at it.
                        let stopped = *self.run.stop.borrow() > 0 && self.progress.may_arrive;
                        let in_vain = removed.count == 0
                            && !progress.at_rest
                            && (stopped || self.hops.iter().any(|h| h.in_progress));
                        in_vain.then(|| "nothing had arrived when the waiting for it ended".to_owned())
                    }
                    Err(not_done) => Some(not_done.say()),
                },
                _ = async { let _ = stop.wait_for(|n| *n > 1).await; } => Some("stopped before it was done".to_owned()),
            };
            if let Some(why) = failed {
                left.push(format!(
                    "what the probe made could not be removed ({}: {why}); it may have left: {}",
                    action.verb,
                    Value::Object(known_arguments(action, &self.scope))
                ));
            }
        }
        left
    }
}

/// Removes what one verb takes away: again and again while more may still arrive, which `waiting` is told of, then what
/// only a search finds.
async fn remove(
    account: &Account,
    verb: &str,
    args: &Args,
    progress: &Progress,
    waiting: &dyn Fn(MayCome),
) -> Result<Removed, NotDone> {
    let remover = remover(verb)?;
    let mut progress = progress.clone();
    let mut secrets = Vec::new();
    let mut interval = MIN_REMOVE_INTERVAL;
    loop {
        let removed = (remover.attempt)(account, args, &progress).await?;
        progress.removed += removed.count;
        secrets.extend(removed.secrets);
        progress.at_rest |= removed.at_rest;
        let last = progress
            .last_action
            .filter(|_| progress.may_arrive && !progress.at_rest);
        let left = last
            .zip(removed.settles_after)
            .and_then(|(at, settles_after)| settles_after.checked_sub(at.elapsed()));
        let Some(left) = left else { break };
        waiting(MayCome {
            what: (remover.what)(args),
            seconds: left.as_secs() + 1,
        });
        // Between two attempts, until it has settled.
        sleep(interval).await;
        interval = (interval * 3 / 2).min(MAX_REMOVE_INTERVAL);
    }
    let swept = (remover.sweep)(account, args, &progress).await?;
    secrets.extend(swept.secrets);
    Ok(Removed {
        count: progress.removed + swept.count,
        settles_after: None,
        at_rest: progress.at_rest,
        secrets,
    })
}

/// Takes away what a probe left that was cut off. Where nothing is left, nothing happens.
///
/// # Errors
/// What could not be taken away, and why.
pub async fn clean_up_record(account: &Account, record: &CleanupRecord) -> Result<(), Vec<String>> {
    let since = (Utc::now() - record.sending).to_std().unwrap_or_default();
    let last_action = Instant::now().checked_sub(since);
    let progress = Progress {
        correlation_ids: record.correlation_ids.clone(),
        sent: 1,
        // How often it was sent is not known.
        repeated: true,
        last_sent: last_action,
        last_action,
        ..Progress::new(record.since, "")
    };
    let mut failed = Vec::new();
    for CleanupAction { verb, with } in &record.actions {
        if let Err(not_done) = remove(account, verb, with, &progress, &|_| ()).await {
            let why = match not_done {
                NotDone::Course(_) => "this version of edemlab has no such verb".to_owned(),
                NotDone::Call(error) => error.to_string(),
            };
            let left = Value::Object(with.clone());
            failed.push(format!("{verb}: {why}; what it may have left: {left}"));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed) }
}
