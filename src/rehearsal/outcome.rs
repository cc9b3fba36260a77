//! What a rehearsal has seen, as plain data.

use super::subject::Contradiction;
use crate::inventory::Item;
use crate::report::Status;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a subject showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// `solution`, or the id of the fault.
    pub subject: String,
    /// What it is.
    pub title: String,
    /// The checks that should fail.
    pub fails: Vec<String>,
    /// How long CloudFormation took to bring the stack to it, in seconds.
    pub deployed_in: f64,
    /// Why it could not be deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_deployed: Option<String>,
    /// After how many seconds from then on it showed what it should, at rest and to an event; nothing where it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_in: Option<f64>,
    /// What a check said at first, where that was otherwise: one without an event, then one with it.
    pub at_first: Vec<Contradiction>,
    /// How many events were sent until everything was as it should be, or no more were tried.
    pub probes: u32,
    /// What remained otherwise.
    pub wrong: Vec<Contradiction>,
    /// What the last check said.
    pub checks: Vec<Look>,
    /// What the last probe could not remove.
    pub leftovers: Vec<String>,
    /// How many exchanges with AWS its recording lacks, because not every word of them could be hidden.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unrecorded: usize,
    /// How long it took until the stack was the solution again and showed it, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_in: Option<f64>,
    /// What it still showed after the stack was changed back, so that a new stack had to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_back_by_update: Option<String>,
}

/// What one check said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Its id.
    pub check: String,
    /// Its status.
    pub status: Status,
    /// What was found, where it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Trial {
    /// Whether it showed exactly what it should.
    pub fn is_as_expected(&self) -> bool {
        self.not_deployed.is_none() && self.wrong.is_empty() && self.leftovers.is_empty()
    }
}

/// What became of what a rehearsal made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CleanUp {
    /// When everything was listed for the last time, RFC 3339 in UTC.
    pub at: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Whether there is no stack any more.
    pub is_stack_gone: bool,
    /// Whether there is one of its name that another run, or somebody else, has made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_others_stack: bool,
    /// What of the rehearsal is still there, and why.
    pub left: Vec<(Thing, String)>,
    /// What is new since the rehearsal began and shows no sign of it: somebody else's.
    pub new: Vec<Thing>,
    /// What could not be listed.
    pub unknown: Vec<String>,
    /// How many services were listed.
    pub lists: usize,
}

impl CleanUp {
    /// Whether it is certain that nothing is left.
    pub fn is_clean(&self) -> bool {
        self.is_stack_gone && self.left.is_empty() && self.unknown.is_empty()
    }

    /// The same, where no other stack could have claimed any of it: what has its names later is somebody else's.
    pub fn is_proved(&self) -> bool {
        self.is_clean() && !self.is_others_stack
    }
}

/// Something that stands in the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thing {
    /// CloudFormation's name of its type.
    #[serde(rename = "type")]
    pub of: String,
    /// The same in words.
    pub noun: String,
    /// Its name.
    pub name: String,
    /// Its ARN, or what AWS knows it by.
    pub id: String,
    /// Its region; empty for what belongs to none.
    pub region: String,
}

impl Thing {
    /// An item of the inventory.
    pub fn new(item: &Item) -> Self {
        Self {
            of: item.of.name.to_owned(),
            noun: item.of.noun.to_owned(),
            name: item.name.clone(),
            id: item.id.clone(),
            region: item.region.clone(),
        }
    }

    /// Whether an item is this one.
    pub fn is(&self, item: &Item) -> bool {
        self.of == item.of.name && self.id == item.id && self.region == item.region
    }

    /// In words: "data stream clicks".
    pub fn named(&self) -> String {
        format!("{} {}", self.noun, self.name)
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Seconds to the tenth.
pub(super) fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}
