//! An action of a probe: a verb of the course, with its arguments evaluated.

use super::super::verdict::call_failure;
use crate::account::CallError;
use crate::course::{Action, arguments};
use crate::expr::Scope;
use crate::probe::{Args, AwaitFn, EvidenceFn, RemoveFn, SendFn, VERBS, VerbFn};
use serde_json::Value;

/// Why an action was not done.
pub(super) enum NotDone {
    /// A mistake in the course.
    Course(String),
    /// AWS's answer.
    Call(CallError),
}

impl From<CallError> for NotDone {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl NotDone {
    /// The reason, for a report.
    pub fn say(&self) -> String {
        match self {
            Self::Course(text) => text.clone(),
            Self::Call(error) => call_failure(error),
        }
    }
}

/// The arguments of an action.
///
/// # Errors
/// The expression that has no value, with its place.
pub(super) fn evaluated(action: &Action, scope: &Scope) -> Result<Args, NotDone> {
    arguments(&action.with, scope).map_err(|(place, e)| NotDone::Course(format!("{place}: {e}")))
}

/// Those arguments of an action that have a value: enough to look for what it left by hand.
pub(super) fn known_arguments(action: &Action, scope: &Scope) -> Args {
    let known = action.with.iter();
    known
        .filter_map(|(name, arg)| Some((name.clone(), arg.value(scope).ok()?)))
        .collect()
}

pub(super) fn sender(verb: &str) -> Result<SendFn, NotDone> {
    find(verb, |run| match run {
        VerbFn::Send(send) => Some(send),
        _ => None,
    })
}

pub(super) fn awaiter(verb: &str) -> Result<AwaitFn, NotDone> {
    find(verb, |run| match run {
        VerbFn::Await(look) => Some(look),
        _ => None,
    })
}

pub(super) fn evidence(verb: &str) -> Result<EvidenceFn, NotDone> {
    find(verb, |run| match run {
        VerbFn::Evidence(look) => Some(look),
        _ => None,
    })
}

/// The two halves of a removal.
#[derive(Clone, Copy)]
pub(super) struct Remover {
    pub what: fn(&Args) -> String,
    pub attempt: RemoveFn,
    pub sweep: RemoveFn,
}

pub(super) fn remover(verb: &str) -> Result<Remover, NotDone> {
    find(verb, |run| match run {
        VerbFn::Remove { what, attempt, sweep } => Some(Remover { what, attempt, sweep }),
        _ => None,
    })
}

fn find<F>(verb: &str, which: impl Fn(VerbFn) -> Option<F>) -> Result<F, NotDone> {
    let mut known = VERBS.iter().filter(|v| v.name == verb);
    let found = known.find_map(|v| which(v.run));
    found.ok_or_else(|| NotDone::Course(format!("there is no verb `{verb}` for this")))
}

/// The texts in the secret fields of what a verb brought back.
pub(super) fn secrets(verb: &str, document: &Value) -> Vec<String> {
    let secret = VERBS.iter().filter(|v| v.name == verb).flat_map(|v| v.secret);
    let mut open: Vec<&Value> = secret.map(|field| &document[*field]).collect();
    let mut texts = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => texts.push(text.clone()),
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    texts
}
