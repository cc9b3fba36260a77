//! A replay: answers come from what was recorded of an account.

use super::format::{Evidence, HopEvidence};
use super::older;
use super::source::{At, Do, Source, Waiting};
use crate::account::{Account, CallError, Identity};
use crate::course::KindSpec;
use crate::discover::{self, Args, Candidate, Kind, Listed};
use crate::expr::Document;
use crate::probe::{Clue, Observation, Sent};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde_json::Value;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

/// The code of an answer that the evidence does not have.
const NOT_INCLUDED: &str = "NotInTheEvidence";

/// What an account has shown.
pub struct Replay<'a>(&'a Evidence);

impl<'a> Replay<'a> {
    /// Of this evidence.
    pub fn new(evidence: &'a Evidence) -> Self {
        Self(evidence)
    }

    fn hop(&self, at: At<'_>) -> Option<&HopEvidence> {
        self.0.probes.get(at.step)?.hops.get(at.hop)
    }

    fn answer<T: Clone>(&self, seen: Option<&Result<T, CallError>>, what: &str) -> Result<T, CallError> {
        seen.cloned().unwrap_or_else(|| Err(self.not_included(what)))
    }

    /// What a list has, which may have been recorded when a course asked otherwise.
    fn listed(&self, name: &str, args: &Args) -> Result<Vec<Arc<Listed>>, CallError> {
        let recorded = |args: &Args| self.0.lists.get(&discover::key(name, args)).cloned();
        let older = || {
            let list = recorded(&discover::older::arguments(name, args)?)?;
            Some(list.map(|all| discover::older::widened(all, args)))
        };
        let candidates = recorded(args).or_else(older);
        let candidates = self.answer(candidates.as_ref(), name);
        let today = |candidate| Listed::new(discover::older::candidate(name, candidate));
        candidates.map(|all: Vec<Candidate>| all.into_iter().map(today).collect())
    }

    /// What evidence that does not include `what` is worth.
    fn not_included(&self, what: &str) -> CallError {
        let why = match self.0.stopped {
            true => "stopped before this was known".to_owned(),
            false => format!("the saved evidence does not include {what}: grade this account again"),
        };
        CallError::other(what, NOT_INCLUDED, why)
    }
}

impl Source for Replay<'_> {
    fn region(&self) -> &str {
        &self.0.region
    }

    fn identity(&self) -> LocalBoxFuture<'_, Result<Identity, CallError>> {
        let known = self.0.identity.clone();
        ready(known.ok_or_else(|| self.not_included("the account"))).boxed_local()
    }

    fn list<'s>(
        &'s self,
        _: &'s Kind,
        name: &'s str,
        args: &'s Args,
    ) -> LocalBoxFuture<'s, Result<Vec<Arc<Listed>>, CallError>> {
        ready(self.listed(name, args)).boxed_local()
    }

    fn look_for<'s>(
        &'s self,
        name: &'s str,
        args: &'s Args,
        _: Do<'s, Result<Vec<Arc<Listed>>, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Vec<Arc<Listed>>, CallError>> {
        ready(self.listed(name, args)).boxed_local()
    }

    fn describe<'s>(
        &'s self,
        kind: &'s Kind,
        spec: &'s KindSpec,
        listed: &'s Listed,
    ) -> LocalBoxFuture<'s, Result<Option<Arc<Document>>, CallError>> {
        async move {
            if kind.describe.is_none() {
                return Ok(None);
            }
            let key = Evidence::description_key(spec, &listed.candidate);
            let answer = self.answer(self.0.descriptions.get(&key), spec.name);
            let answer = answer.map(|described| discover::older::description(spec.name, described));
            let described = listed.described(spec, || ready(answer).boxed()).await?;
            Ok(Some(described.document))
        }
        .boxed_local()
    }

    fn ahead(&self) -> Option<&Account> {
        None
    }

    fn candidates(&self, see: &mut dyn FnMut(&Candidate)) {
        self.0.candidates().for_each(see);
    }

    fn probe_values(&self, step: &str, fresh: Value) -> Value {
        self.0.probes.get(step).map_or(fresh, |probe| probe.values.clone())
    }

    fn waiting(&self, step: &str) -> Waiting {
        match self.0.probes.get(step) {
            Some(probe) if !probe.ended => Waiting::WasStopped,
            _ => Waiting::IsOver,
        }
    }

    fn save<'s>(
        &'s self,
        at: At<'s>,
        _: LocalBoxFuture<'s, Result<(), String>>,
    ) -> LocalBoxFuture<'s, Result<(), String>> {
        let unsent = self.hop(at).and_then(|hop| hop.unsent.clone());
        ready(unsent.map_or(Ok(()), Err)).boxed_local()
    }

    fn send<'s>(
        &'s self,
        at: At<'s>,
        verb: &'s str,
        _: Do<'s, Result<Sent, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Sent, CallError>> {
        let hop = self.hop(at).filter(|hop| hop.send.as_deref() == Some(verb));
        ready(self.answer(hop.and_then(|hop| hop.sent.as_ref()), verb)).boxed_local()
    }

    fn observe<'s>(
        &'s self,
        at: At<'s>,
        verb: &'s str,
        args: &'s Args,
        _: Do<'s, Result<Observation, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Observation, CallError>> {
        let seen = self.hop(at).and_then(|hop| older::observation(hop, verb, args));
        ready(self.answer(seen.as_ref(), verb)).boxed_local()
    }

    fn arrival(&self, at: At<'_>, now: Duration) -> f64 {
        self.hop(at)
            .map_or(now.as_secs_f64(), |hop| hop.seconds.unwrap_or_default())
    }

    fn clues<'s>(&'s self, at: At<'s>, _: Do<'s, Vec<Clue>>) -> LocalBoxFuture<'s, Vec<Clue>> {
        let clues = self.hop(at).map(|hop| hop.clues.clone());
        ready(clues.unwrap_or_default()).boxed_local()
    }

    fn ended(&self, _: &str, _: bool) {}

    fn clean_up<'s>(&'s self, step: &'s str, _: Do<'s, Vec<String>>) -> LocalBoxFuture<'s, Vec<String>> {
        let left = self.0.probes.get(step).map(|probe| probe.leftovers.clone());
        ready(left.unwrap_or_default()).boxed_local()
    }
}
