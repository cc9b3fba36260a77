//! What a report was judged from, `edemlab/evidence/1`: documents and observations, enough to judge them again without
//! the account. Credentials, people's addresses, and values of variables that no check reads, are not in it.

use super::Options;
use super::clean::Hidden;
use crate::account::{CallError, Identity};
use crate::discover::Candidate;
use crate::probe::{Clue, Sent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The name and version of this format.
pub const SCHEMA: &str = "edemlab/evidence/1";

/// What was seen in one account for one lab.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Always `edemlab/evidence/1`.
    pub schema: String,
    /// The version of edemlab that made it.
    pub tool: String,
    /// The lab's id.
    pub lab: String,
    /// Who checked; nothing where the account did not say.
    pub identity: Option<Identity>,
    /// The region.
    pub region: String,
    /// When, RFC 3339 in UTC.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// What was asked for.
    pub options: Options,
    /// Whether it was stopped before everything was known.
    pub stopped: bool,
    /// Why there is nothing at all: the account could not be reached.
    #[serde(default)]
    pub unreachable: Option<String>,
    /// What whoever graded has to add: a time limit that was reached.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What an earlier run left in the account and could not be taken away.
    #[serde(default)]
    pub leftovers: Vec<String>,
    /// The candidates of each kind, by kind and arguments.
    pub lists: BTreeMap<String, Seen<Vec<Candidate>>>,
    /// What describing one of them showed, by kind and candidate.
    pub descriptions: BTreeMap<String, Seen<Value>>,
    /// The probes, by step.
    pub probes: BTreeMap<String, ProbeEvidence>,
}

/// An answer, or why there was none.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Seen<T> {
    /// The answer.
    Answer(T),
    /// Why there was none.
    Error(CallError),
}

/// What a probe saw.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ProbeEvidence {
    /// `probe.id`, `probe.now`, `probe.number`.
    pub values: Value,
    /// Whether every hop was decided.
    pub ended: bool,
    /// Whether an event was accepted.
    pub sent: bool,
    /// What it left behind, in words.
    pub leftovers: Vec<String>,
    /// The hops, by id.
    pub hops: BTreeMap<String, HopEvidence>,
}

/// What one hop saw.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct HopEvidence {
    /// The verb that sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// What sending came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Seen<Sent>>,
    /// Why nothing was sent, where what it would leave could not be noted first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<String>,
    /// The verb that looked, with its arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Value>,
    /// What was seen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sight: Option<Sighted>,
    /// When it was seen, in seconds since the probe began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// What the places had to say where it was not seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clues: Vec<Clue>,
}

/// What a look at a hop showed.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Sighted {
    /// It arrived.
    Arrived(Value),
    /// It had not.
    NotYet,
    /// It cannot: why.
    Never(String),
    /// Looking failed.
    Error(CallError),
}

impl Evidence {
    /// Takes out what nobody may read.
    pub(super) fn redact(&mut self, hidden: &Hidden) {
        for seen in self.lists.values_mut() {
            match seen {
                Seen::Answer(candidates) => candidates.iter_mut().for_each(|c| hidden.document(&mut c.document)),
                Seen::Error(error) => hidden.error(error),
            }
        }
        for seen in self.descriptions.values_mut() {
            match seen {
                Seen::Answer(document) => hidden.document(document),
                Seen::Error(error) => hidden.error(error),
            }
        }
        for probe in self.probes.values_mut() {
            probe.leftovers.iter_mut().for_each(|text| hidden.text(text));
            probe.hops.values_mut().for_each(|hop| hop.redact(hidden));
        }
    }
}

impl HopEvidence {
    fn redact(&mut self, hidden: &Hidden) {
        match &mut self.sent {
            Some(Seen::Answer(sent)) => {
                hidden.seen(&mut sent.answer);
                sent.refused.iter_mut().for_each(|clue| hidden.clue(clue));
            }
            Some(Seen::Error(error)) => hidden.error(error),
            None => {}
        }
        self.unsent.iter_mut().for_each(|text| hidden.text(text));
        self.looked.iter_mut().for_each(|looked| hidden.seen(looked));
        match &mut self.sight {
            Some(Sighted::Arrived(document)) => hidden.seen(document),
            Some(Sighted::Never(why)) => hidden.text(why),
            Some(Sighted::Error(error)) => hidden.error(error),
            Some(Sighted::NotYet) | None => {}
        }
        self.clues.iter_mut().for_each(|clue| hidden.clue(clue));
    }
}
