//! What a verb is: what it is given, what it answers with.

pub use crate::discover::Args;

use super::facts::ErrorFacts;
use crate::account::{Account, CallError};
use crate::course::{ArgSpec, VerbRole, VerbSpec};
use crate::expr::Shape;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// What is known of a probe under way.
#[derive(Debug, Clone)]
pub struct Progress {
    /// When it began: nothing before counts.
    pub since: DateTime<Utc>,
    /// What this probe's events are known by wherever they are seen: its id, and what each `send` was answered with.
    pub correlation_ids: Vec<String>,
    /// How many events were accepted.
    pub sent: usize,
    /// Whether one of them may have been taken more than once, so that there are more than `sent`.
    pub repeated: bool,
    /// When the last one was.
    pub last_sent: Option<tokio::time::Instant>,
    /// When a hop behind the first one last sent something of its own.
    pub last_followed: Option<tokio::time::Instant>,
    /// When something was last done that may still bring something: an event was sent, or one that waited was released.
    pub last_action: Option<tokio::time::Instant>,
    /// Whether one may still arrive.
    pub may_arrive: bool,
    /// Whether the last hop has seen one.
    pub arrived: bool,
    /// Whether it is not known what a call has done, since its answer was lost: that may still be at work.
    pub unanswered: bool,
    /// Whether nothing that the probe has set off is at work any more, as the removal of it has seen.
    pub at_rest: bool,
    /// How many things the removal under way has taken away so far.
    pub removed: usize,
}

impl Progress {
    /// Of a probe that began at `since` and has sent nothing yet; its events are known by `id`.
    pub fn new(since: DateTime<Utc>, id: &str) -> Self {
        Self {
            since,
            correlation_ids: vec![id.to_owned()],
            sent: 0,
            repeated: false,
            last_sent: None,
            last_followed: None,
            last_action: None,
            may_arrive: true,
            arrived: false,
            unanswered: false,
            at_rest: false,
            removed: 0,
        }
    }

    /// One more event is on its way.
    pub fn count(&mut self, correlation_ids: Vec<String>) {
        self.act(correlation_ids);
        self.sent += 1;
        self.last_sent = self.last_action;
    }

    /// Something was done to an event that is on its way.
    pub fn act(&mut self, correlation_ids: Vec<String>) {
        self.correlation_ids.extend(correlation_ids);
        self.last_action = Some(tokio::time::Instant::now());
    }
}

/// What looking for an event shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observation {
    /// There it is.
    Arrived(Value),
    /// Not yet.
    NotYet,
    /// It cannot come any more: why.
    #[serde(rename = "never")]
    Terminal(String),
}

/// What one place has to say about a missing event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clue {
    /// The cause, in one sentence, where this place shows it.
    pub found: Option<String>,
    /// The cause as facts, by which the course's advice is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorFacts>,
    /// What to do about that cause, in evidence that was saved before courses had advice of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// What was seen there.
    pub lines: Vec<String>,
    /// Whether the event cannot arrive any more.
    #[serde(rename = "never")]
    pub terminal: bool,
    /// Whether something is still being made, so that its absence proves nothing.
    #[serde(rename = "pending")]
    pub in_progress: bool,
    /// What was seen there and nobody may know: tokens.
    #[serde(skip)]
    pub secrets: Vec<String>,
}

/// What became of a `send`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// What the event is known by further down, beside what the course put into it.
    #[serde(rename = "marks")]
    pub correlation_ids: Vec<String>,
    /// What the service answered.
    pub answer: Value,
    /// Why it came to nothing although the call was answered: a function that failed, for example.
    pub refused: Option<Clue>,
    /// Whether it was sent again after an answer that was lost: the service may have taken both.
    #[serde(skip)]
    pub repeated: bool,
}

/// What one attempt of a `remove` did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many things were there and are gone.
    pub count: usize,
    /// More may still arrive until this long after the probe's last action; nothing if all that can come has come.
    pub settles_after: Option<Duration>,
    /// Whether nothing is at work that the probe has set off: nothing else of it can come, here or elsewhere.
    pub at_rest: bool,
    /// What was seen there and nobody may know: tokens.
    pub secrets: Vec<String>,
}

type VerbFuture<'a, T> = BoxFuture<'a, Result<T, CallError>>;

/// Puts an event in.
pub type SendFn = for<'a> fn(&'a Account, &'a Args) -> VerbFuture<'a, Sent>;
/// Looks once whether the event is there.
pub type AwaitFn = for<'a> fn(&'a Account, &'a Args, &'a Progress) -> VerbFuture<'a, Observation>;
/// Looks once why the event is missing.
pub type EvidenceFn = for<'a> fn(&'a Account, &'a Args, &'a Progress) -> VerbFuture<'a, Clue>;
/// Takes away what is there now.
pub type RemoveFn = for<'a> fn(&'a Account, &'a Args, &'a Progress) -> VerbFuture<'a, Removed>;

/// What a verb does. It acts once and returns: whoever calls it waits and calls it again.
#[derive(Clone, Copy)]
pub enum VerbFn {
    /// Puts an event in.
    Send(SendFn),
    /// Looks once.
    Await(AwaitFn),
    /// Looks why.
    Evidence(EvidenceFn),
    /// Takes away.
    Remove {
        /// What it takes away, in words: what is waited for while it may still come.
        what: fn(&Args) -> String,
        /// Takes away what is where it is expected; repeated while more may still arrive there.
        attempt: RemoveFn,
        /// Done once, after the last attempt: what only a search finds.
        sweep: RemoveFn,
    },
}

/// One verb.
pub struct Verb {
    /// Its name, `service.thing`.
    pub name: &'static str,
    /// What it does.
    pub run: VerbFn,
    /// What `with` takes.
    pub args: &'static [ArgSpec],
    /// The IAM actions that its calls need.
    pub actions: &'static [&'static str],
    /// A sample of what an `await` brings back, or a `send` is answered with; see [`Shape::of`].
    pub brings: fn() -> Value,
    /// The fields of it that are nobody's business: they can be passed on to other verbs, and are in no report.
    pub secret: &'static [&'static str],
}

impl Verb {
    /// Its description, for a [`crate::course::Vocabulary`].
    pub fn spec(&self) -> VerbSpec {
        VerbSpec {
            name: self.name,
            role: match self.run {
                VerbFn::Send(_) => VerbRole::Send,
                VerbFn::Await(_) => VerbRole::Await,
                VerbFn::Evidence(_) => VerbRole::Evidence,
                VerbFn::Remove { .. } => VerbRole::Remove,
            },
            shape: Shape::of(&(self.brings)()),
            args: self.args,
        }
    }
}

/// A required argument.
pub(super) const fn needs(name: &'static str) -> ArgSpec {
    ArgSpec { name, required: true }
}

/// An argument that may be left out.
pub(super) const fn may(name: &'static str) -> ArgSpec {
    ArgSpec { name, required: false }
}

/// A text argument; empty where it is not given.
pub(super) fn text<'a>(args: &'a Args, name: &str) -> &'a str {
    args.get(name).and_then(Value::as_str).unwrap_or_default()
}
