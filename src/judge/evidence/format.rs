//! What a report was judged from, `edemlab/evidence/1`: documents and observations, enough to judge them again without
//! the account. Credentials, people's addresses, and what is secret of a kind and no check reads, are not in it.

use super::super::options::Options;
use super::stored;
use crate::account::{CallError, Identity};
use crate::course::KindSpec;
use crate::discover::Candidate;
use crate::probe::{Clue, Observation, Sent};
use crate::report::Trail;
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
    #[serde(serialize_with = "stored::write_answers", deserialize_with = "stored::read_answers")]
    pub lists: BTreeMap<String, Result<Vec<Candidate>, CallError>>,
    /// What describing one of them showed, by kind and candidate.
    #[serde(serialize_with = "stored::write_answers", deserialize_with = "stored::read_answers")]
    pub descriptions: BTreeMap<String, Result<Value, CallError>>,
    /// What CloudTrail has recorded, where a class was graded.
    #[serde(default, skip_serializing_if = "Trail::is_empty")]
    pub trail: Trail,
    /// The probes, by step.
    pub probes: BTreeMap<String, ProbeEvidence>,
}

impl Evidence {
    /// Under which key of `descriptions` a candidate's stands.
    pub(super) fn description_key(spec: &KindSpec, candidate: &Candidate) -> String {
        format!("{} {}", spec.name, candidate.arn.as_ref().unwrap_or(&candidate.name))
    }

    /// The kind that a key of `lists` or `descriptions` begins with.
    pub(super) fn kind_of(key: &str) -> &str {
        key.split(' ').next().unwrap_or_default()
    }

    /// Every candidate of every list.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.lists.values().flatten().flatten()
    }
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
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "stored::write_answer",
        deserialize_with = "stored::read_answer"
    )]
    pub sent: Option<Result<Sent, CallError>>,
    /// Why nothing was sent, where its clean-up record could not be saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<String>,
    /// The verb that looked, with its arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Value>,
    /// What was observed last.
    #[serde(
        default,
        rename = "sight",
        skip_serializing_if = "Option::is_none",
        serialize_with = "stored::write_observation",
        deserialize_with = "stored::read_observation"
    )]
    pub observation: Option<Result<Observation, CallError>>,
    /// When it was seen, in seconds since the probe began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// What the places had to say where it was not seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clues: Vec<Clue>,
}
