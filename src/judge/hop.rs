//! What a hop mentions, and its actions with their arguments.

use super::Run;
use super::outcome::Needs;
use crate::account::CallError;
use crate::course::{Action, Hop, Lab, arguments};
use crate::expr::Scope;
use crate::probe::{self, Args, Clue, Deed, Removed, Sent, Sight, VERBS, Watch};
use futures::future::join_all;

/// The resources that a hop cannot do without. Its evidence is looked at where it can be.
pub(super) fn needs(lab: &Lab, hop: &Hop) -> Needs {
    let mut needs = Needs::default();
    let actions = hop.send.iter().map(|s| &s.action).chain(&hop.awaits);
    for action in actions {
        needs.0.extend(action_needs(lab, action).0);
    }
    if let Some(expect) = &hop.check.expect {
        needs.add(lab, &expect.value.mentions());
    }
    needs
}

pub(super) fn action_needs(lab: &Lab, action: &Action) -> Needs {
    let mut needs = Needs::default();
    let mut texts = Vec::new();
    action.with.values().for_each(|arg| arg.texts(&mut texts));
    for text in texts {
        text.value.mentions().for_each(|(_, m)| needs.add(lab, &m));
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

fn evaluated(action: &Action, scope: &Scope) -> Result<Args, Undone> {
    arguments(&action.with, scope).map_err(|(place, e)| Undone::Course(format!("{place}: {e}")))
}

fn deeds<'v>(name: &'v str) -> impl Iterator<Item = &'static Deed> + 'v {
    VERBS.iter().filter(move |v| v.name == name).map(|v| &v.deed)
}

fn missing(verb: &str) -> Undone {
    Undone::Course(format!("there is no verb `{verb}` for this"))
}

impl Run<'_> {
    pub(super) async fn send(&self, action: &Action, scope: &Scope) -> Result<Sent, Undone> {
        let args = evaluated(action, scope)?;
        let mut found = deeds(&action.verb);
        match found.find_map(|d| if let Deed::Send(f) = d { Some(f) } else { None }) {
            Some(send) => send(self.account, &args).await.map_err(Undone::Call),
            None => Err(missing(&action.verb)),
        }
    }

    pub(super) async fn look(&self, action: &Action, scope: &Scope, watch: &Watch) -> Result<Sight, Undone> {
        let args = evaluated(action, scope)?;
        let mut found = deeds(&action.verb);
        match found.find_map(|d| if let Deed::Await(f) = d { Some(f) } else { None }) {
            Some(look) => look(self.account, &args, watch).await.map_err(Undone::Call),
            None => Err(missing(&action.verb)),
        }
    }

    /// What every place has to say, in the order of the course. One that cannot be looked at says so.
    pub(super) async fn evidence(&self, hop: &Hop, scope: &Scope, watch: &Watch) -> Vec<Clue> {
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
        clues
    }

    async fn clue(&self, action: &Action, scope: &Scope, watch: &Watch) -> Result<Clue, Undone> {
        let args = evaluated(action, scope)?;
        let mut found = deeds(&action.verb);
        match found.find_map(|d| if let Deed::Evidence(f) = d { Some(f) } else { None }) {
            Some(look) => look(self.account, &args, watch).await.map_err(Undone::Call),
            None => Err(missing(&action.verb)),
        }
    }

    pub(super) async fn remove(&self, action: &Action, scope: &Scope, watch: &Watch) -> Result<Removed, Undone> {
        let args = evaluated(action, scope)?;
        let mut found = deeds(&action.verb);
        match found.find_map(|d| if let Deed::Remove(f) = d { Some(f) } else { None }) {
            Some(remove) => remove(self.account, &args, watch).await.map_err(Undone::Call),
            None => Err(missing(&action.verb)),
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
        may_arrive: true,
        arrived: false,
    }
}
