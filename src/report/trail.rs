//! What CloudTrail has recorded of the resources of a report: when, and by whom. A deadline goes by it, and nothing else.

use super::{Chosen, Report};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A change of a resource, as CloudTrail has recorded it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The call: `UpdateFunctionCode`.
    pub event: String,
    /// By whom, in a few words: `user/student`, `role X`, `CloudFormation`.
    pub by: String,
    /// The other account that they came from, where they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// What CloudTrail has recorded of several resources.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Trail {
    /// The changes of each resource that was looked up to its last change, by [`Chosen::identity`].
    pub changes: BTreeMap<String, Vec<Change>>,
    /// Why not all of it was read.
    pub unread: Option<String>,
}

impl Trail {
    /// Whether there is nothing to keep: nobody has asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Chosen {
    /// When it was last worked on, as far as AWS says: by its own dates, and by what CloudTrail has recorded.
    pub fn worked_on(&self) -> Option<&str> {
        let recorded = self.last_change().map(|change| change.at.as_str());
        self.changed.as_deref().max(self.made.as_deref()).max(recorded)
    }

    /// The last change of the work that CloudTrail has recorded.
    pub fn last_change(&self) -> Option<&Change> {
        self.changes.iter().flatten().next()
    }

    /// Whether it is something that somebody made: who checks is not.
    pub fn is_made(&self) -> bool {
        let service = self.arn.as_deref().and_then(|arn| arn.split(':').nth(2));
        service != Some("sts")
    }

    /// By what a resource is known to be the same one: its ARN, else its name.
    pub fn identity(&self) -> &str {
        self.arn.as_deref().unwrap_or(&self.name)
    }
}

impl Report {
    /// Adds what CloudTrail has recorded of this report's resources.
    pub fn add_trail(&mut self, trail: &Trail) {
        for chosen in self.resources.values_mut() {
            chosen.changes = trail.changes.get(chosen.identity()).cloned();
        }
        self.trail_unread.clone_from(&trail.unread);
    }
}
