//! Verbs of a probe, one file a service: send an event, await it further down, look why it is missing, take it away.
//!
//! A new verb is a [`Verb`] in its service's file and one line in [`VERBS`].

mod apigateway;
mod dynamodb;
mod events;
mod failed_execution;
mod function_log;
mod invoke;
mod kinesis;
mod lambda;
mod logs;
pub mod sending;
mod states;
mod task_token;

pub use crate::discover::Args;

use crate::account::{Account, CallError};
use crate::course::{ArgSpec, VerbRole, VerbSpec};
use crate::expr::Shape;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is known of a probe under way.
#[derive(Debug, Clone)]
pub struct Watch {
    /// When it began: nothing before counts.
    pub since: DateTime<Utc>,
    /// What marks this probe's events wherever they are seen: its id, and what each `send` was answered with.
    pub marks: Vec<String>,
    /// How many events were accepted.
    pub sent: usize,
    /// When the last one was.
    pub last_sent: Option<tokio::time::Instant>,
    /// When something was last done that may still bring something: an event was sent, or one that waited was released.
    pub last_action: Option<tokio::time::Instant>,
    /// Whether one may still arrive.
    pub may_arrive: bool,
    /// Whether the last hop has seen one.
    pub arrived: bool,
}

impl Watch {
    /// One more event is on its way.
    pub fn count(&mut self, marks: Vec<String>) {
        self.act(marks);
        self.sent += 1;
        self.last_sent = self.last_action;
    }

    /// Something was done to an event that is on its way.
    pub fn act(&mut self, marks: Vec<String>) {
        self.marks.extend(marks);
        self.last_action = Some(tokio::time::Instant::now());
    }
}

/// What looking for an event shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// There it is.
    Arrived(Value),
    /// Not yet.
    NotYet,
    /// It cannot come any more: why.
    Never(String),
}

/// What one place has to say about a missing event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clue {
    /// The cause, in one sentence, where this place shows it.
    pub found: Option<String>,
    /// What to do about that cause, where it is known.
    pub fix: Option<String>,
    /// What was seen there.
    pub lines: Vec<String>,
    /// Whether the event cannot arrive any more.
    pub never: bool,
    /// Whether something is still being made, so that its absence proves nothing.
    pub pending: bool,
    /// What was seen there and nobody may know: tokens.
    #[serde(skip)]
    pub secrets: Vec<String>,
}

/// What became of a `send`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// What marks the event further down, beside what the course put into it.
    pub marks: Vec<String>,
    /// What the service answered.
    pub answer: Value,
    /// Why it came to nothing although the call was answered: a function that failed, for example.
    pub refused: Option<Clue>,
}

/// What a `remove` did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many things were there and are gone.
    pub count: usize,
    /// What was seen there and nobody may know: tokens.
    pub secrets: Vec<String>,
}

type Doing<'a, T> = BoxFuture<'a, Result<T, CallError>>;

/// What a verb does.
pub enum Deed {
    /// Puts an event in.
    Send(for<'a> fn(&'a Account, &'a Args) -> Doing<'a, Sent>),
    /// Looks once.
    Await(for<'a> fn(&'a Account, &'a Args, &'a Watch) -> Doing<'a, Sight>),
    /// Looks why.
    Evidence(for<'a> fn(&'a Account, &'a Args, &'a Watch) -> Doing<'a, Clue>),
    /// Takes away.
    Remove(for<'a> fn(&'a Account, &'a Args, &'a Watch) -> Doing<'a, Removed>),
}

/// One verb.
pub struct Verb {
    /// Its name, `service.thing`.
    pub name: &'static str,
    /// What it does.
    pub deed: Deed,
    /// What `with` takes.
    pub args: &'static [ArgSpec],
    /// The IAM actions that its calls need.
    pub actions: &'static [&'static str],
    /// A sample of what an `await` brings back, or a `send` is answered with; see [`Shape::of`].
    pub brings: fn() -> Value,
    /// The fields of it that are nobody's business: they can be passed on to other verbs, and are in no report.
    pub secret: &'static [&'static str],
}

/// Every verb.
pub const VERBS: &[Verb] = &[
    kinesis::PUT_RECORD,
    lambda::INVOCATION,
    lambda::LOG,
    lambda::TRIGGER,
    lambda::CODE,
    dynamodb::ITEM,
    dynamodb::ITEM_ELSEWHERE,
    dynamodb::REMOVE_ITEM,
    apigateway::POST,
    apigateway::REFUSAL,
    invoke::INVOKE,
    logs::EVENT,
    events::RULES,
    states::EXECUTION,
    states::WAITING,
    states::RESUMED,
    states::ENDED,
    states::HISTORY,
    states::REMOVE,
];

impl Verb {
    /// Its description, for a [`crate::course::Vocabulary`].
    pub fn spec(&self) -> VerbSpec {
        VerbSpec {
            name: self.name,
            role: match self.deed {
                Deed::Send(_) => VerbRole::Send,
                Deed::Await(_) => VerbRole::Await,
                Deed::Evidence(_) => VerbRole::Evidence,
                Deed::Remove(_) => VerbRole::Remove,
            },
            shape: Shape::of(&(self.brings)()),
            args: self.args,
        }
    }
}

/// A required argument.
const fn needs(name: &'static str) -> ArgSpec {
    ArgSpec { name, required: true }
}

/// An argument that may be left out.
const fn may(name: &'static str) -> ArgSpec {
    ArgSpec { name, required: false }
}

/// A text argument; empty where it is not given.
fn text<'a>(args: &'a Args, name: &str) -> &'a str {
    args.get(name).and_then(Value::as_str).unwrap_or_default()
}
