//! What a probe leaves in an account: said before it sends, taken away when it is done, or later if it was cut off.

use super::check::say;
use super::hop::{Undone, action_needs, deeds, evaluated, missing};
use super::outcome::Obstacle;
use super::under::Hops;
use super::{Event, Run};
use crate::account::{Account, CallError};
use crate::course::{Action, Probe, Removal, Step};
use crate::expr::Scope;
use crate::probe::{Args, Deed, Removed, Watch};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

impl Run<'_> {
    /// Takes away what the probe made, whatever happened.
    pub(super) async fn take_away(&self, step: &Step, probe: &Probe, hops: &Hops<'_>, scope: &Scope, watch: &Watch) {
        if watch.sent == 0 {
            return;
        }
        self.on.on(Event::Removing { step: step.id.clone() });
        if let Some(note) = &probe.note {
            self.notes.borrow_mut().push(say(note, scope));
        }
        if let Some(seen) = self.source.probe(&step.id) {
            self.leftovers.borrow_mut().extend(seen.leftovers.iter().cloned());
            return;
        }
        let mut left = Vec::new();
        let mut stop = self.stop.clone();
        for Removal { action, after } in &probe.remove {
            let never_made = after.is_some_and(|hop| hops.0[hop].since.is_none() && !hops.is_next(hop));
            let obstacle = self.obstacle(&action_needs(self.lab, action));
            if never_made || matches!(obstacle, Some(Obstacle::Absent(_))) {
                continue;
            }
            let removing = async {
                match obstacle {
                    // It could not be found, and may hold what the probe left all the same.
                    Some(Obstacle::Unknown(reason)) => Err(Undone::Course(reason)),
                    _ => self.remove(action, scope, watch).await,
                }
            };
            let failed = tokio::select! {
                removed = removing => match removed {
                    Ok(removed) => {
                        self.secrets.borrow_mut().extend(removed.secrets);
                        // Nothing had come when the waiting ended: a slow function may still be at it.
                        let stopped = *self.stop.borrow() > 0 && watch.may_arrive;
                        let in_vain = removed.count == 0 && (stopped || hops.0.iter().any(|h| h.pending));
                        in_vain.then(|| "nothing had arrived when the waiting for it ended".to_owned())
                    }
                    Err(undone) => Some(undone.say(self)),
                },
                _ = async { let _ = stop.wait_for(|n| *n > 1).await; } => Some("stopped before it was done".to_owned()),
            };
            if let Some(why) = failed {
                left.push(format!(
                    "the probe's traces could not be removed ({}: {why}); what it may have left: {}",
                    action.verb,
                    Value::Object(known_arguments(action, scope))
                ));
            }
        }
        self.source.note_probe(&step.id, |seen| {
            seen.sent = true;
            seen.leftovers.clone_from(&left);
        });
        self.leftovers.borrow_mut().extend(left);
    }

    async fn remove(&self, action: &Action, scope: &Scope, watch: &Watch) -> Result<Removed, Undone> {
        let args = evaluated(action, scope)?;
        match (removing(&action.verb), self.source.account()) {
            (Some(remove), Some(account)) => remove(account, &args, watch).await.map_err(Undone::Call),
            _ => Err(missing(&action.verb)),
        }
    }

    /// What the probe will have left once `hop` has begun is kept before anything is sent.
    ///
    /// # Errors
    /// Why nothing may be sent, as the reason of the hop.
    pub(super) async fn keep_trace(
        &self,
        step: &Step,
        probe: &Probe,
        hops: &Hops<'_>,
        hop: usize,
        scope: &Scope,
        watch: &Watch,
    ) -> Result<(), String> {
        let id = &hops.0[hop].hop.check.id;
        if self.source.account().is_none() {
            let seen = self.source.hop(&step.id, id);
            return seen.and_then(|seen| seen.unsent.clone()).map_or(Ok(()), Err);
        }
        let begun = |after: usize| after == hop || hops.0[after].since.is_some();
        let applies = |removal: &&Removal| {
            removal.after.is_none_or(begun) && self.obstacle(&action_needs(self.lab, &removal.action)).is_none()
        };
        let removals = probe
            .remove
            .iter()
            .filter(applies)
            .filter_map(|Removal { action, .. }| {
                let with = evaluated(action, scope).ok()?;
                Some(Left {
                    verb: action.verb.clone(),
                    with,
                })
            });
        let trace = Trace {
            since: watch.since,
            sending: chrono::Utc::now(),
            marks: watch.marks.clone(),
            removals: removals.collect(),
        };
        let kept = self.on.keep(trace).await;
        kept.map_err(|why| {
            let why = format!("nothing was sent: what the probe would leave could not be noted first ({why})");
            self.source
                .note_hop(&step.id, id, |seen| seen.unsent = Some(why.clone()));
            why
        })
    }
}

/// Those arguments of `action` that have a value: enough to look for it by hand.
fn known_arguments(action: &Action, scope: &Scope) -> Args {
    let known = action.with.iter();
    known
        .filter_map(|(name, arg)| Some((name.clone(), arg.value(scope).ok()?)))
        .collect()
}

/// What a probe that was cut off may have left in an account: enough to take it away later.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// When the probe began.
    pub since: DateTime<Utc>,
    /// When it last sent something.
    pub sending: DateTime<Utc>,
    /// What marks its events.
    pub marks: Vec<String>,
    /// What takes them away.
    pub removals: Vec<Left>,
}

/// One removal of a [`Trace`].
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// The verb.
    pub verb: String,
    /// Its arguments.
    pub with: Args,
}

/// Takes away what a probe left that was cut off. Where nothing is left, nothing happens.
///
/// # Errors
/// What could not be taken away, and why.
pub async fn remove_trace(account: &Account, trace: &Trace) -> Result<(), Vec<String>> {
    let since = (Utc::now() - trace.sending).to_std().unwrap_or_default();
    let last_action = tokio::time::Instant::now().checked_sub(since);
    let watch = Watch {
        since: trace.since,
        marks: trace.marks.clone(),
        sent: 1,
        last_sent: last_action,
        last_action,
        may_arrive: true,
        arrived: false,
    };
    let mut failed = Vec::new();
    for Left { verb, with } in &trace.removals {
        let removed = match removing(verb) {
            Some(remove) => remove(account, with, &watch).await.map(drop).map_err(|e| e.to_string()),
            None => Err("this version of edemlab has no such verb".to_owned()),
        };
        if let Err(why) = removed {
            failed.push(format!(
                "{verb}: {why}; what it may have left: {}",
                Value::Object(with.clone())
            ));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed) }
}

type Remove = for<'a> fn(&'a Account, &'a Args, &'a Watch) -> BoxFuture<'a, Result<Removed, CallError>>;

fn removing(verb: &str) -> Option<Remove> {
    deeds(verb).find_map(|deed| {
        if let Deed::Remove(remove) = deed {
            Some(*remove)
        } else {
            None
        }
    })
}
