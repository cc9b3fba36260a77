//! A live run: answers come from an account, and each is recorded.

use super::super::verdict::round;
use super::format::{Evidence, HopEvidence, ProbeEvidence};
use super::source::{At, Do, Source, Waiting};
use super::tape::Tape;
use crate::account::{Account, CallError, Identity};
use crate::course::KindSpec;
use crate::discover::{self, Args, Candidate, Kind, Listed};
use crate::expr::Document;
use crate::probe::{Clue, Observation, Sent};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// An account, and what it has shown so far.
pub struct Live<'a> {
    account: &'a Account,
    tape: Option<&'a dyn Tape>,
    seen: RefCell<Evidence>,
}

impl<'a> Live<'a> {
    /// Nothing has been seen yet.
    pub fn new(account: &'a Account) -> Self {
        Self::on(account, None)
    }

    /// The same, where what passes is on a tape.
    pub fn on(account: &'a Account, tape: Option<&'a dyn Tape>) -> Self {
        Self {
            account,
            tape,
            seen: RefCell::default(),
        }
    }

    /// What was seen.
    pub fn into_evidence(self) -> Evidence {
        self.seen.into_inner()
    }

    fn probe(&self, step: &str, record: impl FnOnce(&mut ProbeEvidence)) {
        record(self.seen.borrow_mut().probes.entry(step.to_owned()).or_default());
    }

    fn hop(&self, at: At<'_>, record: impl FnOnce(&mut HopEvidence)) {
        self.probe(at.step, |probe| {
            record(probe.hops.entry(at.hop.to_owned()).or_default());
        });
    }
}

impl Source for Live<'_> {
    fn region(&self) -> &str {
        self.account.region()
    }

    fn identity(&self) -> LocalBoxFuture<'_, Result<Identity, CallError>> {
        self.account.identity().boxed_local()
    }

    fn list<'s>(
        &'s self,
        kind: &'s Kind,
        name: &'s str,
        args: &'s Args,
    ) -> LocalBoxFuture<'s, Result<Vec<Arc<Listed>>, CallError>> {
        let look = move |account| discover::list(account, kind, name, args).boxed_local();
        self.look_for(name, args, Box::new(look))
    }

    fn look_for<'s>(
        &'s self,
        name: &'s str,
        args: &'s Args,
        look: Do<'s, Result<Vec<Arc<Listed>>, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Vec<Arc<Listed>>, CallError>> {
        async move {
            let answer = look(self.account).await;
            let mut seen = self.seen.borrow_mut();
            // Another lab may have asked before: this one's evidence has it all the same.
            seen.lists.entry(discover::key(name, args)).or_insert_with(|| {
                let candidates = |listed: &Vec<Arc<Listed>>| listed.iter().map(|l| l.candidate.clone()).collect();
                answer.as_ref().map(candidates).map_err(CallError::clone)
            });
            drop(seen);
            answer
        }
        .boxed_local()
    }

    fn describe<'s>(
        &'s self,
        kind: &'s Kind,
        spec: &'s KindSpec,
        listed: &'s Listed,
    ) -> LocalBoxFuture<'s, Result<Option<Arc<Document>>, CallError>> {
        async move {
            let Some(description) = &kind.describe else {
                return Ok(None);
            };
            let look = || (description.look)(self.account, &listed.candidate);
            let described = listed.described(spec, look).await;
            let more = described.as_ref().map(|described| Value::clone(&described.more));
            let key = Evidence::description_key(spec, &listed.candidate);
            let more = more.map_err(CallError::clone);
            self.seen.borrow_mut().descriptions.insert(key, more);
            described.map(|described| Some(described.document))
        }
        .boxed_local()
    }

    fn ahead(&self) -> Option<&Account> {
        // A tape has what the judge asked.
        self.tape.is_none().then_some(self.account)
    }

    fn candidates(&self, see: &mut dyn FnMut(&Candidate)) {
        self.seen.borrow().candidates().for_each(see);
    }

    fn probe_values(&self, step: &str, fresh: Value) -> Value {
        let fresh = match self.tape {
            Some(tape) => tape.probe_values(step, fresh),
            None => fresh,
        };
        self.probe(step, |probe| probe.values.clone_from(&fresh));
        fresh
    }

    fn waiting(&self, _: &str) -> Waiting {
        match self.tape.is_some_and(Tape::is_over) {
            true => Waiting::IsOver,
            false => Waiting::GoesOn,
        }
    }

    fn save<'s>(
        &'s self,
        at: At<'s>,
        save: LocalBoxFuture<'s, Result<(), String>>,
    ) -> LocalBoxFuture<'s, Result<(), String>> {
        async move {
            let saved = save.await;
            if let Err(why) = &saved {
                self.hop(at, |hop| hop.unsent = Some(why.clone()));
            }
            saved
        }
        .boxed_local()
    }

    fn send<'s>(
        &'s self,
        at: At<'s>,
        verb: &'s str,
        send: Do<'s, Result<Sent, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Sent, CallError>> {
        async move {
            let sent = send(self.account).await;
            self.hop(at, |hop| {
                // What was sent again after it had been accepted once changes nothing.
                if !matches!(hop.sent, Some(Ok(_))) {
                    hop.send = Some(verb.to_owned());
                    hop.sent = Some(sent.clone());
                }
            });
            sent
        }
        .boxed_local()
    }

    fn observe<'s>(
        &'s self,
        at: At<'s>,
        verb: &'s str,
        args: &'s Args,
        look: Do<'s, Result<Observation, CallError>>,
    ) -> LocalBoxFuture<'s, Result<Observation, CallError>> {
        async move {
            let observation = look(self.account).await;
            self.hop(at, |hop| {
                hop.looked = Some(json!({"verb": verb, "with": args}));
                hop.observation = Some(observation.clone());
            });
            observation
        }
        .boxed_local()
    }

    fn arrival(&self, at: At<'_>, now: Duration) -> f64 {
        let seconds = now.as_secs_f64();
        self.hop(at, |hop| hop.seconds = Some(round(seconds)));
        seconds
    }

    fn clues<'s>(&'s self, at: At<'s>, look: Do<'s, Vec<Clue>>) -> LocalBoxFuture<'s, Vec<Clue>> {
        async move {
            let clues = look(self.account).await;
            self.hop(at, |hop| hop.clues.clone_from(&clues));
            clues
        }
        .boxed_local()
    }

    fn ended(&self, step: &str, all_decided: bool) {
        self.probe(step, |probe| probe.ended = all_decided);
    }

    fn clean_up<'s>(&'s self, step: &'s str, clean_up: Do<'s, Vec<String>>) -> LocalBoxFuture<'s, Vec<String>> {
        async move {
            let left = clean_up(self.account).await;
            self.probe(step, |probe| {
                probe.sent = true;
                probe.leftovers.clone_from(&left);
            });
            left
        }
        .boxed_local()
    }
}
