//! One account of a room.

use super::progress::Progress;
use chrono::{DateTime, Utc};

/// One account: a student's, or a group's.
#[derive(Debug)]
pub struct Place {
    /// How it stands in each lab of the class; nothing where it is not known yet, or the lab is not taken.
    pub labs: Vec<Option<Progress>>,
    /// When anything in it was last seen to have changed.
    pub active: DateTime<Utc>,
    /// When it was last looked at.
    pub looked: Option<DateTime<Utc>>,
    /// Why it cannot be looked at now.
    pub trouble: Option<Trouble>,
}

/// Why an account cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is in the way.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
}
