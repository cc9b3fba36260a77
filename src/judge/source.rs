//! Where the judge has its answers from: an account, each answer remembered, or what was remembered of one.

use super::evidence::{Evidence, HopEvidence, ProbeEvidence, Seen, Sighted};
use crate::account::{Account, CallError, Identity};
use crate::course::KindSpec;
use crate::discover::{self, Args, Candidate, Kind, Listed};
use crate::expr::Document;
use crate::probe::{Clue, Sent, Sight};
use futures::FutureExt;
use serde_json::Value;
use std::cell::RefCell;
use std::future::ready;
use std::sync::Arc;

/// The code of an answer that the evidence does not hold.
const NOT_SEEN: &str = "NotInTheEvidence";

/// An account, or evidence.
pub(super) enum Source<'a> {
    /// An account, and what it has shown so far.
    Account(&'a Account, Box<RefCell<Evidence>>),
    /// What an account has shown.
    Evidence(&'a Evidence),
}

impl<'a> Source<'a> {
    /// The account, where there is one.
    pub fn account(&self) -> Option<&'a Account> {
        match self {
            Self::Account(account, _) => Some(account),
            Self::Evidence(_) => None,
        }
    }

    pub fn region(&self) -> &str {
        match self {
            Self::Account(account, _) => account.region(),
            Self::Evidence(evidence) => &evidence.region,
        }
    }

    pub async fn identity(&self) -> Result<Identity, CallError> {
        match self {
            Self::Account(account, _) => account.identity().await,
            Self::Evidence(evidence) => evidence
                .identity
                .clone()
                .ok_or_else(|| self.not_seen("whose account it is")),
        }
    }

    pub async fn list(&self, kind: &Kind, name: &str, args: &Args) -> Result<Vec<Arc<Listed>>, CallError> {
        let key = discover::key(name, args);
        match self {
            Self::Account(account, seen) => {
                let answer = discover::list(account, kind, name, args).await;
                // Another lab may have asked before: this one's evidence has it all the same.
                seen.borrow_mut().lists.entry(key).or_insert_with(|| {
                    let candidates = |listed: &Vec<Arc<Listed>>| listed.iter().map(|l| l.candidate.clone()).collect();
                    Seen::of(answer.as_ref().map(candidates))
                });
                answer
            }
            Self::Evidence(evidence) => {
                let candidates: Vec<Candidate> = self.answer(evidence.lists.get(&key), name)?;
                Ok(candidates.into_iter().map(Listed::new).collect())
            }
        }
    }

    pub async fn describe(
        &self,
        kind: &Kind,
        spec: &KindSpec,
        listed: &Listed,
    ) -> Result<Option<Arc<Document>>, CallError> {
        let Some(description) = &kind.describe else {
            return Ok(None);
        };
        let candidate = &listed.candidate;
        let key = format!("{} {}", spec.name, candidate.arn.as_ref().unwrap_or(&candidate.name));
        let described = match self {
            Self::Account(account, seen) => {
                let look = || (description.look)(account, candidate);
                let described = listed.described(spec, look).await;
                let more = described.as_ref().map(|described| Value::clone(&described.more));
                seen.borrow_mut().descriptions.insert(key, Seen::of(more));
                described
            }
            Self::Evidence(evidence) => {
                let answer = self.answer(evidence.descriptions.get(&key), spec.name);
                listed.described(spec, || ready(answer).boxed()).await
            }
        };
        described.map(|described| Some(described.document))
    }

    /// Shows `see` every candidate that a list has shown so far.
    pub fn candidates(&self, see: &mut dyn FnMut(&Candidate)) {
        let mut every = |evidence: &Evidence| {
            for seen in evidence.lists.values() {
                if let Seen::Answer(candidates) = seen {
                    candidates.iter().for_each(&mut *see);
                }
            }
        };
        match self {
            Self::Account(_, seen) => every(&seen.borrow()),
            Self::Evidence(evidence) => every(evidence),
        }
    }

    fn answer<T: Clone>(&self, seen: Option<&Seen<T>>, what: &str) -> Result<T, CallError> {
        match seen {
            Some(Seen::Answer(answer)) => Ok(answer.clone()),
            Some(Seen::Error(error)) => Err(error.clone()),
            None => Err(self.not_seen(what)),
        }
    }

    /// What evidence that does not hold `what` is worth.
    pub fn not_seen(&self, what: &str) -> CallError {
        let why = match self {
            Self::Evidence(Evidence { stopped: true, .. }) => "stopped before this was known".to_owned(),
            _ => format!("the evidence does not say ({what}): grade this account again"),
        };
        CallError::other(what, NOT_SEEN, why)
    }

    /// Notes what a probe has seen.
    pub fn note_probe(&self, step: &str, note: impl FnOnce(&mut ProbeEvidence)) {
        if let Self::Account(_, seen) = self {
            note(seen.borrow_mut().probes.entry(step.to_owned()).or_default());
        }
    }

    /// Notes what a hop has seen.
    pub fn note_hop(&self, step: &str, hop: &str, note: impl FnOnce(&mut HopEvidence)) {
        self.note_probe(step, |probe| note(probe.hops.entry(hop.to_owned()).or_default()));
    }

    /// What a probe saw, where it is remembered.
    pub fn probe(&self, step: &str) -> Option<&ProbeEvidence> {
        match self {
            Self::Account(..) => None,
            Self::Evidence(evidence) => evidence.probes.get(step),
        }
    }

    /// What a hop saw, where it is remembered.
    pub fn hop(&self, step: &str, hop: &str) -> Option<&HopEvidence> {
        self.probe(step)?.hops.get(hop)
    }
}

impl HopEvidence {
    pub(super) fn sight(&mut self, sight: &Result<Sight, CallError>) {
        self.sight = Some(match sight {
            Ok(Sight::Arrived(document)) => Sighted::Arrived(document.clone()),
            Ok(Sight::NotYet) => Sighted::NotYet,
            Ok(Sight::Never(why)) => Sighted::Never(why.clone()),
            Err(error) => Sighted::Error(error.clone()),
        });
    }

    pub(super) fn sent(&mut self, verb: &str, sent: &Result<Sent, CallError>) {
        // What was sent again after it had been accepted once changes nothing.
        if !matches!(self.sent, Some(Seen::Answer(_))) {
            self.send = Some(verb.to_owned());
            self.sent = Some(match sent {
                Ok(sent) => Seen::Answer(sent.clone()),
                Err(error) => Seen::Error(error.clone()),
            });
        }
    }

    pub(super) fn clues(&mut self, clues: &[Clue]) {
        self.clues = clues.to_vec();
    }
}

impl Sighted {
    pub(super) fn again(&self) -> Result<Sight, CallError> {
        match self {
            Self::Arrived(document) => Ok(Sight::Arrived(document.clone())),
            Self::NotYet => Ok(Sight::NotYet),
            Self::Never(why) => Ok(Sight::Never(why.clone())),
            Self::Error(error) => Err(error.clone()),
        }
    }
}

impl<T> Seen<T> {
    fn of(answer: Result<T, &CallError>) -> Self {
        match answer {
            Ok(answer) => Self::Answer(answer),
            Err(error) => Self::Error(error.clone()),
        }
    }
}
