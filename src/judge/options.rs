//! What the user asks to be judged.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the note begins that says which probes were left out.
pub const NOT_SENT: &str = "no event was sent (--no-probe)";

/// What to judge.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Only these steps and what they need; all when empty.
    pub steps: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
    /// Send nothing.
    pub no_probe: bool,
    /// Resources that the user names: `stream` → `clicks`.
    pub uses: BTreeMap<String, String>,
}
