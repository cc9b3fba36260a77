//! What is known of a rehearsal, on disk before anything is done: its journal while it runs, its result once it has ended.

use super::comparison::Comparison;
use super::outcome::{CleanUp, Thing, Trial};
use crate::inventory::Item;
use crate::stack::Parameters;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The name and version of this format.
pub const SCHEMA: &str = "edemlab/rehearsal/1";

/// A rehearsal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Always `edemlab/rehearsal/1`.
    pub schema: String,
    /// The version of edemlab.
    pub tool: String,
    /// The lab's id.
    pub lab: String,
    /// The edition of the course.
    pub edition: String,
    /// The account's twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// Whether something else than AWS's own endpoints answered, such as a sandbox.
    pub has_custom_endpoint: bool,
    /// The stack's name.
    pub stack: String,
    /// What the stack is tagged with: no other run takes it for its own.
    pub run: String,
    /// The parts of the solution that are made.
    pub parts: Vec<String>,
    /// The template's parameters, without the address that gets the mails.
    pub parameters: Parameters,
    /// That address, masked: whole it is with AWS only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The faults, in their order.
    pub faults: Vec<String>,
    /// When it began, RFC 3339 in UTC.
    pub begun: String,
    /// When it ended, with its clean-up.
    pub ended: Option<String>,
    /// What stood in the region, and in no region, before it began; nothing until that was listed. Nothing of it is ever deleted.
    pub before: Option<Vec<Thing>>,
    /// What could not be listed before it began.
    pub unlisted_before: Vec<String>,
    /// The physical ids of everything that its stack has made, as CloudFormation has them.
    pub made: BTreeSet<String>,
    /// What was tried, in its order; the solution first.
    pub trials: Vec<Trial>,
    /// What became of what it made.
    pub clean_up: Option<CleanUp>,
    /// What the same rehearsal in the sandbox showed otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Comparison>,
}

impl Record {
    /// What a subject showed, if it was tried.
    pub fn trial(&self, subject: &str) -> Option<&Trial> {
        self.trials.iter().find(|trial| trial.subject == subject)
    }

    /// Whether an item stood there before it began.
    pub fn was_before(&self, item: &Item) -> bool {
        self.before.iter().flatten().any(|thing| thing.is(item))
    }

    /// Whether it is only what `--clean-up` has found of a run whose record is lost.
    pub fn is_found_only(&self) -> bool {
        self.before.is_none() && !self.made.is_empty()
    }

    /// Whether nothing of it is left to be done.
    pub fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether everything that was wanted was tried.
    pub fn is_whole(&self) -> bool {
        let wanted = ["solution"].into_iter().chain(self.faults.iter().map(String::as_str));
        wanted.into_iter().all(|subject| self.trial(subject).is_some())
    }
}
