//! What two rehearsals differ in, as plain data.

use serde::{Deserialize, Serialize};

/// What differs between a rehearsal and the same one in the sandbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Verdicts.
    pub verdicts: Vec<Differs>,
    /// Texts of checks that did not pass in either.
    pub texts: Vec<Differs>,
    /// Shapes of answers, by operation and field.
    pub shapes: Vec<Differs>,
    /// Why a part of it could not be compared.
    pub not_compared: Vec<String>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differs {
    /// Where: a trial and a check, or an operation and a field.
    pub at: String,
    /// What the rehearsal has.
    pub here: String,
    /// What the sandbox has.
    pub sandbox: String,
}
