//! Where the judge has its answers from.

use crate::account::{Account, CallError, Identity};
use crate::course::KindSpec;
use crate::discover::{Args, Candidate, Kind, Listed};
use crate::expr::Document;
use crate::probe::{Clue, Observation, Sent};
use futures::future::LocalBoxFuture;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Something to do in the account.
pub type Do<'s, T> = Box<dyn FnOnce(&'s Account) -> LocalBoxFuture<'s, T> + 's>;

/// A hop of a step's probe.
#[derive(Debug, Clone, Copy)]
pub struct At<'s> {
    /// The step's id.
    pub step: &'s str,
    /// The hop's id.
    pub hop: &'s str,
}

/// What there is to wait for where an event has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// It may still come: what is seen changes with time.
    GoesOn,
    /// All that will be seen has been seen.
    IsOver,
    /// The waiting was stopped here: what is not decided stays undecided.
    WasStopped,
}

/// Where the judge has its answers from: an account, each answer recorded, or what was recorded of one. The
/// caller hands over what to do in the account; a replay does not do it, and answers with what it came to.
pub trait Source {
    /// The region under check.
    fn region(&self) -> &str;

    /// Whose account it is.
    ///
    /// # Errors
    /// Those of the call.
    fn identity(&self) -> LocalBoxFuture<'_, Result<Identity, CallError>>;

    /// The candidates of a kind called `name`.
    ///
    /// # Errors
    /// Those of the calls.
    fn list<'s>(
        &'s self,
        kind: &'s Kind,
        name: &'s str,
        args: &'s Args,
    ) -> LocalBoxFuture<'s, Result<Vec<Arc<Listed>>, CallError>>;

    /// The candidates of a kind called `name`, for which `look` looks.
    ///
    /// # Errors
    /// Those of `look`.
    fn look_for<'s>(
        &'s self,
        name: &'s str,
        args: &'s Args,
        look: Do<'s, Result<Vec<Arc<Listed>>, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Vec<Arc<Listed>>, CallError>>;

    /// The whole document of a candidate; nothing where its list has all of it.
    ///
    /// # Errors
    /// Those of the calls.
    fn describe<'s>(
        &'s self,
        kind: &'s Kind,
        spec: &'s KindSpec,
        listed: &'s Listed,
    ) -> LocalBoxFuture<'s, Result<Option<Arc<Document>>, CallError>>;

    /// The account, where it can be asked ahead of the judge. What is asked so is not recorded: the judge has not asked yet.
    fn ahead(&self) -> Option<&Account>;

    /// Shows `see` every candidate that a list has shown so far.
    fn candidates(&self, see: &mut dyn FnMut(&Candidate));

    /// The values of the run of a step's probe: `fresh` ones, if it has none yet.
    fn probe_values(&self, step: &str, fresh: Value) -> Value;

    /// What there is to wait for where an event of a step's probe has not come.
    fn waiting(&self, step: &str) -> Waiting;

    /// Saves what a hop would leave, before it sends.
    ///
    /// # Errors
    /// Why it must not send.
    fn save<'s>(
        &'s self,
        at: At<'s>,
        save: LocalBoxFuture<'s, Result<(), String>>,
    ) -> LocalBoxFuture<'s, Result<(), String>>;

    /// Sends what a hop sends, with the verb `verb`.
    ///
    /// # Errors
    /// Those of the calls.
    fn send<'s>(
        &'s self,
        at: At<'s>,
        verb: &'s str,
        send: Do<'s, Result<Sent, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Sent, CallError>>;

    /// Looks once whether the event has come to a hop, with a verb and its arguments.
    ///
    /// # Errors
    /// Those of the calls.
    fn observe<'s>(
        &'s self,
        at: At<'s>,
        verb: &'s str,
        args: &'s Args,
        look: Do<'s, Result<Observation, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Observation, CallError>>;

    /// When the event came to a hop, in seconds since the probe began; `now`, if it has just come.
    fn arrival(&self, at: At<'_>, now: Duration) -> f64;

    /// What the places say where an event did not come, or not as it should.
    fn clues<'s>(&'s self, at: At<'s>, look: Do<'s, Vec<Clue>>) -> LocalBoxFuture<'s, Vec<Clue>>;

    /// Whether all hops of a step's probe are decided, once it is over.
    fn ended(&self, step: &str, all_decided: bool);

    /// Takes away what a step's probe has left. What it could not take away, in words.
    fn clean_up<'s>(&'s self, step: &'s str, clean_up: Do<'s, Vec<String>>) -> LocalBoxFuture<'s, Vec<String>>;
}
