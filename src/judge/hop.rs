//! What a hop mentions, and its actions with their arguments.

use super::Run;
use super::evidence::{HopEvidence, Seen};
use super::outcome::Needs;
use crate::account::CallError;
use crate::course::{Action, Hop, Lab, arguments};
use crate::expr::Scope;
use crate::probe::sending::acts_each_time;
use crate::probe::{self, Args, Clue, Deed, Sent, Sight, VERBS, Watch};
use futures::future::join_all;
use serde_json::json;

/// The resources that a hop cannot do without. Its evidence is looked at where it can be.
pub(super) fn needs(lab: &Lab, hop: &Hop) -> Needs {
    let mut needs = Needs::default();
    let actions = hop.send.iter().map(|s| &s.action).chain(&hop.awaits);
    for action in actions {
        needs.0.extend(action_needs(lab, action).0);
    }
    if let Some(expect) = &hop.check.expect {
        needs.add(lab, expect.value.mentions());
    }
    needs
}

pub(super) fn action_needs(lab: &Lab, action: &Action) -> Needs {
    let mut needs = Needs::default();
    let mut texts = Vec::new();
    action.with.values().for_each(|arg| arg.texts(&mut texts));
    for text in texts {
        text.value.mentions().for_each(|(_, m)| needs.add(lab, m));
    }
    needs
}

/// Why an action was not done.
pub(super) enum Undone {
    /// A mistake in the course.
    Course(String),
    /// AWS's answer.
    Call(CallError),
}

impl Undone {
    pub fn say(&self, run: &Run) -> String {
        match self {
            Self::Course(text) => text.clone(),
            Self::Call(error) => run.say(error),
        }
    }
}

pub(super) fn evaluated(action: &Action, scope: &Scope) -> Result<Args, Undone> {
    arguments(&action.with, scope).map_err(|(place, e)| Undone::Course(format!("{place}: {e}")))
}

pub(super) fn deeds<'v>(name: &'v str) -> impl Iterator<Item = &'static Deed> + 'v {
    VERBS.iter().filter(move |v| v.name == name).map(|v| &v.deed)
}

pub(super) fn missing(verb: &str) -> Undone {
    Undone::Course(format!("there is no verb `{verb}` for this"))
}

impl Run<'_> {
    /// Sends what a hop of `step` sends.
    pub(super) async fn send(&self, step: &str, hop: &Hop, action: &Action, scope: &Scope) -> Result<Sent, Undone> {
        let args = evaluated(action, scope)?;
        let mut found = deeds(&action.verb);
        let Some(send) = found.find_map(|d| if let Deed::Send(f) = d { Some(f) } else { None }) else {
            return Err(missing(&action.verb));
        };
        let Some(account) = self.source.account() else {
            return match self.source.hop(step, &hop.check.id) {
                Some(HopEvidence {
                    send: Some(verb),
                    sent: Some(seen),
                    ..
                }) if *verb == action.verb => match seen {
                    Seen::Answer(sent) => Ok(sent.clone()),
                    Seen::Error(error) => Err(Undone::Call(error.clone())),
                },
                _ => Err(Undone::Call(self.source.not_seen(&action.verb))),
            };
        };
        let mut stop = self.stop.clone();
        // What is done once is waited for longer than a user who stops would wait.
        let interrupted = async {
            let _ = stop.wait_for(|n| *n > 0).await;
            if !acts_each_time(&action.verb) {
                std::future::pending::<()>().await;
            }
        };
        let sent = tokio::select! {
            biased;
            sent = send(account, &args) => sent,
            () = interrupted => Err(CallError::stopped(&action.verb)),
        };
        self.source
            .note_hop(step, &hop.check.id, |seen| seen.sent(&action.verb, &sent));
        sent.map_err(Undone::Call)
    }

    /// Looks once whether an event has come to a hop of `step`.
    pub(super) async fn look(
        &self,
        step: &str,
        hop: &Hop,
        action: &Action,
        scope: &Scope,
        watch: &Watch,
    ) -> Result<Sight, Undone> {
        let args = evaluated(action, scope)?;
        let mut found = deeds(&action.verb);
        let Some(look) = found.find_map(|d| if let Deed::Await(f) = d { Some(f) } else { None }) else {
            return Err(missing(&action.verb));
        };
        let asked = json!({"verb": action.verb, "with": args});
        let Some(account) = self.source.account() else {
            return match self.source.hop(step, &hop.check.id) {
                Some(HopEvidence {
                    looked: Some(looked),
                    sight: Some(sight),
                    ..
                }) if *looked == asked => sight.again().map_err(Undone::Call),
                _ => Err(Undone::Call(self.source.not_seen(&action.verb))),
            };
        };
        let sight = look(account, &args, watch).await;
        self.source.note_hop(step, &hop.check.id, |seen| {
            seen.looked = Some(asked);
            seen.sight(&sight);
        });
        sight.map_err(Undone::Call)
    }

    /// What every place has to say, in the order of the course. One that cannot be looked at says so.
    pub(super) async fn evidence(&self, step: &str, hop: &Hop, scope: &Scope, watch: &Watch) -> Vec<Clue> {
        if self.source.account().is_none() {
            let seen = self.source.hop(step, &hop.check.id);
            return seen.map(|seen| seen.clues.clone()).unwrap_or_default();
        }
        let looks = hop.evidence.iter().map(|action| async move {
            let needs = action_needs(self.lab, action);
            self.scope(&needs).await;
            if self.obstacle(&needs).is_some() {
                return Clue::default();
            }
            match self.clue(action, scope, watch).await {
                Ok(clue) => clue,
                Err(undone) => Clue {
                    lines: vec![format!("could not look at {}: {}", action.verb, undone.say(self))],
                    ..Clue::default()
                },
            }
        });
        let clues = join_all(looks).await;
        self.secrets
            .borrow_mut()
            .extend(clues.iter().flat_map(|c| c.secrets.iter().cloned()));
        self.source.note_hop(step, &hop.check.id, |seen| seen.clues(&clues));
        clues
    }

    async fn clue(&self, action: &Action, scope: &Scope, watch: &Watch) -> Result<Clue, Undone> {
        let args = evaluated(action, scope)?;
        let mut found = deeds(&action.verb);
        let look = found.find_map(|d| if let Deed::Evidence(f) = d { Some(f) } else { None });
        match (look, self.source.account()) {
            (Some(look), Some(account)) => look(account, &args, watch).await.map_err(Undone::Call),
            _ => Err(missing(&action.verb)),
        }
    }
}

/// A probe that has sent nothing yet.
pub(super) fn fresh_watch(since: chrono::DateTime<chrono::Utc>, id: &str) -> probe::Watch {
    probe::Watch {
        since,
        marks: vec![id.to_owned()],
        sent: 0,
        last_sent: None,
        last_action: None,
        may_arrive: true,
        arrived: false,
    }
}
