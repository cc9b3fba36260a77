//! What a probe leaves in an account, as plain data.

use crate::probe::Args;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a probe that was cut off may have left in an account: enough to take it away later.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct CleanupRecord {
    /// When the probe began.
    pub since: DateTime<Utc>,
    /// When it last sent something.
    pub sending: DateTime<Utc>,
    /// What its events are known by.
    #[serde(rename = "marks")]
    pub correlation_ids: Vec<String>,
    /// What takes them away.
    #[serde(rename = "removals")]
    pub actions: Vec<CleanupAction>,
}

/// One removal of a [`CleanupRecord`].
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct CleanupAction {
    /// The verb.
    pub verb: String,
    /// Its arguments.
    pub with: Args,
}
